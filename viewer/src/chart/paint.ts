import type uPlot from 'uplot';
import type { Theme } from '../state/theme';
import type { Series } from '../source/types';

/** One curve of a chart. */
export interface ChartCurve {
  key: string;
  label: string;
  colour: string;
  dash?: readonly number[];
  series: Series;
  /** Thin, beside a bold curve of the same colour, which alone decides what the axis spans. */
  faint?: boolean;
  /** Thin and without marks, as one of many. */
  thin?: boolean;
  /** Points alone, without the line between them. */
  dots?: boolean;
  /** Marks the last point with a cross: the run diverged there. */
  endsBadly?: boolean;
}

/** A horizontal line that curves are read against. */
export interface ChartLevel {
  value: number;
  label: string;
  colour?: string;
}

type Place = (value: number) => number;

// Coordinates far outside the canvas lose their precision, or are dropped by the browser.
const far = 1e5;
const mostMarked = 60;
/** Points from which on the joins of a line are too small to be seen, and rounding each is most of what drawing takes. */
const dense = 200;
/** Curves above which dense ones are drawn a device pixel wide: without a graphics processor that is ten times as fast as any wider line. */
const few = 4;

/** Draws levels and curves over a plot's grid. */
export function paint(u: uPlot, curves: readonly ChartCurve[], levels: readonly ChartLevel[], theme: Theme, logarithmic: boolean) {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const toX = placing(u.scales.x!, bbox.left, bbox.width);
  const upwards = placing(u.scales.y!, bbox.top + bbox.height, -bbox.height);
  const toY: Place = (value) => Math.max(-far, Math.min(far, upwards(value)));
  const shows = (value: number | null | undefined): value is number =>
    value !== null && value !== undefined && (!logarithmic || value > 0);

  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const curve of curves) band(ctx, curve, toX, toY, shows, bbox.top + bbox.height, logarithmic);
  for (const curve of curves) line(ctx, curve, curves.length > few, toX, toY, shows, ratio, u);
  ctx.restore();
  drawLevels(u, levels, theme, toY, ratio);
}

/** What `valToPos` gives on the canvas, which works out scale and size anew for every one of some hundred thousand points. */
export function placing({ min = 0, max = 1, distr }: uPlot.Scale, start: number, length: number): Place {
  const reach: Place = distr === 3 ? Math.log10 : (value) => value;
  const low = reach(min);
  const each = length / (reach(max) - low);
  return (value) => start + (reach(value) - low) * each;
}

function band(
  ctx: CanvasRenderingContext2D, { colour, series }: ChartCurve, toX: Place, toY: Place,
  shows: (value: number | null | undefined) => value is number, bottom: number, logarithmic: boolean,
) {
  const { x, low, high } = series;
  if (!low || !high) return;
  const down = (i: number) => (shows(low[i]) ? toY(low[i]!) : logarithmic ? bottom : toY(high[i]!));
  ctx.fillStyle = ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.22;
  let start = -1;
  for (let i = 0; i <= x.length; i++) {
    const inside = i < x.length && shows(high[i]);
    if (inside && start < 0) start = i;
    if (inside || start < 0) continue;
    ctx.beginPath();
    if (toX(x[i - 1]!) - toX(x[start]!) < i - start) {
      columns(ctx, start, i, (j) => toX(x[j]!), (j) => toY(high[j]!), down);
      ctx.stroke();
    } else {
      for (let j = start; j < i; j++) ctx.lineTo(toX(x[j]!), toY(high[j]!));
      for (let j = i - 1; j >= start; j--) ctx.lineTo(toX(x[j]!), down(j));
      ctx.closePath();
      ctx.fill();
    }
    start = -1;
  }
  ctx.globalAlpha = 1;
}

/** A band of a point or more for each pixel as a line for each, which takes a tenth of the time of a polygon. */
function columns(
  ctx: CanvasRenderingContext2D, start: number, end: number, left: (i: number) => number, up: (i: number) => number, down: (i: number) => number,
) {
  ctx.lineWidth = 1;
  ctx.setLineDash([]);
  let column = Math.floor(left(start));
  let [top, bottom] = [Infinity, -Infinity];
  for (let i = start; i < end; i++) {
    const here = Math.floor(left(i));
    for (; column < here; column++) {
      ctx.moveTo(column + 0.5, top);
      ctx.lineTo(column + 0.5, bottom);
      // Where points are unevenly spaced, a column between two of them looks like the one before.
      if (column === here - 1) [top, bottom] = [Infinity, -Infinity];
    }
    top = Math.min(top, up(i));
    bottom = Math.max(bottom, down(i));
  }
  ctx.moveTo(column + 0.5, top);
  ctx.lineTo(column + 0.5, bottom);
}

