import { describe, expect, it } from 'vitest';
import { distinctStrokes, strokeOf } from '../src/chart/palette';
import { logarithmicTicks } from '../src/chart/plot';
import { nearest, rangeOfValues } from '../src/chart/ranges';
import { formatNumber, formatTicks } from '../src/curves/format';
import { within } from '../src/source/ReportSource';
import type { Row } from '../src/source/types';
import { changed, formatAddress, parseAddress } from '../src/state/address';
import { flattened, splitFields } from '../src/views/Comparison';
import { rowsWithin, signedLog } from '../src/views/DensityMap';
import { columnsOf, groupsOf, matches, sorted } from '../src/views/runsList';
import { labelsOf } from '../src/views/runs';
import { commandLine, given } from '../src/views/StartView';
import { random } from './random';

describe('the address', () => {
  it('comes back as it was written, whatever runs are called', () => {
    const run = ['a/b', 'x y', 'ü&=?#%', '1,2:3'];
    const address = parseAddress(formatAddress('compare', { run, x: 'seconds', smooth: 5, show: null, from: '' }));
    expect(address.view).toBe('compare');
    expect(address.parameters.getAll('run')).toEqual(run);
    expect(Object.fromEntries([...address.parameters].filter(([name]) => name !== 'run'))).toEqual({ x: 'seconds', smooth: '5' });
  });

  it('changes what is named and leaves the rest', () => {
    const address = parseAddress('#/compare?run=a&run=b&x=seconds');
    expect(changed(address, { x: null, log: 'loss' })).toBe('#/compare?run=a&run=b&log=loss');
  });

  it('leads to the list where it says nothing', () => {
    expect(parseAddress('').view).toBe('runs');
    expect(parseAddress('#/').view).toBe('runs');
  });
});

describe('the palette', () => {
  it('draws no two runs alike until colours and dashes are used up', () => {
    for (const dark of [false, true]) {
      const strokes = Array.from({ length: distinctStrokes }, (_, i) => JSON.stringify(strokeOf(i, dark)));
      expect(new Set(strokes).size).toBe(distinctStrokes);
    }
    expect(distinctStrokes).toBeGreaterThanOrEqual(48);
  });
});

describe('ranges', () => {
  it('finds the nearest point', () => {
    const next = random(2);
    for (let trial = 0; trial < 100; trial++) {
      const xs = Array.from({ length: 1 + Math.floor(next() * 20) }, () => next()).sort((a, b) => a - b);
      const x = next() * 1.4 - 0.2;
      const least = Math.min(...xs.map((one) => Math.abs(one - x)));
      expect(Math.abs(xs[nearest(xs, x)]! - x)).toBe(least);
    }
    expect(nearest([], 1)).toBe(-1);
  });

  it('holds every value and near levels, and only what is inside the zoom', () => {
    const series = { x: [0, 1, 2, 3], y: [1, 3, 2, 90] };
    const { range, clipped } = rangeOfValues([series], [4], [0, 2], false);
    expect(clipped).toBe(false);
    expect(range[0]).toBeLessThanOrEqual(1);
    expect(range[1]).toBeGreaterThanOrEqual(4);
    expect(range[1]).toBeLessThan(5);
  });

  it('lets a divergence leave a linear picture, and says so; a logarithmic one shows it', () => {
    const y = [...Array.from({ length: 200 }, (_, k) => 1 + (k % 2)), 1e9];
    const series = { x: y.map((_, i) => i), y };
    expect(rangeOfValues([series], [], [0, 300], false)).toMatchObject({ clipped: true });
    expect(rangeOfValues([series], [], [0, 300], false).range[1]).toBeLessThan(10);
    expect(rangeOfValues([series], [], [0, 300], true).range[1]).toBeGreaterThan(1e9);
  });

  it('passes over what a logarithmic axis cannot show', () => {
    const { range } = rangeOfValues([{ x: [0, 1, 2], y: [-1, 0, 10] }], [0], [0, 2], true);
    expect(range[0]).toBeGreaterThan(0);
  });

  it('cuts a series to a range and the neighbours to which its line is drawn', () => {
    const series = { x: [0, 1, 2, 3, 4], y: [0, 1, 2, 3, 4] };
    expect(within(series, [1.5, 2.5]).x).toEqual([1, 2, 3]);
    expect(within(series, [9, 10]).x).toEqual([4]);
  });
});

