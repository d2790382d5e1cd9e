import type { Parameter } from './types';

type Scale = Pick<Parameter, 'low' | 'high' | 'logarithmic' | 'integer'>;

/** The last position of a slider; the first is 0. A whole parameter has a position for each of its values, others a thousand. */
export function lastPosition({ low, high, logarithmic, integer }: Scale): number {
  return integer && !logarithmic ? high - low : 1000;
}

/** The position of a value; one beyond an end lies at the end. */
export function positionOf(value: number, scale: Scale): number {
  const { low, high, logarithmic } = scale;
  if (logarithmic && value <= 0) return 0;
  const part = logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.round(lastPosition(scale) * Math.min(1, Math.max(0, part)));
}

/** The value at a position, rounded as far as neighbouring positions still differ; the ends are exact. */
export function valueAt(position: number, scale: Scale): number {
  const { low, high, logarithmic, integer } = scale;
  const last = lastPosition(scale);
  if (position <= 0) return low;
  if (position >= last) return high;
  const part = position / last;
  const value = logarithmic ? low * (high / low) ** part : low + (high - low) * part;
  if (integer) return Math.round(value);
  if (logarithmic) return Number(value.toPrecision(4));
  return Number(value.toFixed(Math.max(0, Math.ceil(-Math.log10((high - low) / last)))));
}

/** The value so many arrow keys further in the box beside the slider: hundredths of the way, and of a whole parameter at least its next value. */
export function moved(value: number, keys: number, scale: Scale): number {
  const step = scale.integer && !scale.logarithmic ? 1 : 10;
  const next = valueAt(positionOf(value, scale) + keys * step, scale);
  return scale.integer && next === value ? Math.min(scale.high, Math.max(scale.low, value + Math.sign(keys))) : next;
}

/** A number typed in, or the line that says why it is none. */
export function typed(text: string, { name, integer, least, most }: Pick<Parameter, 'name' | 'integer' | 'least' | 'most'>): number | string {
  const value = Number(text.trim().replace(',', '.').replaceAll('−', '-'));
  if (text.trim() === '' || !Number.isFinite(value)) return `'${text}' is no number`;
  if (integer && !Number.isInteger(value)) return `${name} must be a whole number`;
  if (least !== undefined && value < least) return `${name} must be at least ${least}`;
  if (most !== undefined && value > most) return `${name} must be at most ${most}`;
  return value;
}

/** A value as its box shows it, and takes it again. */
export function textOf(value: number): string {
  const rounded = Number(value.toPrecision(6));
  return (value !== 0 && Math.abs(value) < 1e-3 ? rounded.toExponential() : String(rounded)).replaceAll('-', '−');
}
