import { useMemo } from 'preact/hooks';
import { Chart } from '../chart/Chart';
import { cells, edgesBetween, heatMap, viridisAt } from '../chart/heatmap';
import type { ChartLink } from '../chart/link';
import type { Range } from '../chart/ranges';
import { formatNumber, formatTicks } from '../curves/format';
import type { Density } from '../source/types';

/** Below this share of the spectrum a row is as good as empty: stochastic quadrature does not resolve it. */
const least = 1e-7;

/**
 * The density of eigenvalues, a column an iteration. Its rows are equally high in u = arsinh(λ/2s)/ln 10, which is linear
 * about zero and counts decades beyond s, so that the bulk and the outliers of both signs are in one picture.
 */
export function DensityMap({ density, link }: { density: Density; link: ChartLink }) {
  const { iterations, values, edges } = density;
  const [first, end] = useMemo(() => rowsWithin(values, edges.length - 1), [density]);
  const scale = useMemo(() => signedLog(density.least), [density.least]);

  const underlay = useMemo(() => {
    const picture = cells(iterations.length, end - first, (column, row) => {
      const share = values[column]?.[first + row] ?? 0;
      return share < least ? [0, 0, 0, 0] : viridisAt(1 - Math.log(share) / Math.log(least));
    });
    return heatMap(picture, edgesBetween(iterations), [scale.toU(edges[first]!), scale.toU(edges[end]!)]);
  }, [density, first, end]);
  const extent = useMemo((): Range => {
    const between = edgesBetween(iterations);
    return [between[0] ?? 0, between[between.length - 1] ?? 1];
  }, [density]);
  const y = useMemo((): Range => [scale.toU(edges[first]!), scale.toU(edges[end]!)], [density, first, end]);
  const ticks = useMemo(() => scale.ticks(y), [scale, y]);
  const none = useMemo(() => [], []);

  const readout = (x: number, u: number | null) => {
    if (u === null) return null;
    const column = nearestColumn(iterations, x);
    const lambda = scale.toLambda(u);
    const row = edges.findIndex((edge) => edge > lambda) - 1;
    const share = column < 0 || row < 0 ? undefined : values[column]?.[row];
    return (
      <p>
        λ = {formatNumber(lambda, 3)}: {share === undefined ? '–' : `${formatNumber(share, 3)} of the eigenvalues in this row`}
      </p>
    );
  };

  return (
    <Chart title="Density of eigenvalues" symbol="λ on a signed logarithmic axis" xLabel="iteration" curves={none} link={link} extent={extent} y={y}
      yTicks={ticks} underlay={underlay} height={320} readout={readout}>
      <ColourScale />
    </Chart>
  );
}

function ColourScale() {
  const stops = Array.from({ length: 9 }, (_, i) => `rgb(${viridisAt(i / 8).slice(0, 3).join(' ')})`);
  return (
    <div class="colour-scale">
      <span>{formatNumber(least, 2)}</span>
      <span class="ramp" style={{ backgroundImage: `linear-gradient(to right, ${stops.join(', ')})` }} />
      <span>all eigenvalues, logarithmic</span>
    </div>
  );
}

/** The rows between the first and the last that hold anything, with one more at either side. */
export function rowsWithin(values: readonly (readonly (number | null)[])[], rows: number): [number, number] {
  let [first, end] = [rows, 0];
  for (const column of values) {
    column.forEach((share, row) => {
      if (share !== null && share >= least) [first, end] = [Math.min(first, row), Math.max(end, row + 1)];
    });
  }
  return first < end ? [Math.max(0, first - 1), Math.min(rows, end + 1)] : [0, rows];
}

/** The axis of a density: u = arsinh(λ/2s)/ln 10, with ticks at zero and the powers of ten that it shows. */
export function signedLog(s: number) {
  const toU = (lambda: number) => Math.asinh(lambda / (2 * s)) / Math.LN10;
  const toLambda = (u: number) => 2 * s * Math.sinh(u * Math.LN10);
  const ticks = ([low, high]: Range) => {
    const wanted = [0];
    for (let power = Math.ceil(Math.log10(s)); power <= 30; power++) {
      for (const sign of [-1, 1]) wanted.push(sign * 10 ** power);
    }
    const shown = wanted.filter((lambda) => toU(lambda) >= low && toU(lambda) <= high).sort((a, b) => a - b);
    const stride = Math.ceil((high - low) / 8);
    const kept = shown.filter((lambda) => lambda === 0 || Math.round(Math.log10(Math.abs(lambda))) % stride === 0);
    const labels = formatTicks(kept, true);
    return kept.map((lambda, i) => ({ at: toU(lambda), label: labels[i]! }));
  };
  return { toU, toLambda, ticks };
}

function nearestColumn(iterations: readonly number[], x: number): number {
  let best = -1;
  iterations.forEach((iteration, i) => {
    if (best < 0 || Math.abs(iteration - x) < Math.abs(iterations[best]! - x)) best = i;
  });
  return best;
}
