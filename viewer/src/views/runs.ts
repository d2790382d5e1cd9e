import { useEffect, useRef, useState } from 'preact/hooks';
import type { Row, RunDetails, Status } from '../source/types';
import { useSource } from './context';

/** Short names that tell runs apart: the folder's name, or the whole id where two are called alike. */
export function labelsOf(rows: readonly { id: string; name: string }[]): Map<string, string> {
  const count = new Map<string, number>();
  for (const { name } of rows) count.set(name, (count.get(name) ?? 0) + 1);
  return new Map(rows.map(({ id, name }) => [id, count.get(name) === 1 ? name : id]));
}

/** A number of the run's summary, or null. */
export function number(row: Row, field: string): number | null {
  const value = row.summary[field];
  return typeof value === 'number' ? value : null;
}

export const statusMeaning: Record<Status, string> = {
  running: 'a process is at work on it',
  finished: 'ended as specified',
  interrupted: 'stopped at a checkpoint; it can be resumed',
  diverged: 'the loss left all bounds; a result, not an error',
  failed: 'ended by an error',
  killed: 'its process is gone without a word; it can be resumed from the last checkpoint',
  broken: 'its files cannot be read',
};

export interface Details {
  runs: ReadonlyMap<string, RunDetails>;
  problems: ReadonlyMap<string, string>;
}

/** Requests at a time: more would keep the curves waiting, which are what one looks at first. */
const parallel = 1;
/** Milliseconds in which what comes is shown together: each time all charts are drawn anew. */
const together = 300;

/** The details of runs, a few at a time, asked for again whenever a run's summary changes. */
export function useDetails(ids: readonly string[]): Details {
  const source = useSource();
  const [details, setDetails] = useState<Details>({ runs: new Map(), problems: new Map() });
  const queue = useRef<string[]>([]);
  const present = useRef(new Set<string>());

  useEffect(() => {
    let open = true;
    let working = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const news = new Map<string, RunDetails | string>();
    const wanted = new Set(ids);
    present.current = new Set([...present.current].filter((id) => wanted.has(id)));
    queue.current = ids.filter((id) => !present.current.has(id));
    setDetails((old) => ({
      runs: new Map([...old.runs].filter(([id]) => wanted.has(id))),
      problems: new Map([...old.problems].filter(([id]) => wanted.has(id))),
    }));

    const show = () => {
      clearTimeout(timer);
      timer = undefined;
      if (!open || news.size === 0) return;
      const arrived = [...news];
      news.clear();
      setDetails((old) => {
        const [runs, problems] = [new Map(old.runs), new Map(old.problems)];
        for (const [id, one] of arrived) {
          runs.delete(id);
          problems.delete(id);
          if (typeof one === 'string') problems.set(id, one);
          else runs.set(id, one);
        }
        return { runs, problems };
      });
    };

    const work = async () => {
      working++;
      while (open && queue.current.length > 0) {
        const id = queue.current.shift()!;
        present.current.add(id);
        try {
          const run = await source.run(id);
          if (!open) {
            present.current.delete(id);
            break;
          }
          news.set(id, run);
        } catch (error) {
          const problem = error instanceof Error ? error.message : String(error);
          if (!open) present.current.delete(id);
          else news.set(id, problem);
        }
        timer ??= setTimeout(show, together);
      }
      working--;
      if (working === 0) show();
    };
    const start = () => {
      while (working < parallel && queue.current.length > working) void work();
    };
    const ask = (id: string) => {
      if (wanted.has(id) && !queue.current.includes(id)) queue.current.push(id);
      start();
    };
    start();
    const stop = source.watch((change) => {
      if (change.what === 'everything') ids.forEach(ask);
      else if (change.what !== 'lines' && change.what !== 'failed') ask(change.id);
    });
    return () => {
      open = false;
      clearTimeout(timer);
      stop();
    };
  }, [source, ids.join('\n')]);

  return details;
}
