import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Chart } from '../chart/Chart';
import { ChartLink } from '../chart/link';
import type { ChartCurve } from '../chart/paint';
import { strokeOf } from '../chart/palette';
import type { Range } from '../chart/ranges';
import { LiveCurves } from '../curves/live';
import { smoothed } from '../curves/smoothing';
import type { Quantity, RunDetails, XAxis } from '../source/types';
import { change } from '../state/address';
import { useObservable } from '../state/observable';
import { useTheme } from '../state/theme';
import { useLoaded, useSource } from './context';
import { levelsOf } from './levels';
import { labelsOf } from './runs';

/** What is drawn unless the address names others; of these a chart without any curve is left out. */
const usual = [
  'loss', 'train_accuracy', 'sharpness', 'eta_sharpness', 'step_size', 'grad_norm', 'function_evaluations', 'gfs_sharpness',
  'preconditioned_sharpness', 'test_loss', 'test_accuracy',
];
const twoOverStep = 'two_over_step_size';
const windows = [0, 1, 2, 5, 10, 25, 50, 100];
const axes: readonly { name: XAxis; title: string }[] = [
  { name: 'iteration', title: 'iteration' },
  { name: 'evaluations', title: 'evaluations' },
  { name: 'seconds', title: 'seconds' },
];
const columnWidth = 480;

interface Props {
  ids: readonly string[];
  details: ReadonlyMap<string, RunDetails>;
  /** Runs that are switched off in the legend. */
  off: ReadonlySet<string>;
  parameters: URLSearchParams;
}

