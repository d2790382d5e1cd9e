import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import uPlot from 'uplot';
import { formatNumber } from '../curves/format';
import { useTheme } from '../state/theme';
import { useObservable } from '../state/observable';
import { ChartLink } from './link';
import type { ChartCurve, ChartLevel } from './paint';
import { createPlot, type Picture, type Tick } from './plot';
import { nearest, rangeOfValues, spanOfX, type Range } from './ranges';
import { Readout, readingsAt } from './Readout';
import { Swatch } from './Swatch';

export interface ChartProps {
  title: string;
  /** Symbol or unit behind the title. */
  symbol?: string;
  xLabel: string;
  curves: readonly ChartCurve[];
  levels?: readonly ChartLevel[];
  logarithmic?: boolean;
  logarithmicX?: boolean;
  onLogarithmic?: (logarithmic: boolean) => void;
  /** Takes the chart off the page. */
  onClose?: () => void;
  /** Charts with the same link share cursor and zoom. */
  link?: ChartLink;
  /** What x spans where it is not zoomed; the curves' own span unless given. */
  extent?: Range | null;
  height?: number;
  underlay?: (u: uPlot) => void;
  /** What the value axis spans; that of the curves and near levels unless given. */
  y?: Range;
  /** A click on the picture, at the values under it. */
  onPick?: (x: number, y: number) => void;
  /** Lines of the readout beside the curves' values. */
  readout?: (x: number, y: number | null) => ComponentChildren;
  /** Ticks of the value axis, where it is no plain scale. */
  yTicks?: readonly Tick[];
  /** Names the curves below the picture; runs are named once for all charts instead. */
  legend?: boolean;
  children?: ComponentChildren;
}

