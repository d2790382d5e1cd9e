import { useEffect, useRef, useState } from 'preact/hooks';
import { Latest } from './latest';

export interface Live<T> {
  value: T | null;
  problem: string;
  busy: boolean;
}

/** What a request gives, asked anew whenever its key changes, the newest alone; the last value stays until there is another. */
export function useLatest<T>(key: string | null, load: (signal: AbortSignal, give: (value: T) => void) => Promise<void>): Live<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const latest = useRef<Latest<T> | null>(null);
  useEffect(() => {
    const created = new Latest<T>({
      onValue: (given) => {
        setValue(() => given);
        setProblem('');
      },
      onProblem: setProblem,
      onBusy: setBusy,
    });
    latest.current = created;
    return () => created.stop();
  }, []);
  useEffect(() => {
    if (key !== null) latest.current!.ask(load);
  }, [key]);
  return { value, problem, busy };
}
