import type { Axis, PhaseDiagram } from './types';

/** The bytes of a diagram, row by row, the first value of y first. */
export function bytesOf(regimes: string): Uint8Array {
  return Uint8Array.from(atob(regimes), (letter) => letter.charCodeAt(0));
}

/** The pixels of a diagram's picture, the first value of y at the bottom: one pixel a cell, RGBA. */
export function pixelsOf(cells: Uint8Array, columns: number, colours: readonly string[]): Uint8ClampedArray<ArrayBuffer> {
  const rows = cells.length / columns;
  const parsed = colours.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
  const pixels = new Uint8ClampedArray(4 * cells.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [red, green, blue] = parsed[cells[row * columns + column]!] ?? [255, 255, 255];
      pixels.set([red!, green!, blue!, 255], 4 * ((rows - 1 - row) * columns + column));
    }
  }
  return pixels;
}

export interface Share {
  name: string;
  colour: string;
  share: number;
}

/** The categories that a diagram has cells of, in their own order. */
export function sharesOf(cells: Uint8Array, { names, colours }: Pick<PhaseDiagram, 'names' | 'colours'>): Share[] {
  const counts = new Array<number>(names.length).fill(0);
  for (const cell of cells) counts[cell]!++;
  return names.map((name, k) => ({ name, colour: colours[k]!, share: counts[k]! / cells.length })).filter((one) => one.share > 0);
}

/** Where a value lies on an axis of cells: its cell's number with the fraction, 0 in the middle of the first cell. */
export function cellAt({ low, high, logarithmic }: Axis, count: number, value: number): number {
  const part = logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return part * (count - 1);
}

/** The category of a value's own cell; null outside the diagram. */
export function categoryAt(diagram: PhaseDiagram, cells: Uint8Array, x: Axis, y: Axis, at: [number, number]): string | null {
  const column = Math.round(cellAt(x, diagram.x.length, at[0]));
  const row = Math.round(cellAt(y, diagram.y.length, at[1]));
  if (!(column >= 0 && column < diagram.x.length && row >= 0 && row < diagram.y.length)) return null;
  return diagram.names[cells[row * diagram.x.length + column]!] ?? null;
}