/** The charts of one or more runs with what governs them: quantities, axes, smoothing, zoom. The address holds all of it. */
export function RunCharts({ ids, details, off, parameters }: Props) {
  const source = useSource();
  const theme = useTheme();
  const { value: quantities, problem } = useLoaded(() => source.quantities(), [source]);
  const live = useMemo(() => new LiveCurves(source), [source]);
  useEffect(() => () => live.close(), [live]);
  const { runs, loading, problem: fetchProblem } = useObservable(live.state);
  const link = useMemo(() => new ChartLink(rangeOf(parameters)), []);
  const zoom = useObservable(link.range);
  const [area, width] = useWidth();

  const x = (axes.find((axis) => axis.name === parameters.get('x')) ?? axes[0]!).name;
  const half = windows.find((size) => String(size) === parameters.get('smooth')) ?? 0;
  const chosen = listOf(parameters, 'show');
  const switched = listOf(parameters, 'log') ?? [];
  const known = new Map((quantities ?? []).map((quantity) => [quantity.name, quantity]));
  const wanted = (chosen ?? usual).filter((name) => known.has(name));
  const columns = Math.max(1, Math.floor((width + 28) / (columnWidth + 28)));
  const pixels = Math.min(1600, Math.max(200, Math.ceil((width / columns - 70) / 100) * 100));

  useEffect(() => {
    if (width === 0 || !quantities) return;
    const asked = known.has(twoOverStep) && wanted.includes('sharpness') ? [...wanted, twoOverStep] : wanted;
    live.want({ runs: ids, quantities: asked, x, range: zoom, pixels });
  }, [ids.join('\n'), wanted.join(), x, zoom?.[0], zoom?.[1], pixels, quantities]);

  // Another address in the same page, by a link or the way back, rules the zoom. The address that this page wrote itself does
  // not: the zoom may have gone on since, and would be thrown back.
  const written = useRef(nameOf(rangeOf(parameters)));
  useEffect(() => {
    const named = rangeOf(parameters);
    if (nameOf(named) === written.current) return;
    written.current = nameOf(named);
    link.range.value = named;
  }, [parameters.get('from'), parameters.get('to')]);
  useEffect(() => {
    written.current = nameOf(zoom);
    change({ from: zoom && short(zoom[0]), to: zoom && short(zoom[1]) });
  }, [zoom]);

  const labels = labelsOf(ids.map((id) => ({ id, name: details.get(id)?.name ?? id })));
  const drawn = ids
    .map((id, index) => ({ id, label: labels.get(id)!, stroke: strokeOf(index, theme.dark), run: details.get(id) }))
    .filter(({ id }) => !off.has(id));
  const drawnKey = drawn.map(({ id, run }) => `${id}|${run?.status}|${run?.levels.edge?.value}`).join('\n');

  const charts = useMemo(
    () =>
      wanted.map((name) => {
        const curves: ChartCurve[] = [];
        for (const { id, label, stroke, run } of drawn) {
          const held = runs.get(id)?.curves;
          const series = held?.[name];
          if (series && series.x.length > 0) {
            curves.push({ key: id, label, ...stroke, series: smoothed(series, half), endsBadly: run?.status === 'diverged' });
          }
          const threshold = name === 'sharpness' && !run?.levels.edge ? held?.[twoOverStep] : undefined;
          if (threshold && series) curves.push({ key: `${id} 2/η`, label: `${label} 2/η`, ...stroke, dash: [2, 3], faint: true, series: smoothed(threshold, half) });
        }
        const measured = drawn.flatMap(({ run, label, stroke }) => (run ? [{ run, label, colour: stroke.colour }] : []));
        return { quantity: known.get(name)!, curves, levels: levelsOf(name, measured) };
      }),
    [runs, wanted.join(), drawnKey, half, theme, quantities],
  );

  const extent = useMemo(() => {
    const all = drawn.flatMap(({ id }) => [...(runs.get(id)?.extent ?? [])]);
    return all.length > 0 ? ([Math.min(...all), Math.max(...all)] as Range) : null;
  }, [runs, drawnKey]);

  const shown = charts.filter(({ curves }) => chosen !== null || curves.length > 0);
  const others = (quantities ?? []).filter(({ name }) => !shown.some((chart) => chart.quantity.name === name));
  const show = (names: readonly string[]) => change({ show: names.join(',') });

  return (
    <section aria-label="charts" aria-busy={loading}>
      <div class="controls">
        <fieldset class="choice">
          <legend>x</legend>
          {axes.map((axis) => (
            <label key={axis.name}>
              <input
                type="radio"
                name="x"
                checked={axis.name === x}
                onChange={() => {
                  link.range.value = null;
                  change({ x: axis.name === 'iteration' ? null : axis.name });
                }}
              />
              {axis.title}
            </label>
          ))}
        </fieldset>
        <label>
          smoothing{' '}
          <select value={String(half)} onChange={(event) => change({ smooth: event.currentTarget.value === '0' ? null : event.currentTarget.value })}>
            {windows.map((size) => (
              <option key={size} value={String(size)}>
                {size === 0 ? 'none' : `${2 * size + 1} points, band of min–max`}
              </option>
            ))}
          </select>
        </label>
        <label>
          add{' '}
          <select
            value=""
            onChange={(event) => {
              if (event.currentTarget.value) show([...shown.map((chart) => chart.quantity.name), event.currentTarget.value]);
              event.currentTarget.value = '';
            }}
          >
            <option value="">a quantity …</option>
            {groupsOf(others).map(([group, members]) => (
              <optgroup key={group} label={group}>
                {members.map(({ name, title, symbol }) => (
                  <option key={name} value={name}>
                    {title} {symbol}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </label>
        {chosen !== null && <button type="button" class="small" onClick={() => change({ show: null })}>usual charts</button>}
        {zoom && (
          <button type="button" class="small" onClick={() => (link.range.value = null)}>
            show everything
          </button>
        )}
        <span class="soft" role="status">
          {loading && runs.size < ids.length ? `loading ${runs.size} of ${ids.length} runs …` : ''}
        </span>
      </div>
      {(problem || fetchProblem) && (
        <p class="problem" role="alert">
          {problem || fetchProblem}
        </p>
      )}
      <div class="charts" ref={area}>
        {shown.map(({ quantity, curves, levels }) => {
          const logarithmic = quantity.logarithmic !== switched.includes(quantity.name);
          return (
            <Chart
              key={quantity.name}
              title={quantity.title}
              symbol={quantity.symbol}
              xLabel={x}
              curves={curves}
              levels={levels}
              logarithmic={logarithmic}
              onLogarithmic={() => change({ log: toggled(switched, quantity.name).join(',') })}
              onClose={() => show(shown.map((chart) => chart.quantity.name).filter((name) => name !== quantity.name))}
              link={link}
              extent={extent}
            />
          );
        })}
        {!loading && quantities && shown.length === 0 && <p class="soft">Nothing is recorded yet.</p>}
      </div>
    </section>
  );
}

const short = (value: number) => Number(value.toPrecision(9));

const nameOf = (range: Range | null) => String(range?.map(short));

function rangeOf(parameters: URLSearchParams): Range | null {
  const [from, to] = [parameters.get('from'), parameters.get('to')];
  return from !== null && to !== null && Number(from) < Number(to) ? [Number(from), Number(to)] : null;
}

function listOf(parameters: URLSearchParams, name: string): string[] | null {
  const text = parameters.get(name);
  return text ? text.split(',') : null;
}

function toggled(list: readonly string[], one: string): string[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}

function groupsOf(quantities: readonly Quantity[]): [string, Quantity[]][] {
  const groups = new Map<string, Quantity[]>();
  for (const quantity of quantities) {
    const members = groups.get(quantity.group);
    if (members) members.push(quantity);
    else groups.set(quantity.group, [quantity]);
  }
  return [...groups];
}

function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(() => setWidth(element.current?.clientWidth ?? 0));
    observer.observe(element.current!);
    setWidth(element.current!.clientWidth);
    return () => observer.disconnect();
  }, []);
  return [element, width] as const;
}
