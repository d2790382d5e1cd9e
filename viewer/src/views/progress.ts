import { useEffect, useState } from 'preact/hooks';
import type { Row } from '../source/types';
import { useSource } from './context';

const period = 250;

/** The iterations that runs have reached which train now, as the server tells them. */
export function useProgress(): ReadonlyMap<string, number> {
  const source = useSource();
  const [reached, setReached] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    const news = new Map<string, number>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = source.watch((change) => {
      if (change.what !== 'lines' || change.iteration === undefined) return;
      news.set(change.id, change.iteration);
      timer ??= setTimeout(() => {
        timer = undefined;
        setReached((old) => new Map([...old, ...news]));
        news.clear();
      }, period);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [source]);
  return reached;
}

/** A run with the iteration that it has reached: while it goes on its summary is that of the last checkpoint. */
export function withProgress<R extends Row>(run: R, reached: ReadonlyMap<string, number>): R {
  const iteration = run.status === 'running' ? (reached.get(run.id) ?? run.iteration) : undefined;
  return iteration === undefined ? run : { ...run, summary: { ...run.summary, iterations_done: iteration } };
}
