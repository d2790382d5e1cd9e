import type { Values } from '../state/address';
import type { Axis, Catalogue, Model } from './types';

/** Everything the theory view shows, as the address holds it. */
export interface TheoryState {
  model: string;
  values: Record<string, number>;
  iterations: number;
  x: Axis;
  y: Axis;
  steps: number;
  portrait: string;
}

export function modelOf(catalogue: Catalogue, name: string): Model {
  return catalogue.models.find((model) => model.name === name) ?? catalogue.models[0]!;
}

export function defaultState(model: Model): TheoryState {
  return {
    model: model.name,
    values: Object.fromEntries(model.parameters.map((parameter) => [parameter.name, parameter.default])),
    iterations: model.iterations,
    x: model.x,
    y: model.y,
    steps: model.steps,
    portrait: '',
  };
}

/** The state of an address; what it does not name, or names wrongly, is at its default. */
export function readState(parameters: URLSearchParams, catalogue: Catalogue): TheoryState {
  const model = modelOf(catalogue, parameters.get('model') ?? '');
  const state = defaultState(model);
  const number = (name: string, otherwise: number) => {
    const text = parameters.get(name);
    const value = text === null || text === '' ? NaN : Number(text);
    return Number.isFinite(value) ? value : otherwise;
  };
  for (const parameter of model.parameters) {
    const value = number(parameter.name, parameter.default);
    const legal = value >= (parameter.least ?? -Infinity) && value <= (parameter.most ?? Infinity) && (!parameter.integer || Number.isInteger(value));
    state.values[parameter.name] = legal ? value : parameter.default;
  }
  const whole = (name: string, otherwise: number, most: number) => Math.round(Math.min(most, Math.max(0, number(name, otherwise))));
  state.iterations = whole('iterations', state.iterations, catalogue.limits.iterations);
  state.steps = whole('steps', state.steps, 100_000);
  state.portrait = parameters.get('portrait') ?? '';
  for (const letter of ['x', 'y'] as const) {
    const base = axisOf(model, letter, parameters.get(letter) ?? model[letter].parameter);
    const axis = { ...base, low: number(`${letter}_low`, base.low), high: number(`${letter}_high`, base.high) };
    const logarithmic = parameters.get(`${letter}_log`);
    if (logarithmic !== null) axis.logarithmic = logarithmic === 'true';
    state[letter] = axis.low < axis.high && !(axis.logarithmic && axis.low <= 0) ? axis : base;
  }
  return state;
}

/** What the address holds of a state: what is not at its default. */
export function writeState(state: TheoryState, catalogue: Catalogue): Values {
  const model = modelOf(catalogue, state.model);
  const values: Record<string, string | number | null> = { model: model === catalogue.models[0] ? null : model.name };
  const keep = (name: string, value: number | string, otherwise: number | string) => {
    values[name] = value === otherwise ? null : typeof value === 'number' ? Number(value.toPrecision(9)) : value;
  };
  for (const parameter of model.parameters) keep(parameter.name, state.values[parameter.name]!, parameter.default);
  keep('iterations', state.iterations, model.iterations);
  keep('steps', state.steps, model.steps);
  keep('portrait', state.portrait, '');
  for (const letter of ['x', 'y'] as const) {
    const axis = state[letter];
    const base = axisOf(model, letter, axis.parameter);
    keep(letter, axis.parameter, model[letter].parameter);
    keep(`${letter}_low`, axis.low, base.low);
    keep(`${letter}_high`, axis.high, base.high);
    keep(`${letter}_log`, String(axis.logarithmic), String(base.logarithmic));
  }
  return values;
}

/** The axis over a parameter as it comes: the model's own where it is its default, else over the slider's range. */
export function axisOf(model: Model, letter: 'x' | 'y', name: string): Axis {
  const parameter = model.parameters.find((one) => one.name === name);
  return !parameter || name === model[letter].parameter
    ? model[letter]
    : { parameter: name, low: parameter.low, high: parameter.high, logarithmic: parameter.logarithmic };
}

/** What the server is asked for a trajectory. */
export const trajectoryQuery = (state: TheoryState, points: number) => ({
  model: state.model, ...state.values, iterations: state.iterations, points, portrait: state.portrait || undefined,
});

/** What the server is asked for a diagram: the axes' own parameters have no single value. */
export function phaseQuery(state: TheoryState, columns: number, rows: number) {
  const { [state.x.parameter]: _x, [state.y.parameter]: _y, ...values } = state.values;
  const axis = (letter: 'x' | 'y', count: number) => ({
    [letter]: state[letter].parameter,
    [`${letter}_low`]: state[letter].low,
    [`${letter}_high`]: state[letter].high,
    [`${letter}_log`]: state[letter].logarithmic,
    [`${letter}_count`]: count,
  });
  return { model: state.model, ...values, ...axis('x', columns), ...axis('y', rows), steps: state.steps };
}
