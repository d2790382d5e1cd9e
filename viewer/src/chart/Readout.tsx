import { formatNumber } from '../curves/format';
import type { ChartCurve, ChartLevel } from './paint';
import { nearest } from './ranges';
import { Swatch } from './Swatch';

const mostRows = 14;

export interface Reading {
  curve: ChartCurve;
  value: number;
  low?: number | null;
  high?: number | null;
}

/** The values of all curves at the point nearest to x, greatest first; curves that do not reach there are left out. */
export function readingsAt(curves: readonly ChartCurve[], x: number, reach: number): Reading[] {
  const readings: Reading[] = [];
  for (const curve of curves) {
    const { series } = curve;
    const i = nearest(series.x, x);
    const value = i < 0 ? null : series.y[i];
    if (value === null || value === undefined || Math.abs(series.x[i]! - x) > reach) continue;
    readings.push({ curve, value, low: series.low?.[i], high: series.high?.[i] });
  }
  return readings.sort((a, b) => b.value - a.value);
}

/** The panel beside the cursor. */
export function Readout(props: { x: string; readings: Reading[]; levels: readonly ChartLevel[] }) {
  const { readings, levels } = props;
  return (
    <table>
      <caption>{props.x}</caption>
      <tbody>
        {readings.slice(0, mostRows).map(({ curve, value, low, high }) => (
          <tr key={curve.key}>
            <th scope="row">
              <Swatch colour={curve.colour} dash={curve.dash} /> {curve.label}
            </th>
            <td>{formatNumber(value, 5)}</td>
            <td class="soft">{low != null && high != null && high > low ? `${formatNumber(low)} … ${formatNumber(high)}` : ''}</td>
          </tr>
        ))}
        {readings.length > mostRows && (
          <tr>
            <th scope="row" colSpan={3} class="soft">
              and {readings.length - mostRows} below
            </th>
          </tr>
        )}
        {levels.map((level) => (
          <tr key={level.label} class="soft">
            <th scope="row">{level.label}</th>
            <td>{formatNumber(level.value, 5)}</td>
            <td />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