/** Curves over a common x with axes, levels, a cursor with its readout, and zoom by drag and keys. */
export function Chart(props: ChartProps) {
  const { curves, levels = [], logarithmic = false, logarithmicX = false, height = 260, xLabel, underlay } = props;
  const own = useMemo(() => new ChartLink(), []);
  const link = props.link ?? own;
  const zoom = useObservable(link.range);
  const cursor = useObservable(link.cursor);
  const theme = useTheme();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [width, setWidth] = useState(0);
  const [active, setActive] = useState(false);
  const [spoken, setSpoken] = useState('');

  const extent = useMemo(() => {
    const found = props.extent ?? spanOfX(curves.map((curve) => curve.series)) ?? (logarithmicX ? [0.1, 1] : [0, 1]);
    return (found[0] < found[1] ? found : [found[0], found[0] + 1]) as Range;
  }, [props.extent, curves, logarithmicX]);
  const x = zoom ?? extent;
  const { range: y, clipped } = useMemo(
    () =>
      props.y
        ? { range: props.y, clipped: false }
        : rangeOfValues(ruling(curves).map((curve) => curve.series), levels.map((level) => level.value), x, logarithmic),
    [curves, levels, x[0], x[1], logarithmic, props.y?.[0], props.y?.[1]],
  );

  const picture = useRef<Picture>(null!);
  picture.current = { curves, levels, x, y, logarithmic, logarithmicX, theme, yTicks: props.yTicks, underlay };
  const reset = useRef(() => {});
  const [under, setUnder] = useState<number | null>(null);
  // Only a readout asks for the height: other charts are not drawn anew by a cursor that moves up or down.
  const reads = useRef(false);
  reads.current = props.readout !== undefined;
  const pick = useRef(props.onPick);
  pick.current = props.onPick;
  reset.current = () => (link.range.value = null);

  useLayoutEffect(() => {
    const element = host.current!;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    setWidth(Math.floor(element.clientWidth));
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (width === 0) return;
    const created = createPlot(host.current!, () => picture.current, width, height, {
      onPoint: (at, height) => {
        setUnder(reads.current && at !== null ? height : null);
        link.cursor.value = at;
        setActive(at !== null);
      },
      onZoom: (range) => (link.range.value = range),
      onReset: () => reset.current(),
      onPick: (left, top) => pick.current?.(left, top),
    });
    plot.current = created;
    return () => {
      plot.current = null;
      created.destroy();
    };
  }, [width === 0, height, logarithmic, logarithmicX, link]);

  useEffect(() => {
    if (width > 0) plot.current?.setSize({ width, height });
  }, [width]);

  // A chart below the screen is drawn when it comes into view: one of many curves takes a browser longer than all else here.
  const inView = useRef(true);
  const isOld = useRef(false);
  const draw = useRef(() => {});
  draw.current = () => {
    isOld.current = !inView.current;
    if (inView.current) plot.current?.setData([x, y] as uPlot.AlignedData);
  };
  useEffect(() => draw.current(), [curves, levels, x[0], x[1], y[0], y[1], theme, underlay, logarithmic]);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        inView.current = entries[entries.length - 1]!.isIntersecting;
        if (inView.current && isOld.current) draw.current();
      },
      { rootMargin: '200px' },
    );
    observer.observe(host.current!);
    // On paper all of the page is in view.
    const print = () => {
      inView.current = true;
      draw.current();
    };
    addEventListener('beforeprint', print);
    return () => {
      observer.disconnect();
      removeEventListener('beforeprint', print);
    };
  }, []);

  const bold = ruling(curves).length;
  const reach = (x[1] - x[0]) / 30;
  const inside = cursor !== null && cursor >= x[0] && cursor <= x[1];
  const place = inside && plot.current ? plot.current.valToPos(cursor, 'x') : null;
  const readings = inside && active ? readingsAt(curves, cursor, reach) : [];

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const span = x[1] - x[0];
    const at = inside ? cursor : (x[0] + x[1]) / 2;
    const move = (next: number) => {
      const clamped = Math.min(x[1], Math.max(x[0], next));
      link.cursor.value = clamped;
      setActive(true);
      setSpoken(spokenAt(xLabel, clamped, curves, reach));
    };
    const zoomBy = (factor: number) => {
      const wanted: Range = [at - (at - x[0]) * factor, at + (x[1] - at) * factor];
      const next: Range = [Math.max(extent[0], wanted[0]), Math.min(extent[1], wanted[1])];
      link.range.value = next[0] <= extent[0] && next[1] >= extent[1] ? null : next;
    };
    const actions: Record<string, () => void> = {
      ArrowLeft: () => move(at - span * (event.shiftKey ? 0.1 : 0.01)),
      ArrowRight: () => move(at + span * (event.shiftKey ? 0.1 : 0.01)),
      Home: () => move(x[0]),
      End: () => move(x[1]),
      '+': () => zoomBy(0.5),
      '=': () => zoomBy(0.5),
      '-': () => zoomBy(2),
      '0': () => reset.current(),
      Escape: () => {
        reset.current();
        link.cursor.value = null;
        setActive(false);
      },
      l: () => props.onLogarithmic?.(!logarithmic),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  // uPlot follows a mouse; a finger moves the cursor sideways, up and down still scrolls the page.
  const onTouch = (event: PointerEvent) => {
    if (event.pointerType === 'mouse' || !plot.current) return;
    const box = plot.current.over.getBoundingClientRect();
    const left = event.clientX - box.left;
    if (left < 0 || left > box.width) return;
    link.cursor.value = plot.current.posToVal(left, 'x');
    setActive(true);
  };

  return (
    <figure class="chart">
      <figcaption>
        <span class="spread">
          <b>{props.title}</b> {props.symbol && <span class="soft">{props.symbol}</span>}
          {clipped && <span class="soft"> · the highest values lie above the picture; log shows them</span>}
        </span>
        {props.onLogarithmic && (
          <button type="button" class="small" aria-pressed={logarithmic} onClick={() => props.onLogarithmic!(!logarithmic)}
            aria-label={`logarithmic axis of ${props.title}`}>
            log
          </button>
        )}
        {props.onClose && (
          <button type="button" class="small" onClick={props.onClose} aria-label={`remove ${props.title}`} title="remove this chart">
            ×
          </button>
        )}
      </figcaption>
      <div
        class={props.onPick ? 'plot pick' : 'plot'}
        tabIndex={0}
        role="group"
        aria-roledescription="chart"
        aria-label={`${props.title} over ${xLabel}, ${bold} ${bold === 1 ? 'curve' : 'curves'}. Arrow keys read values, plus and minus zoom.`}
        onKeyDown={onKeyDown}
        onBlur={() => setActive(false)}
        onPointerDown={onTouch}
        onPointerMove={onTouch}
      >
        <div ref={host} style={{ height: `${height}px` }} />
        {place !== null && plot.current && (
          <div class="over" aria-hidden="true" style={overStyle(plot.current)}>
            <div class="crosshair" style={{ left: `${place}px` }} />
            <Dots plot={plot.current} curves={curves} x={cursor!} reach={reach} y={y} />
            {active && (
              <div class={`readout ${place > plot.current.over.clientWidth / 2 ? 'left' : 'right'}`}
                style={place > plot.current.over.clientWidth / 2 ? { right: `${plot.current.over.clientWidth - place + 12}px` } : { left: `${place + 12}px` }}>
                <Readout x={`${xLabel} ${formatNumber(recordedAt(curves, cursor!, reach), 6)}`} readings={readings} levels={levels} />
                {props.readout?.(cursor!, under)}
              </div>
            )}
          </div>
        )}
      </div>
      <div class="x-label">{xLabel}</div>
      {props.legend && (
        <ul class="curves">
          {curves.map(({ key, label, colour, dash }) => (
            <li key={key}>
              <Swatch colour={colour} dash={dash} /> {label}
            </li>
          ))}
        </ul>
      )}
      <div class="unseen" aria-live="polite">{spoken}</div>
      {props.children}
    </figure>
  );
}

