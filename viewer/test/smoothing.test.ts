import { describe, expect, it } from 'vitest';
import { smoothed } from '../src/curves/smoothing';
import type { Series } from '../src/source/types';
import { random } from './random';

/** The definition, window by window. */
function slowly(series: Series, half: number): Series {
  const window = <T>(values: readonly T[], i: number) => values.slice(Math.max(0, i - half), i + half + 1);
  const present = (values: readonly (number | null)[]) => values.filter((value): value is number => value !== null);
  const each = (of: (i: number) => number[], take: (values: number[]) => number) => series.x.map((_, i) => (of(i).length === 0 ? null : take(of(i))));
  return {
    x: series.x,
    y: each((i) => present(window(series.y, i)), (values) => values.reduce((a, b) => a + b, 0) / values.length),
    low: each((i) => present(window(series.low ?? series.y, i)), (values) => Math.min(...values)),
    high: each((i) => present(window(series.high ?? series.y, i)), (values) => Math.max(...values)),
  };
}

describe('smoothing', () => {
  it('leaves a curve as it is where nothing is to be smoothed', () => {
    const series = { x: [0, 1], y: [1, 2] };
    expect(smoothed(series, 0)).toBe(series);
  });

  it('is the mean of each window with the least and greatest value in it', () => {
    const next = random(1);
    for (let trial = 0; trial < 200; trial++) {
      const count = Math.floor(next() * 40);
      const y = Array.from({ length: count }, () => (next() < 0.15 ? null : next() * 10 - 5));
      const series: Series = { x: y.map((_, i) => i), y };
      if (next() < 0.5) {
        series.low = y.map((value) => (value === null ? null : value - next()));
        series.high = y.map((value) => (value === null ? null : value + next()));
      }
      const half = 1 + Math.floor(next() * 12);
      const [got, wanted] = [smoothed(series, half), slowly(series, half)];
      expect(got.low).toEqual(wanted.low);
      expect(got.high).toEqual(wanted.high);
      got.y.forEach((value, i) => (value === null ? expect(wanted.y[i]).toBeNull() : expect(value).toBeCloseTo(wanted.y[i]!, 12)));
    }
  });

  it('hides no oscillation: every value of the curve lies inside the band', () => {
    const y = Array.from({ length: 101 }, (_, k) => 2 + (-1) ** k * (1 + k / 100));
    const band = smoothed({ x: y.map((_, i) => i), y }, 25);
    y.forEach((value, i) => {
      expect(band.low![i]).toBeLessThanOrEqual(value);
      expect(band.high![i]).toBeGreaterThanOrEqual(value);
    });
    // The mean is nearly flat; the band keeps the whole swing.
    expect(Math.abs(band.y[50]! - 2)).toBeLessThan(0.06);
    expect(band.high![50]! - band.low![50]!).toBeGreaterThan(3);
  });

  it('forgets a huge value once it has left the window', () => {
    const y = [1e300, ...Array.from({ length: 20 }, () => 0.1)];
    expect(smoothed({ x: y.map((_, i) => i), y }, 2).y[10]).toBeCloseTo(0.1, 15);
  });
});
