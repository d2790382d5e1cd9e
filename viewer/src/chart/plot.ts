import uPlot from 'uplot';
import type { Theme } from '../state/theme';
import { formatTicks } from '../curves/format';
import { paint, type ChartCurve, type ChartLevel } from './paint';
import type { Range } from './ranges';

/** What a plot draws; it reads this object anew at every drawing. */
export interface Picture {
  curves: readonly ChartCurve[];
  levels: readonly ChartLevel[];
  x: Range;
  y: Range;
  logarithmic: boolean;
  logarithmicX: boolean;
  theme: Theme;
  yTicks?: readonly Tick[];
  /** Drawn below the curves, for example a heat map. */
  underlay?: (u: uPlot) => void;
}

export interface Tick {
  at: number;
  label: string;
}

export interface PlotEvents {
  /** The values under the pointer, null where it has left. */
  onPoint(x: number | null, y: number): void;
  onZoom(range: Range): void;
  onReset(): void;
  /** A press that was no drag, at the values under it. */
  onPick(x: number, y: number): void;
}

/**
 * uPlot gives axes, scales and the pointer; the curves have each their own x (runs record where they like), which its aligned
 * tables would have to be filled up for, and bands, so they are drawn over its grid by `paint`.
 */
export function createPlot(host: HTMLElement, picture: () => Picture, width: number, height: number, events: PlotEvents): uPlot {
  const { logarithmic, logarithmicX, x, y, yTicks } = picture();
  const colours = { stroke: () => picture().theme.soft, grid: { stroke: () => picture().theme.grid, width: 1 } };
  const span = (_: uPlot, low: number, high: number): Range => [low, high];
  const axis = (isLogarithmic: boolean): uPlot.Axis => ({
    ...colours,
    ticks: { stroke: () => picture().theme.grid, size: 4 },
    font: '12px system-ui, sans-serif',
    values: (_, splits) => formatTicks(splits, isLogarithmic),
    filter: (_, splits) => splits,
    ...(isLogarithmic ? { splits: (u: uPlot, index: number) => logarithmicTicks(rangeOf(u, index)) } : {}),
  });

  return new uPlot(
    {
      width,
      height,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, distr: logarithmicX ? 3 : 1, range: span },
        y: { distr: logarithmic ? 3 : 1, range: span },
      },
      series: [{}, { scale: 'y', points: { show: false }, paths: () => null }],
      axes: [
        { ...axis(logarithmicX), size: 34, gap: 3, space: 70 },
        {
          ...axis(logarithmic),
          ...(yTicks
            ? {
                splits: () => (picture().yTicks ?? []).map(({ at }) => at),
                values: () => (picture().yTicks ?? []).map(({ label }) => label),
              }
            : {}),
          size: 58,
          gap: 4,
          space: 28,
        },
      ],
      cursor: {
        x: false,
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: 5 },
        bind: { dblclick: () => () => (events.onReset(), null) },
      },
      hooks: {
        drawAxes: [(u) => picture().underlay?.(u)],
        draw: [
          (u) => {
            const now = picture();
            paint(u, now.curves, now.levels, now.theme, logarithmic);
          },
        ],
        ready: [
          (u) => {
            let from: [number, number] = [0, 0];
            u.over.addEventListener('pointerdown', (event) => (from = [event.clientX, event.clientY]));
            u.over.addEventListener('click', (event) => {
              if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) > 4) return;
              const box = u.over.getBoundingClientRect();
              events.onPick(u.posToVal(event.clientX - box.left, 'x'), u.posToVal(event.clientY - box.top, 'y'));
            });
          },
        ],
        setCursor: [
          (u) => {
            const { left = -10, top = 0 } = u.cursor;
            events.onPoint(left >= 0 ? u.posToVal(left, 'x') : null, u.posToVal(top, 'y'));
          },
        ],
        setSelect: [
          (u) => {
            const { left, width: chosen } = u.select;
            if (chosen > 4) events.onZoom([u.posToVal(left, 'x'), u.posToVal(left + chosen, 'x')]);
            if (chosen > 0) u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    [x, y] as uPlot.AlignedData,
    host,
  );
}

function rangeOf(u: uPlot, axis: number): Range {
  const scale = u.scales[axis === 0 ? 'x' : 'y']!;
  return [scale.min ?? 0.1, scale.max ?? 1];
}

/** Powers of ten, with 2 and 5 between them where there is room, or even steps inside one decade. */
export function logarithmicTicks([low, high]: Range): number[] {
  const decades = Math.log10(high / low);
  if (!(decades > 0) || !Number.isFinite(decades)) return [];
  if (decades < 0.8) {
    const rough = (high - low) / 4;
    const unit = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * unit).find((one) => one >= rough)!;
    const ticks: number[] = [];
    for (let k = Math.ceil(low / step); k * step <= high; k++) ticks.push(k * step);
    return ticks;
  }
  const stride = Math.max(1, Math.ceil(decades / 7));
  const between = decades < 2.2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); exponent++) {
    if (exponent % stride !== 0) continue;
    for (const factor of between) {
      const tick = factor * 10 ** exponent;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}
