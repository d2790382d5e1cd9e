const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function power(exponent: number): string {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => superscripts[Number(digit)]!);
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

/** A number with a few significant digits, as tables and readouts show it. */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) {
    if (Number.isInteger(value) && size < 1e9) return value.toLocaleString('en');
    const [mantissa, exponent] = value.toExponential(digits - 2).split('e') as [string, string];
    const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
    return `${short}·${power(Number(exponent))}`;
  }
  if (Number.isInteger(value)) return value.toLocaleString('en');
  const text = Number(value.toPrecision(digits));
  return size >= 1000 ? text.toLocaleString('en') : minus(String(text));
}

/** Labels of an axis: as many digits as tell its ticks apart. */
export function formatTicks(ticks: readonly number[], logarithmic: boolean): string[] {
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : 1;
  const largest = Math.max(...ticks.map(Math.abs));
  return ticks.map((tick) => {
    if (tick === 0) return '0';
    const size = Math.abs(tick);
    if (logarithmic || largest >= 1e6 || largest < 1e-3) {
      const exponent = Math.floor(Math.log10(size) + 1e-9);
      const mantissa = tick / 10 ** exponent;
      if (exponent >= -3 && exponent < 5 && logarithmic) return minus(String(Number(tick.toPrecision(3))));
      const rounded = Number(mantissa.toPrecision(3));
      return Math.abs(rounded - 1) < 1e-9 ? power(exponent) : `${minus(String(rounded))}·${power(exponent)}`;
    }
    // Enough decimals to write the step itself: 2.5 needs one, though its leading digit is a whole number.
    let decimals = 0;
    while (decimals < 6 && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6 * step * 10 ** decimals) decimals++;
    return size >= 1e4 && decimals === 0 ? tick.toLocaleString('en') : minus(tick.toFixed(decimals));
  });
}

export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–';
  if (seconds < 100) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export const formatPercent = (fraction: number | null | undefined) =>
  fraction === null || fraction === undefined ? '–' : `${(100 * fraction).toFixed(1)} %`;

const minus = (text: string) => text.replace(/^-/, '−');
