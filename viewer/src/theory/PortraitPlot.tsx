import { useMemo } from 'preact/hooks';
import { useTheme, type Theme } from '../state/theme';
import { styleOf, timeColour } from './colours';
import { contour } from './contours';
import { drawAxes, frameOf, inside, line, type Frame } from './draw';
import { rangeOf } from './scale';
import type { Portrait, PortraitField, PortraitLine } from './types';
import { useCanvas } from './useCanvas';

const shades = 24;

/** A trajectory in a plane, over the level lines, minimisers, edge and flow of that plane. */
export function PortraitPlot(props: { title: string; portrait: Portrait; height: number; onStart?: (x: number, y: number) => void }) {
  const { title, portrait, height, onStart } = props;
  const theme = useTheme();
  const ends = useMemo(() => endsOf(portrait), [portrait]);
  const { canvas, width } = useCanvas(height, (ctx, width) => draw(ctx, frameOf(width, height, ends.x, ends.y), portrait, theme), [portrait, ends, theme]);
  const onClick = (event: MouseEvent) => {
    const frame = frameOf(width, height, ends.x, ends.y);
    const box = canvas.current!.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    const { left: l, top: t, width: w, height: h } = frame.box;
    if (left >= l && left <= l + w && top >= t && top <= t + h) onStart?.(frame.x.value(left), frame.y.value(top));
  };
  const legend = legendOf(portrait);
  return (
    <>
      <div class="plane">
        <canvas ref={canvas} role="img" aria-label={spoken(title, portrait)} onClick={onStart && onClick} style={onStart && { cursor: 'crosshair' }} />
      </div>
      <ul class="theory-legend">
        <li>
          <svg width="44" height="10" aria-hidden="true">
            {[0, 1, 2, 3, 4].map((k) => (
              <circle key={k} cx={5 + 8.5 * k} cy="5" r="3" fill={timeColour(k / 4, theme.dark)} />
            ))}
          </svg>
          iterates, first to last
        </li>
        {legend.map(({ kind, label, level }) => {
          const style = styleOf(kind, theme);
          return (
            <li key={kind + label}>
              <svg width="22" height="10" aria-hidden="true">
                {kind === 'limit' ? (
                  <path d="M7 1 L15 9 M15 1 L7 9" stroke={style.colour} stroke-width="2.4" />
                ) : (
                  <line x1="0" x2="22" y1="5" y2="5" stroke={style.colour} stroke-width={style.width} stroke-dasharray={level ? undefined : style.dash.join(' ')} />
                )}
              </svg>
              {label}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function legendOf(portrait: Portrait) {
  return [...portrait.fields.map(({ kind, label }) => ({ kind, label, level: true })), ...portrait.lines.map(({ kind, label }) => ({ kind, label, level: false }))];
}

function spoken(title: string, { points, fields, lines }: Portrait): string {
  return `${title}: ${points.x.length} iterates${[...fields, ...lines].map((one) => `; ${one.label}`).join('')}`;
}

/** The ends of both axes: the portrait's own, or those of its points and lines. */
function endsOf(portrait: Portrait) {
  const end = (letter: 'x' | 'y') => {
    const axis = portrait[letter];
    if (axis.low !== undefined && axis.high !== undefined) return { low: axis.low, high: axis.high, logarithmic: axis.logarithmic };
    const [low, high] = rangeOf([...bounded(portrait.points[letter]), ...portrait.lines.flatMap((one) => one[letter])], axis.logarithmic);
    return { low, high, logarithmic: axis.logarithmic };
  };
  return { x: end('x'), y: end('y') };
}

/** Without the last steps of a run to infinity, which would press all others into a corner. */
function bounded(values: readonly (number | null)[]): (number | null)[] {
  const sizes = values.filter((value): value is number => value !== null).map(Math.abs).sort((a, b) => a - b);
  const bulk = sizes[Math.floor(sizes.length * 0.9)] ?? 0;
  return values.filter((value) => value === null || Math.abs(value) <= 1e3 * bulk || bulk === 0);
}

function draw(ctx: CanvasRenderingContext2D, frame: Frame, portrait: Portrait, theme: Theme) {
  const { box } = frame;
  ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
  drawAxes(ctx, frame, theme, { x: portrait.x.label, y: portrait.y.label }, portrait.fields.length === 0);
  inside(ctx, box, () => {
    for (const field of portrait.fields) drawField(ctx, frame, field, theme);
    for (const one of portrait.lines) if (one.x.length > 1) drawLine(ctx, frame, one, theme);
    drawPoints(ctx, frame, portrait, theme);
    for (const one of portrait.lines) if (one.x.length === 1) drawMark(ctx, frame, one, theme);
  });
}

function drawField(ctx: CanvasRenderingContext2D, { box }: Frame, field: PortraitField, theme: Theme) {
  const style = styleOf(field.kind, theme);
  const toX = (column: number) => box.left + (column / (field.columns - 1)) * box.width;
  const toY = (row: number) => box.top + box.height - (row / (field.rows - 1)) * box.height;
  ctx.strokeStyle = style.colour;
  ctx.lineWidth = style.width;
  ctx.setLineDash([]);
  ctx.beginPath();
  for (const level of field.levels) {
    for (const [x1, y1, x2, y2] of contour(field, level)) line(ctx, toX(x1), toY(y1), toX(x2), toY(y2));
  }
  // Pieces of a level line come in no order: a dash would begin anew in each of them.
  ctx.stroke();
}

function drawLine(ctx: CanvasRenderingContext2D, { x, y }: Frame, { kind, x: xs, y: ys }: PortraitLine, theme: Theme) {
  const style = styleOf(kind, theme);
  ctx.strokeStyle = style.colour;
  ctx.lineWidth = style.width;
  ctx.lineCap = kind === 'stable_minimisers' ? 'butt' : 'round';
  ctx.globalAlpha = kind === 'stable_minimisers' ? 0.65 : 1;
  ctx.setLineDash([...style.dash]);
  ctx.beginPath();
  let drawing = false;
  for (let k = 0; k < xs.length; k++) {
    const [left, up] = [xs[k], ys[k]];
    if (left == null || up == null) {
      drawing = false;
      continue;
    }
    if (drawing) ctx.lineTo(x.place(left), y.place(up));
    else ctx.moveTo(x.place(left), y.place(up));
    drawing = true;
  }
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

function drawPoints(ctx: CanvasRenderingContext2D, { x, y }: Frame, { points, y: axisY, x: axisX }: Portrait, theme: Theme) {
  const places: [number, number][] = [];
  for (let k = 0; k < points.x.length; k++) {
    const [left, up] = [points.x[k], points.y[k]];
    if (left == null || up == null || (axisX.logarithmic && left <= 0) || (axisY.logarithmic && up <= 0)) continue;
    places.push([x.place(left), y.place(up)]);
  }
  if (places.length === 0) return;
  if (points.every === 1 && places.length <= 400) {
    ctx.strokeStyle = timeColour(0.5, theme.dark);
    ctx.globalAlpha = 0.35;
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (const [left, top] of places) ctx.lineTo(left, top);
    ctx.stroke();
    ctx.globalAlpha = 1;
  }
  const size = places.length <= 1500 ? 2.3 : 1.5;
  // The first steps go the farthest, so shades change fastest there.
  const first = (shade: number) => Math.floor(places.length * (shade / shades) ** 2);
  for (let shade = 0; shade < shades; shade++) {
    ctx.fillStyle = timeColour(shade / (shades - 1), theme.dark);
    ctx.beginPath();
    for (let k = first(shade); k < first(shade + 1); k++) {
      const [left, top] = places[k]!;
      ctx.moveTo(left + size, top);
      ctx.arc(left, top, size, 0, 2 * Math.PI);
    }
    ctx.fill();
  }
  ring(ctx, places[0]!, 5, theme.ink, theme.paper);
  ring(ctx, places[places.length - 1]!, 4, theme.paper, theme.ink);
}

/** The start is an open ring, the last iterate a full one. */
function ring(ctx: CanvasRenderingContext2D, [left, top]: [number, number], size: number, edge: string, fill: string) {
  ctx.beginPath();
  ctx.arc(left, top, size, 0, 2 * Math.PI);
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.strokeStyle = edge;
  ctx.lineWidth = 2;
  ctx.stroke();
}

function drawMark(ctx: CanvasRenderingContext2D, { x, y }: Frame, { kind, x: xs, y: ys }: PortraitLine, theme: Theme) {
  const [left, up] = [xs[0], ys[0]];
  if (left == null || up == null) return;
  const [at, top] = [x.place(left), y.place(up)];
  ctx.strokeStyle = styleOf(kind, theme).colour;
  ctx.lineWidth = 3;
  ctx.beginPath();
  line(ctx, at - 6, top - 6, at + 6, top + 6);
  line(ctx, at - 6, top + 6, at + 6, top - 6);
  ctx.stroke();
}
