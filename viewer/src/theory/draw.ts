import { formatTicks } from '../curves/format';
import type { Theme } from '../state/theme';
import { scaleOf, ticksOf, type Scale } from './scale';

/** The part of a canvas inside its axes, in CSS pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Frame {
  box: Box;
  x: Scale;
  y: Scale;
}

interface Ends {
  low: number;
  high: number;
  logarithmic: boolean;
}

const margins = { left: 58, right: 14, top: 8, bottom: 42 };

export function frameOf(width: number, height: number, x: Ends, y: Ends): Frame {
  const box = { left: margins.left, top: margins.top, width: Math.max(10, width - margins.left - margins.right), height: height - margins.top - margins.bottom };
  return {
    box,
    x: scaleOf(x.low, x.high, x.logarithmic, box.left, box.left + box.width),
    y: scaleOf(y.low, y.high, y.logarithmic, box.top + box.height, box.top),
  };
}

/** Axes with ticks, labels and, where it is asked for, a grid. */
export function drawAxes(ctx: CanvasRenderingContext2D, { box, x, y }: Frame, theme: Theme, labels: { x: string; y: string }, grid: boolean) {
  const across = ticksOf(x.low, x.high, x.logarithmic, Math.max(2, Math.round(box.width / 90)));
  const up = ticksOf(y.low, y.high, y.logarithmic, Math.max(2, Math.round(box.height / 55)));
  ctx.lineWidth = 1;
  ctx.strokeStyle = theme.grid;
  if (grid) {
    ctx.beginPath();
    for (const tick of across) line(ctx, Math.round(x.place(tick)) + 0.5, box.top, Math.round(x.place(tick)) + 0.5, box.top + box.height);
    for (const tick of up) line(ctx, box.left, Math.round(y.place(tick)) + 0.5, box.left + box.width, Math.round(y.place(tick)) + 0.5);
    ctx.stroke();
  }
  ctx.strokeStyle = theme.soft;
  ctx.strokeRect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1);
  ctx.fillStyle = theme.soft;
  ctx.font = '12px system-ui, sans-serif';
  ctx.textAlign = 'center';
  ctx.textBaseline = 'top';
  formatTicks(across, x.logarithmic).forEach((text, k) => ctx.fillText(text, x.place(across[k]!), box.top + box.height + 5));
  ctx.fillText(labels.x, box.left + box.width / 2, box.top + box.height + 23, box.width);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  formatTicks(up, y.logarithmic).forEach((text, k) => ctx.fillText(text, box.left - 6, y.place(up[k]!)));
  ctx.save();
  ctx.translate(11, box.top + box.height / 2);
  ctx.rotate(-Math.PI / 2);
  ctx.textAlign = 'center';
  ctx.fillText(labels.y, 0, 0, box.height);
  ctx.restore();
}

/** Draws inside the axes only. */
export function inside(ctx: CanvasRenderingContext2D, { left, top, width, height }: Box, draw: () => void) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  draw();
  ctx.restore();
}

export function line(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number) {
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
}