/** The curves that decide what the value axis spans: faint ones only where there are no others. */
function ruling(curves: readonly ChartCurve[]): readonly ChartCurve[] {
  const bold = curves.filter((curve) => !curve.faint);
  return bold.length > 0 ? bold : curves;
}

/** The recorded x nearest to the cursor among all curves, which is what the readout speaks of; the cursor's own where none is near. */
function recordedAt(curves: readonly ChartCurve[], x: number, reach: number): number {
  let best = x;
  let least = reach;
  for (const { series } of curves) {
    const i = nearest(series.x, x);
    const distance = i < 0 ? Infinity : Math.abs(series.x[i]! - x);
    if (distance < least) [best, least] = [series.x[i]!, distance];
  }
  return best;
}

function overStyle(plot: uPlot) {
  const { left, top, width, height } = plot.bbox;
  const ratio = devicePixelRatio;
  return { left: `${left / ratio}px`, top: `${top / ratio}px`, width: `${width / ratio}px`, height: `${height / ratio}px` };
}

/** The points that the readout speaks of. */
function Dots(props: { plot: uPlot; curves: readonly ChartCurve[]; x: number; reach: number; y: Range }) {
  return (
    <>
      {props.curves.map(({ key, series, colour }) => {
        const i = nearest(series.x, props.x);
        const value = i < 0 ? null : series.y[i];
        if (value === null || value === undefined || Math.abs(series.x[i]! - props.x) > props.reach) return null;
        if (!(value >= props.y[0] && value <= props.y[1])) return null;
        const place = { left: `${props.plot.valToPos(series.x[i]!, 'x')}px`, top: `${props.plot.valToPos(value, 'y')}px` };
        return <div key={key} class="dot" style={{ ...place, background: colour }} />;
      })}
    </>
  );
}

function spokenAt(xLabel: string, x: number, curves: readonly ChartCurve[], reach: number): string {
  const values = readingsAt(curves, x, reach).slice(0, 5).map(({ curve, value }) => `${curve.label} ${formatNumber(value)}`);
  return `${xLabel} ${formatNumber(x, 6)}: ${values.join(', ') || 'no values'}`;
}
