import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/state/address';
import { axisOf, defaultState, modelOf, phaseQuery, readState, trajectoryQuery, writeState } from '../../src/theory/state';
import { startAt } from '../../src/theory/starts';
import { commandsOf } from '../../src/theory/command';
import type { Catalogue, Trajectory } from '../../src/theory/types';

const parameter = (name: string, low: number, high: number, standard: number, more = {}) => ({
  name, symbol: name, description: name, low, high, default: standard, logarithmic: false, integer: false, ...more,
});
const catalogue: Catalogue = {
  limits: { iterations: 100000, cells_a_side: 512, cell_steps: 4e9 },
  models: [
    {
      name: 'minimalist', title: 'Minimalist', formula: '', source: '', iterations: 5000, steps: 5000,
      parameters: [parameter('eta', 0.002, 0.2, 0.05, { logarithmic: true, least: 0 }), parameter('alpha', 0.01, 2, 0.1)],
      x: { parameter: 'eta', low: 0.01, high: 0.1, logarithmic: false }, y: { parameter: 'alpha', low: 0.05, high: 1, logarithmic: false },
    },
    {
      name: 'scalar', title: 'Scalar', formula: '', source: '', iterations: 500, steps: 5000,
      parameters: [
        parameter('eta', 0.02, 2, 0.5, { least: 0 }), parameter('depth', 1, 10, 2, { integer: true, least: 1, most: 64 }),
        parameter('target', 0.1, 4, 1), parameter('size', 0.1, 2, 1.1), parameter('ratio', 0.2, 5, 1.5, { logarithmic: true }),
      ],
      x: { parameter: 'eta', low: 0.5, high: 2, logarithmic: false }, y: { parameter: 'ratio', low: 1, high: 4, logarithmic: false },
    },
  ],
};
const read = (text: string) => readState(new URLSearchParams(text), catalogue);

describe('the address of the theory view', () => {
  it('holds what is not at its default, and gives it back', () => {
    const state = { ...read('model=scalar'), iterations: 300, steps: 1000, portrait: 'edge', x: { parameter: 'depth', low: 2, high: 6, logarithmic: false } };
    state.values = { ...state.values, eta: 0.7, size: 1.25 };
    const address = formatAddress('theory', writeState(state, catalogue));
    expect(address).toBe('#/theory?model=scalar&eta=0.7&size=1.25&iterations=300&steps=1000&portrait=edge&x=depth&x_low=2&x_high=6');
    expect(readState(parseAddress(address).parameters, catalogue)).toEqual(state);
    expect(formatAddress('theory', writeState(defaultState(catalogue.models[0]!), catalogue))).toBe('#/theory');
  });

  it('is at the default where it names what is not legal', () => {
    const state = read('model=scalar&eta=-1&depth=2.5&size=x&iterations=1e9&x_low=3&x_high=1&y=nothing');
    expect(state.values).toEqual(defaultState(catalogue.models[1]!).values);
    expect(state.iterations).toBe(100000);
    expect(state.x).toEqual(catalogue.models[1]!.x);
    expect(state.y).toEqual(catalogue.models[1]!.y);
    expect(read('model=unknown').model).toBe('minimalist');
  });
});

describe('a request', () => {
  it('has every parameter, but for the axes of a diagram', () => {
    const state = read('model=scalar&eta=0.7');
    expect(trajectoryQuery(state, 600)).toEqual({ model: 'scalar', eta: 0.7, depth: 2, target: 1, size: 1.1, ratio: 1.5, iterations: 500, points: 600, portrait: undefined });
    const query = phaseQuery(state, 64, 48);
    expect(query).toMatchObject({ model: 'scalar', depth: 2, size: 1.1, x: 'eta', x_count: 64, y: 'ratio', y_count: 48, y_log: false, steps: 5000 });
    expect(query).not.toHaveProperty('eta');
    // So that a diagram is not asked for again when a click moves along its own axes.
    expect(phaseQuery(read('model=scalar&eta=1.9'), 64, 48)).toEqual(query);
  });

  it('sweeps a parameter over its slider where the model has no range of its own for it', () => {
    const scalar = modelOf(catalogue, 'scalar');
    expect(axisOf(scalar, 'x', 'ratio')).toEqual({ parameter: 'ratio', low: 0.2, high: 5, logarithmic: true });
    expect(axisOf(scalar, 'y', 'ratio')).toEqual(scalar.y);
  });
});

describe('a start chosen in the plane', () => {
  it('has the weights that were clicked on', () => {
    const state = read('model=scalar&depth=3');
    const { size, ratio } = startAt(state, 1.2, 0.8) as { size: number; ratio: number };
    // w₂ = size·ratio^(−1/D), w₁ = ratio·w₂.
    const other = size * ratio ** (-1 / 3);
    expect(other).toBeCloseTo(0.8, 3);
    expect(other * ratio).toBeCloseTo(1.2, 3);
    expect(startAt(state, -1, 1)).toBeNull();
    expect(startAt(read(''), -0.5, 0.25)).toEqual({ alpha: -0.5, beta2: 0.25 });
  });
});

describe('the command', () => {
  it('names every parameter', () => {
    expect(commandsOf(read('eta=0.04'), null)).toEqual([
      'brink theory minimalist --eta 0.04 --alpha 0.1 --iterations 5000',
      'brink theory phase minimalist --x eta:0.01:0.1:300 --y alpha:0.05:1:300 --steps 5000',
    ]);
  });

  it('writes out the start of a scalar network', () => {
    const trajectory = {
      model: 'scalar', charts: [{ name: 'trajectory', lines: [{ series: { x: [0], y: [1.4] } }, { series: { x: [0], y: [0.9] } }] }],
    } as unknown as Trajectory;
    expect(commandsOf(read('model=scalar&depth=2'), trajectory)[0]).toBe('brink theory scalar --weights 1.4,0.9 --eta 0.5 --target 1 --iterations 500');
  });
});
