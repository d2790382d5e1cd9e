import { describe, expect, it } from 'vitest';
import { append, appendTail } from '../src/curves/tail';
import type { RunCurves } from '../src/source/types';

const run = (lines: number, x: number[], y: number[]): RunCurves => ({
  id: 'a', lines, revision: 1, extent: [x[0]!, x[x.length - 1]!], curves: { loss: { x, y } },
});

describe('the tail of a run', () => {
  it('lengthens its curves', () => {
    const joined = appendTail(run(2, [0, 1], [5, 4]), run(4, [2, 3], [3, 2]), null);
    expect(joined.curves.loss).toEqual({ x: [0, 1, 2, 3], y: [5, 4, 3, 2] });
    expect(joined.lines).toBe(4);
    expect(joined.extent).toEqual([0, 3]);
  });

  it('gives a run that had recorded nothing its extent', () => {
    const empty = { ...run(0, [0], [0]), extent: [], curves: {} };
    expect(appendTail(empty, run(2, [0, 1], [5, 4]), null).extent).toEqual([0, 1]);
    expect(appendTail(empty, empty, null).extent).toEqual([]);
  });

  it('may bring a quantity that was not there before, and keeps one that it does not bring', () => {
    const tail = { ...run(3, [2], [1]), curves: { sharpness: { x: [2], y: [7] } } };
    expect(appendTail(run(2, [0, 1], [5, 4]), tail, null).curves).toEqual({ loss: { x: [0, 1], y: [5, 4] }, sharpness: { x: [2], y: [7] } });
  });

  it('does no harm where it overlaps what is held', () => {
    const { x } = append({ x: [0, 1, 2], y: [0, 1, 2] }, { x: [1, 2, 3], y: [1, 2, 3] }, null);
    expect(x).toEqual([0, 1, 2, 2, 3]);
  });

  it('gives plain points their own value as band where the held ones are decimated', () => {
    const joined = append({ x: [0.5], y: [2], low: [1], high: [3] }, { x: [2], y: [9] }, null);
    expect(joined).toEqual({ x: [0.5, 2], y: [2, 9], low: [1, 9], high: [3, 9] });
  });

  it('ends at the first point beyond a zoomed range, once', () => {
    const added = { x: [2, 3, 4, 5], y: [2, 3, 4, 5] };
    const once = append({ x: [0, 1], y: [0, 1] }, added, [0, 3]);
    expect(once.x).toEqual([0, 1, 2, 3, 4]);
    expect(append(once, { x: [6], y: [6] }, [0, 3])).toBe(once);
  });
});
