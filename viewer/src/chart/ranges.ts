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
  const values = valuesWithin(all, x, logarithmic);
  const reach = logarithmic ? Math.log10 : (value: number) => value;
  const back = logarithmic ? (value: number) => 10 ** value : (value: number) => value;
  if (values.length === 0) {
    const shown = levels.filter((level) => !logarithmic || level > 0);
    if (shown.length === 0) return { range: logarithmic ? [0.1, 1] : [0, 1], clipped: false };
    values.push(...shown);
  }

  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }

  let low = reach(least);
  let high = reach(most);
  let clipped = false;
  if (!logarithmic) {
    // The bulk without its farthest hundredth; a spike of twenty times its height is a divergence, not a feature.
    const [first, last] = quantiles(values, 0.01, 0.97);
    const bulk = last - first;
    if (bulk > 0 && high > last + 20 * bulk && high > 3 * Math.abs(last)) {
      high = last + 2 * bulk;
      clipped = true;
    }
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

function valuesWithin(all: readonly Series[], [from, to]: Range, logarithmic: boolean): number[] {
  const values: number[] = [];
  const add = (value: number | null | undefined) => {
    if (value !== null && value !== undefined && (!logarithmic || value > 0)) values.push(value);
  };
  for (const { x, y, low, high } of all) {
    for (let i = 0; i < x.length; i++) {
      if (x[i]! < from || x[i]! > to) continue;
      if (low && high) {
        add(low[i]);
        add(high[i]);
      } else {
        add(y[i]);
      }
    }
  }
  return values;
}

const mostSorted = 4096;

/** Two quantiles; of many values, those of every so-manieth: sorting all of them would be most of what a chart takes. */
function quantiles(values: readonly number[], first: number, last: number): [number, number] {
  const stride = Math.ceil(values.length / mostSorted) | 1; // odd: least and greatest values of a band take turns
  const sample = new Float64Array(Math.ceil(values.length / stride));
  for (let i = 0; i < sample.length; i++) sample[i] = values[i * stride]!;
  sample.sort();
  const at = (share: number) => sample[Math.round(share * (sample.length - 1))]!;
  return [at(first), at(last)];
}
