import { useMemo, useRef, useState } from 'preact/hooks';
import { formatNumber, formatPercent } from '../curves/format';
import { useTheme } from '../state/theme';
import { bytesOf, categoryAt, pixelsOf, sharesOf } from './cells';
import { drawAxes, frameOf, inside, line } from './draw';
import type { Axis, PhaseDiagram } from './types';
import { useCanvas } from './useCanvas';

interface PhasePlotProps {
  diagram: PhaseDiagram | null;
  /** The axes that the diagram was computed for. */
  x: Axis;
  y: Axis;
  symbols: { x: string; y: string };
  /** The parameters of the trajectory that is shown. */
  at: [number, number];
  height: number;
  onChoose: (x: number, y: number) => void;
}

/** What becomes of gradient descent over two parameters; a click, a drag or Enter shows the trajectory of a cell. */
export function PhasePlot({ diagram, x, y, symbols, at, height, onChoose }: PhasePlotProps) {
  const theme = useTheme();
  const [cursor, setCursor] = useState<[number, number] | null>(null);
  const dragging = useRef(false);
  const cells = useMemo(() => (diagram ? bytesOf(diagram.regimes) : null), [diagram]);
  const picture = useMemo(() => (diagram && cells ? pictureOf(diagram, cells) : null), [diagram, cells]);
  const shares = useMemo(() => (diagram && cells ? sharesOf(cells, diagram) : []), [diagram, cells]);
  const { canvas, width } = useCanvas(
    height,
    (ctx, width) => {
      const frame = frameOf(width, height, x, y);
      const { box } = frame;
      ctx.clearRect(0, 0, width, height);
      if (picture) {
        ctx.imageSmoothingEnabled = false;
        ctx.drawImage(picture, box.left, box.top, box.width, box.height);
      }
      drawAxes(ctx, frame, theme, symbols, false);
      inside(ctx, box, () => {
        if (cursor) hair(frame.x.place(cursor[0]), frame.y.place(cursor[1]));
        target(frame.x.place(at[0]), frame.y.place(at[1]));
      });

      function hair(left: number, top: number) {
        for (const [colour, wide] of [['#ffffff', 3], ['#000000', 1]] as const) {
          ctx.strokeStyle = colour;
          ctx.lineWidth = wide;
          ctx.globalAlpha = 0.75;
          ctx.beginPath();
          line(ctx, left, box.top, left, box.top + box.height);
          line(ctx, box.left, top, box.left + box.width, top);
          ctx.stroke();
        }
        ctx.globalAlpha = 1;
      }

      function target(left: number, top: number) {
        for (const [colour, wide] of [['#ffffff', 5], ['#000000', 2]] as const) {
          ctx.strokeStyle = colour;
          ctx.lineWidth = wide;
          ctx.beginPath();
          ctx.arc(left, top, 7, 0, 2 * Math.PI);
          ctx.stroke();
        }
      }
    },
    [picture, x, y, symbols, cursor, at[0], at[1], theme],
  );

  const pointed = (event: PointerEvent): [number, number] | null => {
    const place = canvas.current!.getBoundingClientRect();
    const frame = frameOf(width, height, x, y);
    const { box } = frame;
    const left = event.clientX - place.left;
    const top = event.clientY - place.top;
    const within = left >= box.left && left <= box.left + box.width && top >= box.top && top <= box.top + box.height;
    return within ? [frame.x.value(left), frame.y.value(top)] : null;
  };
  const onPointer = (event: PointerEvent, begins: boolean) => {
    const place = pointed(event);
    setCursor(place);
    if (begins && place) {
      dragging.current = true;
      canvas.current!.setPointerCapture(event.pointerId);
    }
    if (dragging.current && place) onChoose(place[0], place[1]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const directions: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const direction = directions[event.key];
    const from = cursor ?? at;
    if (direction) setCursor([stepped(x, from[0], direction[0], event.shiftKey), stepped(y, from[1], direction[1], event.shiftKey)]);
    else if ((event.key === 'Enter' || event.key === ' ') && cursor) onChoose(cursor[0], cursor[1]);
    else if (event.key === 'Escape') setCursor(null);
    else return;
    event.preventDefault();
  };

  const shown = cursor ?? at;
  const category = diagram && cells ? categoryAt(diagram, cells, x, y, shown) : null;
  const words = `${symbols.x} ${formatNumber(shown[0])}, ${symbols.y} ${formatNumber(shown[1])}: ${category ?? 'outside of the diagram'}`;
  return (
    <>
      <div class="plane">
        <canvas
          ref={canvas}
          tabIndex={0}
          role="group"
          aria-roledescription="phase diagram"
          aria-label={`Phase diagram of ${symbols.x} and ${symbols.y}. Arrow keys move the cursor, Enter shows the trajectory.`}
          style={{ cursor: 'crosshair', touchAction: 'none' }}
          onPointerDown={(event) => onPointer(event, true)}
          onPointerMove={(event) => onPointer(event, false)}
          onPointerUp={() => (dragging.current = false)}
          onPointerCancel={() => (dragging.current = false)}
          onPointerLeave={() => !dragging.current && setCursor(null)}
          onKeyDown={onKeyDown}
          onBlur={() => setCursor(null)}
        />
      </div>
      <p class="reading" aria-live="polite">
        {words}
      </p>
      <ul class="theory-legend">
        {shares.map(({ name, colour, share }) => (
          <li key={name}>
            <span class="cell" style={{ background: colour }} />
            {name} <span class="soft">{formatPercent(share)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function pictureOf(diagram: PhaseDiagram, cells: Uint8Array): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  picture.width = diagram.x.length;
  picture.height = diagram.y.length;
  picture.getContext('2d')!.putImageData(new ImageData(pixelsOf(cells, diagram.x.length, diagram.colours), diagram.x.length), 0, 0);
  return picture;
}

/** A value one key further on an axis, a hundredth of it or, with Shift, a tenth; it stays on the axis. */
function stepped({ low, high, logarithmic }: Axis, value: number, direction: number, far: boolean): number {
  const part = direction * (far ? 0.1 : 0.01);
  const next = logarithmic ? value * (high / low) ** part : value + (high - low) * part;
  return Math.min(high, Math.max(low, next));
}
