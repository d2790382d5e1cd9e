import type { PortraitField } from './types';

/** A piece of a level line, from (x1, y1) to (x2, y2), in grid units: 0 to columns − 1 and 0 to rows − 1. */
export type Segment = [number, number, number, number];

/** The level line of a function given on a grid: marching squares, along each edge between two points by straight interpolation. */
export function contour({ columns, rows, values }: Pick<PortraitField, 'columns' | 'rows' | 'values'>, level: number): Segment[] {
  const segments: Segment[] = [];
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const at = row * columns + column;
      const a = values[at];
      const b = values[at + 1];
      const c = values[at + columns + 1];
      const d = values[at + columns];
      if (a == null || b == null || c == null || d == null) continue;
      const crossings: [number, number][] = [];
      if (a < level !== b < level) crossings.push([column + (level - a) / (b - a), row]);
      if (b < level !== c < level) crossings.push([column + 1, row + (level - b) / (c - b)]);
      if (c < level !== d < level) crossings.push([column + (level - d) / (c - d), row + 1]);
      if (d < level !== a < level) crossings.push([column, row + (level - a) / (d - a)]);
      if (crossings.length === 2) segments.push([...crossings[0]!, ...crossings[1]!] as Segment);
      if (crossings.length === 4) {
        // A saddle: the value in the middle tells which corners belong together.
        const together = (a + b + c + d) / 4 < level === a < level;
        const [bottom, right, top, left] = crossings as [[number, number], [number, number], [number, number], [number, number]];
        segments.push(...((together ? [[...bottom, ...right], [...top, ...left]] : [[...left, ...bottom], [...right, ...top]]) as Segment[]));
      }
    }
  }
  return segments;
}
