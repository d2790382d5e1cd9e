import { describe, expect, it } from 'vitest';
import { interpolated, ReportSource } from '../src/source/ReportSource';
import type { ReportData } from '../src/source/types';

const data = {
  runs: [],
  quantities: [],
  spectra: {},
  curves: {
    iteration: [
      {
        id: 'a',
        lines: 3,
        revision: 1,
        extent: [0, 4],
        curves: { loss: { x: [0, 2, 3, 4], y: [4, 2, 1.5, 1] }, decimated: { x: [1, 3], y: [1, 2], low: [0, 1], high: [2, 3] } },
      },
    ],
  },
  axes: { a: { iteration: [0, 2, 4], evaluations: [0, 10, 30], seconds: [0, 0.5, 1.5] } },
} as unknown as ReportData;

describe('the other axes of a report', () => {
  it('are read at the iterations of the curves', async () => {
    const source = new ReportSource(data);
    const { runs } = await source.curves({ runs: ['a'], quantities: ['loss', 'decimated'], x: 'evaluations', pixels: 600 });
    expect(runs[0]!.extent).toEqual([0, 30]);
    expect(runs[0]!.curves.loss).toEqual({ x: [0, 10, 20, 30], y: [4, 2, 1.5, 1] });
    expect(runs[0]!.curves.decimated).toEqual({ x: [5, 20], y: [1, 2], low: [0, 1], high: [2, 3] });
  });

  it('take a range in their own unit', async () => {
    const source = new ReportSource(data);
    const { runs } = await source.curves({ runs: ['a'], quantities: ['loss'], x: 'seconds', range: [0.6, 1.2], pixels: 600 });
    expect(runs[0]!.curves.loss!.x).toEqual([0.5, 1, 1.5]);
  });

  it('are empty where a run does not tell them', async () => {
    const source = new ReportSource({ ...data, axes: {} });
    const { runs } = await source.curves({ runs: ['a'], quantities: ['loss'], x: 'seconds', pixels: 600 });
    expect(runs[0]!.curves).toEqual({});
  });

  it('end where the known points end', () => {
    expect(interpolated([1, 2], [10, 20], 0)).toBe(10);
    expect(interpolated([1, 2], [10, 20], 9)).toBe(20);
    expect(interpolated([5], [7], 5)).toBe(7);
  });
});
