import type { ChartLevel } from '../chart/paint';
import { formatNumber } from '../curves/format';
import type { RunDetails } from '../source/types';

export interface DrawnRun {
  run: RunDetails;
  label: string;
  colour: string;
}

/**
 * The levels that a quantity is read against: for λ₁ the method's edge of each run and the flat region's 2/K, for η·λ₁ the
 * 2 of gradient descent, the edge of momentum and the 1 − c that line searches exceed (Flatland).
 * A level that several runs share is drawn once, in the page's ink.
 */
export function levelsOf(quantity: string, runs: readonly DrawnRun[]): ChartLevel[] {
  const found: ChartLevel[] = [];
  for (const { run, label, colour } of runs) {
    const { edge, flattest_sharpness, sufficient_decrease } = run.levels;
    const push = (value: number | undefined | null, text: string) => {
      if (value === undefined || value === null || !Number.isFinite(value)) return;
      const known = found.find((level) => Math.abs(level.value - value) <= 1e-9 * Math.abs(value));
      if (known) {
        if (known.colour !== undefined && known.colour !== colour) {
          known.colour = undefined;
          known.label = text;
        }
      } else {
        found.push({ value, label: runs.length > 1 ? `${text} (${label})` : text, colour });
      }
    };

    if (edge && edge.quantity === quantity) push(edge.value, `${edge.formula} = ${formatNumber(edge.value)}`);
    if (quantity === 'sharpness' || quantity === 'gfs_sharpness') {
      push(flattest_sharpness, `${run.specification.loss === 'mse' ? '2/K' : 'flattest'} = ${formatNumber(flattest_sharpness)}`);
    }
    if (quantity === 'eta_sharpness') {
      const eta = Number(run.specification.eta);
      const product = edge?.quantity === 'sharpness' && edge.formula !== '2/η' && eta > 0 ? edge.value * eta : 2;
      push(product, Math.abs(product - 2) < 1e-12 ? '2' : `η·(${edge!.formula}) = ${formatNumber(product)}`);
      if (sufficient_decrease !== undefined) push(1 - sufficient_decrease, `1 − c = ${formatNumber(1 - sufficient_decrease)}`);
    }
  }
  if (quantity === 'eta_sharpness' && !found.some((level) => level.value === 2)) found.push({ value: 2, label: '2' });
  // What every gradient descent shares belongs to no run.
  return found.map((level) => (level.value === 2 && quantity === 'eta_sharpness' ? { value: 2, label: '2' } : level));
}
