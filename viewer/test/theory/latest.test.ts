import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Latest } from '../../src/theory/latest';

/** Requests that take a while each, written down as they begin, give and end. */
function laboratory(patience: number) {
  const log: string[] = [];
  const values: string[] = [];
  const problems: string[] = [];
  let busy = false;
  let underWay = 0;
  let most = 0;
  const latest = new Latest<string>(
    { onValue: (value) => values.push(value), onProblem: (line) => problems.push(line), onBusy: (now) => (busy = now) }, patience,
  );
  const ask = (name: string, durations: number[], fails = false) =>
    latest.ask(async (signal, give) => {
      log.push(name);
      most = Math.max(most, ++underWay);
      try {
        for (const [pass, duration] of durations.entries()) {
          await new Promise<void>((resolve, reject) => {
            const timer = setTimeout(resolve, duration);
            signal.addEventListener('abort', () => {
              clearTimeout(timer);
              reject(new DOMException('aborted', 'AbortError'));
            });
          });
          if (fails) throw new Error(`no ${name}`);
          give(`${name}${pass}`);
        }
      } finally {
        underWay--;
      }
    });
  return { ask, log, values, problems, latest, busy: () => busy, most: () => most };
}

describe('the latest request', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('draws while the slider moves, and skips what came in between', async () => {
    const { ask, log, values, busy, most } = laboratory(500);
    // A slider that moves every 10 ms for a second, and answers that take 45 ms.
    for (let k = 0; k < 100; k++) {
      ask(`r${k} `, [45]);
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(200);
    expect(values.length).toBeGreaterThan(15);
    expect(log.length).toBeLessThan(30);
    expect(values[values.length - 1]).toBe('r99 0');
    expect(most()).toBe(1);
    expect(busy()).toBe(false);
  });

  it('ends a refinement as soon as something newer is wanted', async () => {
    const { ask, log, values } = laboratory(500);
    ask('a', [50, 1000, 1000]);
    await vi.advanceTimersByTimeAsync(100);
    ask('b', [50, 50]);
    await vi.advanceTimersByTimeAsync(200);
    expect(values).toEqual(['a0', 'b0', 'b1']);
    expect(log).toEqual(['a', 'b']);
  });

  it('lets a first pass be drawn, and goes on with the newest', async () => {
    const { ask, values } = laboratory(500);
    ask('a', [300, 300]);
    await vi.advanceTimersByTimeAsync(100);
    ask('b', [300]);
    ask('c', [300]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(values).toEqual(['a0', 'c0']);
  });

  it('ends one that takes longer than the patience', async () => {
    const { ask, values } = laboratory(500);
    ask('a', [5000]);
    await vi.advanceTimersByTimeAsync(100);
    ask('b', [50]);
    await vi.advanceTimersByTimeAsync(460);
    expect(values).toEqual(['b0']);
    ask('c', [5000]);
    await vi.advanceTimersByTimeAsync(1000);
    ask('d', [50]);
    await vi.advanceTimersByTimeAsync(60);
    expect(values).toEqual(['b0', 'd0']);
  });

  it('tells of a failure, and not of one that it caused', async () => {
    const { ask, problems, busy, latest, values } = laboratory(500);
    ask('a', [10], true);
    await vi.advanceTimersByTimeAsync(20);
    expect(problems).toEqual(['no a']);
    expect(busy()).toBe(false);
    ask('b', [100]);
    latest.stop();
    await vi.advanceTimersByTimeAsync(200);
    expect(problems).toEqual(['no a']);
    expect(values).toEqual([]);
  });
});
