import { Observable } from '../state/observable';
import type { Range } from './ranges';

/** What the charts of a page share: the cursor's x, and the range of x that is zoomed to (null for everything). */
export class ChartLink {
  readonly cursor = new Observable<number | null>(null);
  readonly range: Observable<Range | null>;

  constructor(range: Range | null = null) {
    this.range = new Observable<Range | null>(range);
  }
}
