import { describe, expect, it } from 'vitest';
import { contour } from '../../src/theory/contours';

const grid = (columns: number, rows: number, f: (x: number, y: number) => number) => ({
  columns, rows, values: Array.from({ length: columns * rows }, (_, k) => f(k % columns, Math.floor(k / columns))),
});

describe('a level line', () => {
  it('of a plane is straight and whole', () => {
    const segments = contour(grid(11, 9, (x, y) => x + 2 * y), 7.5);
    for (const [x1, y1, x2, y2] of segments) {
      expect(x1 + 2 * y1).toBeCloseTo(7.5, 12);
      expect(x2 + 2 * y2).toBeCloseTo(7.5, 12);
    }
    const length = segments.reduce((sum, [x1, y1, x2, y2]) => sum + Math.hypot(x2 - x1, y2 - y1), 0);
    expect(length).toBeCloseTo(Math.hypot(7.5, 3.75), 10);
  });

  it('of a bowl is a closed circle', () => {
    const segments = contour(grid(81, 81, (x, y) => Math.hypot(x - 40, y - 40)), 25.3);
    const length = segments.reduce((sum, [x1, y1, x2, y2]) => sum + Math.hypot(x2 - x1, y2 - y1), 0);
    expect(Math.abs(length / (2 * Math.PI * 25.3) - 1)).toBeLessThan(0.002);
    const ends = new Map<string, number>();
    for (const [x1, y1, x2, y2] of segments) {
      for (const [x, y] of [[x1, y1], [x2, y2]]) {
        const key = `${x!.toFixed(9)} ${y!.toFixed(9)}`;
        ends.set(key, (ends.get(key) ?? 0) + 1);
      }
    }
    expect(new Set(ends.values())).toEqual(new Set([2]));
  });

  it('through a saddle joins the corners that the middle belongs to', () => {
    const saddle = { columns: 2, rows: 2, values: [1, -1, 1, -1].map((value, k) => (k === 2 ? -1 : k === 3 ? 1 : value)) };
    expect(contour(saddle, -0.1)).toHaveLength(2);
    // The middle, 0, lies above −0.1 as the corners a and c do: the lines cut off b and d.
    const [first, second] = contour(saddle, -0.1);
    expect(first!.slice(0, 2)).toEqual([0.55, 0]);
    expect(first![2]).toBe(1);
    expect(second![1]).toBe(1);
  });

  it('leaves out cells with a corner that is no number', () => {
    const field = { columns: 3, rows: 2, values: [0, 0, null, 1, 1, 1] };
    expect(contour(field, 0.5)).toEqual([[1, 0.5, 0, 0.5]]);
  });
});
