import type { Range } from '../chart/ranges';
import type { RunCurves, Series } from '../source/types';

/**
 * A run's curves lengthened by what it recorded since. Points outside a zoomed range are left out, except the first one
 * beyond it, to which the line is drawn. Points that lie before the last one held are passed over: x ascends, also where an
 * answer overlaps what is held.
 */
export function appendTail(before: RunCurves, tail: RunCurves, range: Range | null): RunCurves {
  const curves: Record<string, Series> = { ...before.curves };
  for (const [name, added] of Object.entries(tail.curves)) {
    const held = curves[name];
    const lengthened = append(held ?? { x: [], y: [] }, added, range);
    if (lengthened.x.length > 0) curves[name] = lengthened;
  }
  const ends = [...before.extent, ...tail.extent];
  const extent = ends.length > 0 ? [Math.min(...ends), Math.max(...ends)] : [];
  return { ...tail, extent, curves };
}

export function append(held: Series, added: Series, range: Range | null): Series {
  const last = held.x.length > 0 ? held.x[held.x.length - 1]! : -Infinity;
  let first = 0;
  while (first < added.x.length && added.x[first]! < last) first++;
  let end = added.x.length;
  if (range) {
    // The line to the first point beyond the right edge is drawn once.
    if (last > range[1]) end = first;
    else {
      end = first;
      while (end < added.x.length && added.x[end]! <= range[1]) end++;
      end = Math.min(added.x.length, end + 1);
    }
  }
  if (first >= end) return held;

  const x = held.x.concat(added.x.slice(first, end));
  const y = held.y.concat(added.y.slice(first, end));
  if (!held.low && !added.low) return { x, y };
  return {
    x,
    y,
    low: (held.low ?? held.y).concat((added.low ?? added.y).slice(first, end)),
    high: (held.high ?? held.y).concat((added.high ?? added.y).slice(first, end)),
  };
}
