import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Connection, ServerActions, Source } from '../source/Source';

export const SourceContext = createContext<Source>(null!);

export const useSource = () => useContext(SourceContext);

/** What a promise gave: its value, or the one line that says why there is none. The last value stays while a new one is on its way. */
export interface Loaded<T> {
  value: T | null;
  problem: string;
  reload: () => void;
}

export function useLoaded<T>(load: () => Promise<T>, inputs: readonly unknown[]): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState('');
  const [round, setRound] = useState(0);
  useEffect(() => {
    let wanted = true;
    load().then(
      (result) => {
        if (!wanted) return;
        setValue(() => result);
        setProblem('');
      },
      (error: unknown) => wanted && setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      wanted = false;
    };
  }, [...inputs, round]);
  return { value, problem, reload: () => setRound((n) => n + 1) };
}

export function useConnection(): Connection {
  const source = useSource();
  const [state, setState] = useState<Connection>('none');
  useEffect(() => source.watchConnection(setState), [source]);
  return state;
}

/** What may be done to runs here; nothing in a report, nor where the server only shows. */
export function useActions(): ServerActions | undefined {
  const source = useSource();
  const { value: info } = useLoaded(() => source.info(), [source]);
  return info && !info.read_only ? source.actions : undefined;
}