function line(
  ctx: CanvasRenderingContext2D, curve: ChartCurve, oneOfMany: boolean, toX: Place, toY: Place,
  shows: (value: number | null | undefined) => value is number, ratio: number, u: uPlot,
) {
  const { x, y } = curve.series;
  const isThin = curve.faint || curve.thin || (oneOfMany && x.length >= dense);
  ctx.strokeStyle = ctx.fillStyle = curve.colour;
  ctx.lineJoin = x.length < dense ? 'round' : 'bevel';
  ctx.lineWidth = isThin ? (ratio < 2 ? 1 : ratio) : 1.7 * ratio;
  ctx.setLineDash((curve.dash ?? []).map((length) => length * ratio));
  if (!curve.dots) {
    ctx.beginPath();
    let drawing = false;
    for (let i = 0; i < x.length; i++) {
      const value = y[i];
      if (!shows(value)) {
        drawing = false;
        continue;
      }
      if (drawing) ctx.lineTo(toX(x[i]!), toY(value));
      else ctx.moveTo(toX(x[i]!), toY(value));
      drawing = true;
    }
    ctx.stroke();
  }

  ctx.setLineDash([]);
  const { min = -Infinity, max = Infinity } = u.scales.x ?? {};
  const visible: number[] = [];
  for (let i = 0; i < x.length && visible.length <= mostMarked; i++) {
    if (x[i]! >= min && x[i]! <= max && shows(y[i])) visible.push(i);
  }
  if (curve.dots || (!curve.faint && !curve.thin && visible.length <= mostMarked)) {
    ctx.beginPath();
    for (let i = 0; i < x.length; i++) {
      const value = y[i];
      if (!shows(value) || x[i]! < min || x[i]! > max) continue;
      const [left, top] = [toX(x[i]!), toY(value)];
      ctx.moveTo(left + 2 * ratio, top);
      ctx.arc(left, top, (curve.dots ? 1.6 : 2.2) * ratio, 0, 2 * Math.PI);
    }
    ctx.fill();
  }

  if (curve.endsBadly) cross(ctx, curve, toX, toY, shows, ratio, u.bbox);
}

function cross(
  ctx: CanvasRenderingContext2D, { series: { x, y } }: ChartCurve, toX: Place, toY: Place,
  shows: (value: number | null | undefined) => value is number, ratio: number, bbox: uPlot.BBox,
) {
  let last = y.length - 1;
  while (last >= 0 && !shows(y[last])) last--;
  if (last < 0) return;
  const size = 5 * ratio;
  const left = toX(x[last]!);
  const top = Math.max(bbox.top + size + ratio, Math.min(bbox.top + bbox.height - size - ratio, toY(y[last]!)));
  ctx.lineWidth = 2.6 * ratio;
  ctx.beginPath();
  ctx.moveTo(left - size, top - size);
  ctx.lineTo(left + size, top + size);
  ctx.moveTo(left - size, top + size);
  ctx.lineTo(left + size, top - size);
  ctx.stroke();
}

function drawLevels(u: uPlot, levels: readonly ChartLevel[], theme: Theme, toY: Place, ratio: number) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.font = `${11.5 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  const size = 14 * ratio;
  let above = -Infinity;
  for (const level of [...levels].sort((a, b) => b.value - a.value)) {
    const y = toY(level.value);
    if (!(y >= bbox.top && y <= bbox.top + bbox.height)) continue;
    ctx.strokeStyle = level.colour ?? theme.ink;
    ctx.lineWidth = 1.2 * ratio;
    ctx.globalAlpha = 0.8;
    ctx.setLineDash([5 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.globalAlpha = 1;
    // Two lines close to each other are labelled on their outer sides; labels that would still collide are left to the readout.
    let baseline = y - 4 * ratio;
    if (baseline - size < above || baseline - size < bbox.top) baseline = y + size - 2 * ratio;
    if (baseline - size < above - 2 * ratio) continue;
    above = baseline;
    ctx.lineWidth = 3.5 * ratio;
    ctx.setLineDash([]);
    ctx.strokeStyle = theme.paper;
    ctx.fillStyle = level.colour ?? theme.ink;
    ctx.strokeText(level.label, bbox.left + bbox.width - 5 * ratio, baseline);
    ctx.fillText(level.label, bbox.left + bbox.width - 5 * ratio, baseline);
  }
  ctx.restore();
}
