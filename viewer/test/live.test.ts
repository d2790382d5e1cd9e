import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveCurves } from '../src/curves/live';
import type { Change, Source } from '../src/source/Source';
import type { CurvesAnswer, CurvesRequest, RunCurves, TailRequest } from '../src/source/types';

/** Runs that are as long as the test says, with f(k) = k; at most 2·pixels points, as the server answers. */
class Recorded {
  lengths = new Map<string, number>();
  revision = 1;
  asked: (CurvesRequest | TailRequest)[] = [];
  private listener: (change: Change) => void = () => {};

  readonly source = {
    kind: 'server',
    curves: async (request: CurvesRequest): Promise<CurvesAnswer> => {
      this.asked.push(request);
      return { x: request.x, runs: request.runs.map((id) => this.points(id, 0, Math.max(1, Math.ceil(this.lengths.get(id)! / (2 * request.pixels))))) };
    },
    tail: async (request: TailRequest): Promise<CurvesAnswer> => {
      this.asked.push(request);
      return { x: request.x, runs: [this.points(request.run, request.after, 1)] };
    },
    watch: (listener: (change: Change) => void) => {
      this.listener = listener;
      return () => {};
    },
  } as unknown as Source;

  tell = (change: Change) => this.listener(change);

  private points(id: string, after: number, stride: number): RunCurves {
    const lines = this.lengths.get(id)!;
    const x = [];
    for (let k = after; k < lines; k += stride) x.push(k);
    return { id, lines, revision: this.revision, extent: [0, lines - 1], curves: { loss: { x, y: x } } };
  }
}

const wanted = { quantities: ['loss'], x: 'iteration' as const, range: null, pixels: 100 };

describe('live curves', () => {
  let recorded: Recorded;
  let live: LiveCurves;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('document', { hidden: false, addEventListener: () => {}, removeEventListener: () => {} });
    recorded = new Recorded();
    live = new LiveCurves(recorded.source);
  });

  afterEach(() => {
    live.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const length = (id: string) => live.state.value.runs.get(id)?.curves.loss?.x.length;

  it('asks only for the runs that it does not hold', async () => {
    recorded.lengths.set('a', 10).set('b', 20);
    live.want({ ...wanted, runs: ['a'] });
    await vi.runAllTimersAsync();
    live.want({ ...wanted, runs: ['a', 'b'] });
    await vi.runAllTimersAsync();
    expect(recorded.asked.map((request) => ('runs' in request ? request.runs : []))).toEqual([['a'], ['b']]);
    expect([length('a'), length('b')]).toEqual([10, 20]);
  });

  it('lengthens a run by what it recorded since', async () => {
    recorded.lengths.set('a', 10);
    live.want({ ...wanted, runs: ['a'] });
    await vi.runAllTimersAsync();
    recorded.lengths.set('a', 15);
    recorded.tell({ what: 'lines', id: 'a' });
    await vi.runAllTimersAsync();
    expect(recorded.asked.at(-1)).toMatchObject({ run: 'a', after: 10 });
    expect(live.state.value.runs.get('a')!.curves.loss!.x).toEqual(Array.from({ length: 15 }, (_, k) => k));
  });

  it('holds no more points than the picture can show, however long a run goes on', async () => {
    recorded.lengths.set('a', 1);
    live.want({ ...wanted, runs: ['a'] });
    await vi.runAllTimersAsync();
    for (let lines = 8; lines < 6000; lines += 7) {
      recorded.lengths.set('a', lines);
      recorded.tell({ what: 'lines', id: 'a' });
      await vi.runAllTimersAsync();
      expect(length('a')).toBeLessThanOrEqual(4 * wanted.pixels + 7);
    }
    expect(live.state.value.runs.get('a')!.lines).toBeGreaterThan(5990);
  });

  it('fetches a run anew that was cut back', async () => {
    recorded.lengths.set('a', 10);
    live.want({ ...wanted, runs: ['a'] });
    await vi.runAllTimersAsync();
    recorded.lengths.set('a', 6);
    recorded.revision = 2;
    recorded.tell({ what: 'lines', id: 'a' });
    await vi.runAllTimersAsync();
    expect(length('a')).toBe(6);
  });

  it('fetches everything anew after a lost connection, and drops what was removed', async () => {
    recorded.lengths.set('a', 10).set('b', 10);
    live.want({ ...wanted, runs: ['a', 'b'] });
    await vi.runAllTimersAsync();
    recorded.lengths.set('a', 12);
    recorded.tell({ what: 'everything' });
    await vi.runAllTimersAsync();
    expect(length('a')).toBe(12);
    recorded.tell({ what: 'removed', id: 'b' });
    expect(length('b')).toBeUndefined();
  });
});
