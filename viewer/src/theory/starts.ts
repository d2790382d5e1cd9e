import type { TheoryState } from './state';

/** The parameters of a start at a point of a model's plane; null where the model's starts do not reach it. */
export function startAt({ model, values }: Pick<TheoryState, 'model' | 'values'>, x: number, y: number): Record<string, number> | null {
  const rounded = (value: number) => Number(value.toPrecision(4));
  switch (model) {
    case 'minimalist':
      return { alpha: rounded(x), beta2: rounded(y) };
    case 'scalar': {
      // size is the geometric mean of the weights, ratio the first over each of the others.
      const depth = values.depth!;
      return x > 0 && y > 0 ? { size: rounded((x * y ** (depth - 1)) ** (1 / depth)), ratio: rounded(x / y) } : null;
    }
    case 'squared-regression':
      return x !== 0 ? { size: rounded(x), ratio: rounded(y / x) } : null;
    default:
      return null;
  }
}
