import type { Series } from '../source/types';

/**
 * The centred moving mean over 2·half + 1 neighbouring points, with the least and greatest value that the window holds, so
 * that smoothing a curve never hides how far it swings. Missing values are passed over; where all are missing, so is the mean.
 * Decimated series bring their own least and greatest values, which the band keeps.
 */
export function smoothed(series: Series, half: number): Series {
  if (half <= 0) return series;
  const { x, y } = series;
  const count = y.length;
  const mean = new Array<number | null>(count);
  const low = extremes(series.low ?? y, half, (a, b) => a <= b);
  const high = extremes(series.high ?? y, half, (a, b) => a >= b);

  // Summed afresh for each window: a running sum would keep the rounding of a huge value long after it has left.
  for (let i = 0; i < count; i++) {
    let sum = 0;
    let present = 0;
    for (let j = Math.max(0, i - half), end = Math.min(count - 1, i + half); j <= end; j++) {
      const value = y[j];
      if (value !== null && value !== undefined) {
        sum += value;
        present++;
      }
    }
    mean[i] = present === 0 ? null : sum / present;
  }

  return { x, y: mean, low, high };
}

/** The foremost value of each window in linear time: a queue holds the candidates, the foremost first. */
function extremes(values: readonly (number | null)[], half: number, before: (a: number, b: number) => boolean): (number | null)[] {
  const queue: number[] = [];
  let head = 0;
  const result = new Array<number | null>(values.length);
  for (let i = 0; i < values.length + half; i++) {
    const value = i < values.length ? values[i] : null;
    if (value !== null && value !== undefined) {
      while (queue.length > head && before(value, values[queue[queue.length - 1]!]!)) queue.pop();
      queue.push(i);
    }
    const centre = i - half;
    if (centre >= 0) {
      while (head < queue.length && queue[head]! < centre - half) head++;
      result[centre] = head < queue.length ? values[queue[head]!]! : null;
    }
  }
  return result;
}
