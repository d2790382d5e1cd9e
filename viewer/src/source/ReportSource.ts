import { SourceError, type Connection, type Source } from './Source';
import type { CurvesAnswer, CurvesRequest, ReportData, RunCurves, Series } from './types';

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
    runs: (this.data.curves[x] ?? []).filter((run) => runs.includes(run.id)).map((run) => chosen(run, quantities, range ?? null)),
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
