/** One axis of a canvas: values to pixels and back. */
export interface Scale {
  low: number;
  high: number;
  logarithmic: boolean;
  place: (value: number) => number;
  value: (pixel: number) => number;
}

export function scaleOf(low: number, high: number, logarithmic: boolean, from: number, to: number): Scale {
  const reach = logarithmic ? Math.log : (value: number) => value;
  const back = logarithmic ? Math.exp : (value: number) => value;
  const [begin, end] = [reach(low), reach(high)];
  return {
    low, high, logarithmic,
    place: (value) => from + ((reach(value) - begin) / (end - begin)) * (to - from),
    value: (pixel) => back(begin + ((pixel - from) / (to - from)) * (end - begin)),
  };
}

/** Round values inside a range, about as many as asked for. */
export function ticksOf(low: number, high: number, logarithmic: boolean, about: number): number[] {
  if (logarithmic) {
    const decades = Math.log10(high / low);
    const within = (value: number) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
    const first = Math.floor(Math.log10(low));
    const last = Math.ceil(Math.log10(high));
    const mantissas = decades > about / 2 ? [1] : decades > about / 4 ? [1, 3] : [1, 2, 5];
    const every = Math.max(1, Math.ceil(decades / about));
    const ticks: number[] = [];
    for (let exponent = first; exponent <= last; exponent++) {
      if (((exponent % every) + every) % every !== 0) continue;
      for (const mantissa of mantissas) {
        const value = Number(`${mantissa}e${exponent}`);
        if (within(value)) ticks.push(value);
      }
    }
    return ticks.length > 1 ? ticks : ticksOf(low, high, false, about);
  }
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const distance = (step: number) => Math.abs(Math.log(step / rough));
  const step = [1, 2, 5, 10].map((mantissa) => mantissa * power).reduce((best, one) => (distance(one) < distance(best) ? one : best));
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

/** The range of finite values, positive ones on a logarithmic axis, with a margin. */
export function rangeOf(values: readonly (number | null)[], logarithmic: boolean, margin = 0.05): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value === null || (logarithmic && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(low <= high)) return logarithmic ? [0.1, 1] : [0, 1];
  if (logarithmic) {
    const factor = high > low ? (high / low) ** margin : 2;
    return [low / factor, high * factor];
  }
  const room = high > low ? (high - low) * margin : Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}
