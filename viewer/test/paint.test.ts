import { describe, expect, it } from 'vitest';
import { placing } from '../src/chart/paint';

describe('places on the canvas', () => {
  it('are linear in the value, or in its logarithm', () => {
    const across = placing({ min: 10, max: 20, distr: 1 } as never, 50, 400);
    expect([10, 15, 20].map(across)).toEqual([50, 250, 450]);
    const upwards = placing({ min: 1e-4, max: 1e2, distr: 3 } as never, 300, -300);
    for (const [value, place] of [[1e-4, 300], [0.1, 150], [100, 0]] as const) expect(upwards(value)).toBeCloseTo(place, 9);
  });
});
