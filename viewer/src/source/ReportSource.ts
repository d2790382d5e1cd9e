import { SourceError, type Connection, type Source } from './Source';
import type { CurvesAnswer, CurvesRequest, ReportData, RunAxes, RunCurves, Series, XAxis } from './types';

/** The data inlined in a report. */
export class ReportSource implements Source {
  readonly kind = 'report';

  constructor(readonly data: ReportData) {}

  info = async () => ({ version: this.data.version, root: '', can_start: false, token: false, ...this.data.info });

  runs = async () => ({ runs: this.data.runs, fields: [] });

  run = async (id: string) => {
    const found = this.data.runs.find((run) => run.id === id);
    if (!found) throw new SourceError(`this report holds no run '${id}'`, 404);
    return found;
  };

  quantities = async () => this.data.quantities;

  curves = async ({ runs, quantities, x, range }: CurvesRequest): Promise<CurvesAnswer> => ({
    x,
    runs: this.data.curves.iteration
      .filter((run) => runs.includes(run.id))
      .map((run) => chosen(against(run, x, this.data.axes?.[run.id]), quantities, range ?? null)),
  });

  tail = async (): Promise<CurvesAnswer> => {
    throw new SourceError('a report holds no run that goes on', 404);
  };

  spectrum = async (id: string) => {
    const spectrum = this.data.spectra[id];
    if (!spectrum) throw new SourceError(`this report holds no spectrum of '${id}'`, 404);
    return spectrum;
  };

  watch = () => () => {};

  watchConnection = (onState: (state: Connection) => void) => {
    onState('none');
    return () => {};
  };
}

/** The report's data of a page, or null where it has none. */
export function readReport(page: Document): ReportData | null {
  const text = page.getElementById('brink-report')?.textContent;
  return text ? (JSON.parse(text) as ReportData | null) : null;
}

/** The curves over another axis: a report holds them once, and what that axis reads at the iterations. */
function against(run: RunCurves, x: XAxis, axes: RunAxes | undefined): RunCurves {
  if (x === 'iteration') return run;
  if (!axes || axes.iteration.length === 0) return { ...run, extent: [], curves: {} };
  const place = (iteration: number) => interpolated(axes.iteration, axes[x], iteration);
  const curves: Record<string, Series> = {};
  for (const [name, series] of Object.entries(run.curves)) curves[name] = { ...series, x: series.x.map(place) };
  return { ...run, extent: run.extent.map(place), curves };
}

/** y at x between known points, x ascending; beyond them the first or the last. */
export function interpolated(xs: number[], ys: number[], x: number): number {
  let low = 0;
  let high = xs.length - 1;
  if (x <= xs[low]!) return ys[low]!;
  if (x >= xs[high]!) return ys[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  const share = (x - xs[low]!) / (xs[high]! - xs[low]!);
  return ys[low]! + share * (ys[high]! - ys[low]!);
}

function chosen(run: RunCurves, quantities: string[], range: [number, number] | null): RunCurves {
  const curves: Record<string, Series> = {};
  for (const name of quantities) {
    const series = run.curves[name];
    if (series) curves[name] = range ? within(series, range) : series;
  }
  return { ...run, curves };
}

/** The points of a range and one beyond at either side, so that lines reach the edge. */
export function within(series: Series, [from, to]: [number, number]): Series {
  let first = series.x.findIndex((x) => x >= from);
  if (first < 0) first = series.x.length;
  let end = first;
  while (end < series.x.length && series.x[end]! <= to) end++;
  first = Math.max(0, first - 1);
  end = Math.min(series.x.length, end + 1);
  return {
    x: series.x.slice(first, end),
    y: series.y.slice(first, end),
    ...(series.low && series.high ? { low: series.low.slice(first, end), high: series.high.slice(first, end) } : {}),
  };
}
