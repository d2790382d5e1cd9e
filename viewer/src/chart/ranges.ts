import type { Series } from '../source/types';

export type Range = [number, number];

/** The index of the point nearest to x, −1 where there is none. */
export function nearest(xs: readonly number[], x: number): number {
  if (xs.length === 0) return -1;
  let low = 0;
  let high = xs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  return x - xs[low]! <= xs[high]! - x ? low : high;
}

/** The x that the curves span, null where there is no point. */
export function spanOfX(all: readonly Series[]): Range | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { x } of all) {
    if (x.length === 0) continue;
    low = Math.min(low, x[0]!);
    high = Math.max(high, x[x.length - 1]!);
  }
  return low <= high ? [low, high] : null;
}

export interface ValueRange {
  range: Range;
  /** Whether values lie above the picture: a run on its way to infinity would press every other curve flat. */
  clipped: boolean;
}

/** What the value axis shows of the curves inside a range of x, with the levels that are near enough to be read against. */
export function rangeOfValues(all: readonly Series[], levels: readonly number[], x: Range, logarithmic: boolean): ValueRange {
  const values: number[] = [];
  for (const series of all) {
    for (let i = 0; i < series.x.length; i++) {
      if (series.x[i]! < x[0] || series.x[i]! > x[1]) continue;
      for (const value of series.low && series.high ? [series.low[i], series.high[i]] : [series.y[i]]) {
        if (value !== null && value !== undefined && (!logarithmic || value > 0)) values.push(value);
      }
    }
  }

  const reach = logarithmic ? Math.log10 : (value: number) => value;
  const back = logarithmic ? (value: number) => 10 ** value : (value: number) => value;
  if (values.length === 0) {
    const shown = levels.filter((level) => !logarithmic || level > 0);
    if (shown.length === 0) return { range: logarithmic ? [0.1, 1] : [0, 1], clipped: false };
    values.push(...shown);
  }

  const sorted = Float64Array.from(values, reach).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  let low = sorted[0]!;
  let high = sorted[sorted.length - 1]!;
  let clipped = false;
  // The bulk without its farthest hundredth; a spike of twenty times its height is a divergence, not a feature.
  const bulk = at(0.97) - at(0.01);
  if (!logarithmic && bulk > 0 && high > at(0.97) + 20 * bulk && high > 3 * Math.abs(at(0.97))) {
    high = at(0.97) + 2 * bulk;
    clipped = true;
  }

  const span = high - low;
  for (const level of levels) {
    if (logarithmic && level <= 0) continue;
    const place = reach(level);
    const room = logarithmic ? Math.max(span, 1) : Math.max(span, Math.abs(high)) * 1.5;
    if (place < low && low - place <= room) low = place;
    if (place > high && place - high <= room) high = place;
  }

  const margin = high > low ? 0.04 * (high - low) : logarithmic ? 0.3 : Math.abs(high) * 0.1 || 1;
  // An axis that begins a hair below zero reads as if values were negative.
  const bottom = !logarithmic && low >= 0 && low - margin < 0 ? 0 : low - margin;
  return { range: [back(bottom), back(high + margin)], clipped };
}
