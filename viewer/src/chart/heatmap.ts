import type uPlot from 'uplot';

export type Colour = readonly [number, number, number, number];

/** Viridis at nine places (van der Walt and Smith, 2015): even in lightness, and told apart with any colour vision. */
const viridis: readonly (readonly [number, number, number])[] = [
  [68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37],
];

/** The colour of a share between 0 and 1. */
export function viridisAt(share: number): Colour {
  const place = Math.min(1, Math.max(0, share)) * (viridis.length - 1);
  const index = Math.min(viridis.length - 2, Math.floor(place));
  const [low, high, part] = [viridis[index]!, viridis[index + 1]!, place - index];
  return [0, 1, 2].map((i) => Math.round(low[i]! + part * (high[i]! - low[i]!))).concat(255) as unknown as Colour;
}

/** A picture of cells, one pixel each: `columns` across, `rows` up from the bottom. */
export function cells(columns: number, rows: number, colour: (column: number, row: number) => Colour): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, columns);
  canvas.height = Math.max(1, rows);
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(canvas.width, canvas.height);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) image.data.set(colour(column, row), 4 * ((rows - 1 - row) * columns + column));
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/**
 * Draws cells below a chart's curves (`underlay` of `Chart`). `edges` are the x between which the columns lie, one more than
 * there are columns; the rows lie evenly on the axis, linear or logarithmic, from `low` to `high`.
 */
export function heatMap(picture: HTMLCanvasElement, edges: readonly number[], [low, high]: readonly [number, number]) {
  return (u: uPlot) => {
    const { ctx, bbox } = u;
    const top = u.valToPos(high, 'y', true);
    const height = u.valToPos(low, 'y', true) - top;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.imageSmoothingEnabled = false;
    for (let column = 0; column < picture.width; column++) {
      const left = Math.floor(u.valToPos(edges[column]!, 'x', true));
      const right = Math.ceil(u.valToPos(edges[column + 1]!, 'x', true));
      if (right < bbox.left || left > bbox.left + bbox.width) continue;
      ctx.drawImage(picture, column, 0, 1, picture.height, left, top, Math.max(1, right - left), height);
    }
    ctx.restore();
  };
}

/** The places halfway between neighbours, with the first and last cell as wide as their neighbours. */
export function edgesBetween(centres: readonly number[]): number[] {
  if (centres.length === 0) return [];
  if (centres.length === 1) return [centres[0]! - 0.5, centres[0]! + 0.5];
  const middle = centres.slice(1).map((centre, i) => (centre + centres[i]!) / 2);
  return [2 * centres[0]! - middle[0]!, ...middle, 2 * centres[centres.length - 1]! - middle[middle.length - 1]!];
}