describe('numbers', () => {
  it('have a few digits', () => {
    expect([0.0296, 12345.678, 1e-7, -0.5, 0, 1234567].map((value) => formatNumber(value))).toEqual(['0.0296', '12,350', '10⁻⁷'.replace('10', '1·10'), '−0.5', '0', '1,234,567']);
    expect(formatNumber(null)).toBe('–');
  });

  it('on an axis differ from tick to tick', () => {
    expect(formatTicks([0, 2.5, 5, 7.5], false)).toEqual(['0', '2.5', '5.0', '7.5']);
    expect(formatTicks([1e-7, 1e-6], true)).toEqual(['10⁻⁷', '10⁻⁶']);
    for (const [low, high] of [[1e-9, 1], [0.03, 0.11], [1, 1.3], [2, 900]] as const) {
      const ticks = logarithmicTicks([low, high]);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(12);
      expect(ticks.every((tick) => tick >= low && tick <= high)).toBe(true);
      expect(new Set(formatTicks(ticks, true)).size).toBe(ticks.length);
    }
  });
});

describe('the density axis', () => {
  it('goes there and back, is linear about zero and counts decades far from it', () => {
    const { toU, toLambda } = signedLog(1e-3);
    for (const lambda of [-50, -1e-3, 0, 1e-4, 7]) expect(toLambda(toU(lambda))).toBeCloseTo(lambda, 10);
    expect(toU(100) - toU(10)).toBeCloseTo(1, 6);
    expect(toU(2e-5) / toU(1e-5)).toBeCloseTo(2, 3);
  });

  it('is cut to the rows that hold something', () => {
    expect(rowsWithin([[0, 0, 0, 0.5, 0, 0, 0], [0, 0, 0.1, 0, 0, 0, 0]], 7)).toEqual([1, 5]);
    expect(rowsWithin([[0, 0]], 2)).toEqual([0, 2]);
  });
});

const row = (id: string, method: string, loss: number | null, tags: string[] = []): Row => ({
  id, name: id.split('/').pop()!, group: id.split('/').slice(0, -1).join('/'), status: 'finished', tags, modified: '2026-01-01T00:00:00Z',
  specification: { method }, summary: loss === null ? {} : { final_loss: loss },
});

describe('the list of runs', () => {
  const rows = [row('a/gd', 'gd', 0.2), row('a/nls', 'nls', null), row('b/gd', 'gd', 0.1, ['good', 'paper'])];

  it('is searched by all words', () => {
    expect(rows.filter((one) => matches(one, 'gd')).map(({ id }) => id)).toEqual(['a/gd', 'b/gd']);
    expect(rows.filter((one) => matches(one, 'GD paper')).map(({ id }) => id)).toEqual(['b/gd']);
  });

  it('is sorted with what has no value last, either way', () => {
    const columns = columnsOf([]);
    expect(sorted(rows, 'final_loss', columns).map(({ id }) => id)).toEqual(['b/gd', 'a/gd', 'a/nls']);
    expect(sorted(rows, '-final_loss', columns).map(({ id }) => id)).toEqual(['a/gd', 'b/gd', 'a/nls']);
  });

  it('is grouped, by each of a run’s tags', () => {
    expect(groupsOf(rows, 'tag').map(({ title, rows: members }) => [title, members.length])).toEqual([['(no tag)', 2], ['good', 1], ['paper', 1]]);
  });

  it('names runs shortly where that is enough', () => {
    expect([...labelsOf(rows).values()]).toEqual(['a/gd', 'nls', 'b/gd']);
  });

  it('names what lies inside an object with dots, and bears an environment that is not written yet', () => {
    expect(flattened({ cores: 2, torch: { blas: ['a', 'b'] }, none: null })).toEqual({ cores: '2', 'torch.blas': 'a, b' });
    expect(flattened(null)).toEqual({});
  });

  it('tells the fields that differ from those that do not', () => {
    expect(splitFields([{ eta: '1', seed: '0' }, { eta: '2', seed: '0', c: '3' }])).toEqual({ same: [['seed', '0']], differing: ['eta', 'c'] });
  });
});

describe('the start form', () => {
  const field = (name: string, fallback: string | null, flag = false) => ({
    name, group: 'g', help: '', legal: '', default: fallback, flag, list: false, conditions: [],
  });
  const fields = [field('method', 'nls'), field('eta', '0.1'), field('no-bias', 'false', true), field('out', null)];

  it('shows what a run was given beside the defaults', () => {
    expect(given({ method: 'gd', eta: '0.1', 'no-bias': 'false', out: 'runs/x' }, fields)).toEqual({ method: 'gd', out: 'runs/x' });
  });

  it('writes the command, quoted where a shell needs it', () => {
    expect(commandLine({ method: 'gd', 'no-bias': 'true', out: "it's; rm" }, fields)).toBe("brink train --method gd --no-bias --out 'it'\\''s; rm'");
  });
});
