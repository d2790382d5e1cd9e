import { describe, expect, it } from 'vitest';
import { lastPosition, moved, positionOf, textOf, typed, valueAt } from '../../src/theory/slider';

const eta = { name: 'eta', low: 0.002, high: 0.2, logarithmic: true, integer: false, least: 0 };
const size = { name: 'size', low: 0.1, high: 2, logarithmic: false, integer: false, least: 0 };
const depth = { name: 'depth', low: 1, high: 10, logarithmic: false, integer: true, least: 1, most: 64 };
const iterations = { name: 'iterations', low: 10, high: 20000, logarithmic: true, integer: true, least: 0, most: 100000 };

describe('a slider', () => {
  it.each([eta, size, depth, iterations])('reaches both ends of $name exactly and never turns back', (scale) => {
    expect(valueAt(0, scale)).toBe(scale.low);
    expect(valueAt(lastPosition(scale), scale)).toBe(scale.high);
    for (let position = 1; position <= lastPosition(scale); position++) {
      expect(valueAt(position, scale)).toBeGreaterThanOrEqual(valueAt(position - 1, scale));
    }
  });

  it.each([eta, size, depth])('keeps the place of a value of $name that it gave', (scale) => {
    for (let position = 0; position <= lastPosition(scale); position++) expect(positionOf(valueAt(position, scale), scale)).toBe(position);
  });

  it('goes by ratios where it is logarithmic', () => {
    expect(positionOf(0.02, eta)).toBe(500);
    expect(valueAt(500, eta)).toBeCloseTo(0.02, 6);
    expect(positionOf(0, eta)).toBe(0);
  });

  it('holds values beyond its ends at the end', () => {
    expect(positionOf(5, size)).toBe(1000);
    expect(positionOf(-1, size)).toBe(0);
  });

  it('moves a whole parameter by one', () => {
    expect(valueAt(3, depth)).toBe(4);
    expect(moved(4, 1, depth)).toBe(5);
    expect(moved(10, 1, depth)).toBe(10);
    expect(moved(10, 1, iterations)).toBe(11);
    expect(moved(1, -1, depth)).toBe(1);
  });

  it('moves any other by a hundredth', () => {
    expect(moved(1.05, 1, size)).toBeCloseTo(1.069, 6);
    expect(moved(0.02, -10, eta)).toBeCloseTo(0.02 / 100 ** 0.1, 4);
  });
});

describe('a number typed in', () => {
  it('is taken with a comma, an exponent or a real minus', () => {
    expect(typed('0,5', size)).toBe(0.5);
    expect(typed('1e-4', eta)).toBe(1e-4);
    expect(typed('−2', { name: 'alpha', integer: false })).toBe(-2);
  });

  it('is refused in a line that says why', () => {
    expect(typed('', eta)).toBe("'' is no number");
    expect(typed('x', eta)).toBe("'x' is no number");
    expect(typed('Infinity', eta)).toBe("'Infinity' is no number");
    expect(typed('-1', eta)).toBe('eta must be at least 0');
    expect(typed('2.5', depth)).toBe('depth must be a whole number');
    expect(typed('65', depth)).toBe('depth must be at most 64');
  });

  it('is read again from its own text', () => {
    for (const value of [0, 0.05, 1e-6, 123456, -0.25, 2.5e-5]) expect(typed(textOf(value), { name: 'x', integer: false })).toBe(value);
  });
});
