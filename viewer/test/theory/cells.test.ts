import { describe, expect, it } from 'vitest';
import { bytesOf, categoryAt, pixelsOf, sharesOf } from '../../src/theory/cells';
import { rangeOf, scaleOf, ticksOf } from '../../src/theory/scale';

const diagram = { x: [1, 2, 3], y: [10, 100], regimes: btoa(String.fromCharCode(0, 0, 1, 2, 1, 1)), names: ['converged', 'edge', 'diverged'], colours: ['#112233', '#445566', '#000000'] };
const cells = bytesOf(diagram.regimes);

describe('a phase diagram', () => {
  it('is drawn with its first row at the bottom', () => {
    const pixels = pixelsOf(cells, 3, diagram.colours);
    expect([...pixels.slice(0, 4)]).toEqual([0, 0, 0, 255]);
    expect([...pixels.slice(12, 16)]).toEqual([0x11, 0x22, 0x33, 255]);
    expect([...pixels.slice(20, 24)]).toEqual([0x44, 0x55, 0x66, 255]);
  });

  it('counts its categories', () => {
    expect(sharesOf(cells, diagram)).toEqual([
      { name: 'converged', colour: '#112233', share: 2 / 6 }, { name: 'edge', colour: '#445566', share: 3 / 6 }, { name: 'diverged', colour: '#000000', share: 1 / 6 },
    ]);
  });

  it('tells the category of the nearest cell', () => {
    const x = { parameter: 'eta', low: 1, high: 3, logarithmic: false };
    const y = { parameter: 'size', low: 10, high: 100, logarithmic: true };
    expect(categoryAt(diagram, cells, x, y, [2.6, 12])).toBe('edge');
    expect(categoryAt(diagram, cells, x, y, [1.4, 90])).toBe('diverged');
    expect(categoryAt(diagram, cells, x, y, [5, 12])).toBeNull();
  });
});

describe('an axis', () => {
  it('places values and reads them back', () => {
    for (const logarithmic of [false, true]) {
      const scale = scaleOf(0.01, 10, logarithmic, 50, 450);
      for (const value of [0.01, 0.5, 10]) expect(scale.value(scale.place(value))).toBeCloseTo(value, 10);
      expect(scale.place(10)).toBe(450);
    }
  });

  it('has round ticks', () => {
    expect(ticksOf(0.5, 2, false, 4)).toEqual([0.5, 1, 1.5, 2]);
    expect(ticksOf(1e-8, 1, true, 4)).toEqual([1e-8, 1e-6, 1e-4, 1e-2, 1]);
    expect(ticksOf(0.2, 5, true, 6)).toEqual([0.2, 0.5, 1, 2, 5]);
    expect(ticksOf(-0.31, 0.32, false, 3)).toEqual([-0.2, 0, 0.2]);
  });

  it('spans finite values, positive ones where it is logarithmic', () => {
    expect(rangeOf([null, 1, 3], false, 0.5)).toEqual([0, 4]);
    expect(rangeOf([0, -1, 1, 100], true, 0.5)).toEqual([0.1, 1000]);
    expect(rangeOf([], false)).toEqual([0, 1]);
  });
});
