import type { Source, Change } from '../source/Source';
import type { RunCurves, XAxis } from '../source/types';
import { Observable } from '../state/observable';
import type { Range } from '../chart/ranges';
import { appendTail } from './tail';

export interface Wanted {
  runs: readonly string[];
  quantities: readonly string[];
  x: XAxis;
  range: Range | null;
  pixels: number;
}

export interface CurvesState {
  runs: ReadonlyMap<string, RunCurves>;
  loading: boolean;
  problem: string;
}

interface Held {
  curves: RunCurves;
  /** Points appended since the server last decimated the run. */
  appended: number;
}

const runsPerRequest = 8;
const parallelRequests = 3;
const tailDelay = 60;
const mostTailLines = 20_000;
/** Milliseconds between two pictures of what has come so far. */
const together = 1000;

/**
 * The curves that a page shows, kept current: fetched at the width of the picture, then lengthened by what runs record. What
 * is held is bounded: once a run's tail has as many points as the picture is wide, the run is fetched anew, decimated.
 */
export class LiveCurves {
  readonly state = new Observable<CurvesState>({ runs: new Map(), loading: false, problem: '' });
  private readonly held = new Map<string, Held>();
  private wanted: Wanted = { runs: [], quantities: [], x: 'iteration', range: null, pixels: 600 };
  private fetching: AbortController | null = null;
  private readonly changed = new Set<string>();
  private readonly atWork = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stops: (() => void)[] = [];
  private problem = '';
  private loading = false;

  constructor(private readonly source: Source) {
    this.stops.push(source.watch((change) => this.onChange(change)));
    const onVisible = () => document.hidden || this.schedule();
    document.addEventListener('visibilitychange', onVisible);
    this.stops.push(() => document.removeEventListener('visibilitychange', onVisible));
  }

  close() {
    for (const stop of this.stops) stop();
    this.fetching?.abort();
    clearTimeout(this.timer);
  }

  /** Shows other runs, quantities, a zoomed range or another width; what is held already and still fits is kept. */
  want(next: Wanted) {
    const before = this.wanted;
    const same =
      before.x === next.x && before.pixels === next.pixels && equal(before.range, next.range) &&
      next.quantities.every((name) => before.quantities.includes(name));
    if (same && equal(before.runs, next.runs) && next.quantities.length === before.quantities.length) return;
    this.wanted = next;
    for (const id of [...this.held.keys()]) {
      if (!next.runs.includes(id)) this.held.delete(id);
    }
    // While another range is on its way the old points stay on the page; another x would draw them where they are not.
    if (before.x !== next.x) this.held.clear();
    void this.fetch(same ? next.runs.filter((id) => !this.held.has(id)) : next.runs);
  }

  private async fetch(runs: readonly string[]) {
    this.fetching?.abort();
    const { signal } = (this.fetching = new AbortController());
    const { quantities, x, range, pixels } = this.wanted;
    const missing = new Set([...runs, ...this.wanted.runs.filter((id) => !this.held.has(id))]);
    const queue = this.wanted.runs.filter((id) => missing.has(id));
    this.loading = queue.length > 0;
    this.problem = '';
    this.publish();
    if (queue.length === 0 || quantities.length === 0) {
      this.loading = false;
      this.publish();
      return;
    }

    let shown = performance.now();
    const work = async () => {
      while (queue.length > 0 && !signal.aborted) {
        const some = queue.splice(0, runsPerRequest);
        const answer = await this.source.curves({ runs: some, quantities: [...quantities], x, range, pixels }, signal);
        if (signal.aborted) return;
        for (const curves of answer.runs) {
          if (this.wanted.runs.includes(curves.id)) this.held.set(curves.id, { curves, appended: 0 });
        }
        if (performance.now() - shown < together) continue;
        shown = performance.now();
        this.publish();
      }
    };
    try {
      await Promise.all(Array.from({ length: parallelRequests }, work));
    } catch (error) {
      if (signal.aborted) return;
      this.problem = error instanceof Error ? error.message : String(error);
    }
    if (signal.aborted) return;
    this.loading = false;
    this.publish();
    // Lines that came while these were fetched.
    this.schedule();
  }

  private onChange(change: Change) {
    if (change.what === 'everything') {
      void this.fetch(this.wanted.runs);
      return;
    }
    if (change.what === 'removed' && this.held.delete(change.id)) this.publish();
    if (change.what === 'lines' || change.what === 'summary') {
      if (!this.wanted.runs.includes(change.id)) return;
      this.changed.add(change.id);
      this.schedule();
    }
  }

  private schedule() {
    if (this.changed.size === 0 || this.timer !== undefined || document.hidden) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      for (const id of [...this.changed]) void this.lengthen(id);
    }, tailDelay);
  }

  /** Asks for what a run recorded since; one request a run at a time. */
  private async lengthen(id: string) {
    const held = this.held.get(id);
    if (!held) {
      this.changed.delete(id);
      return;
    }
    if (this.atWork.has(id) || this.loading) return;
    this.changed.delete(id);
    this.atWork.add(id);
    const { quantities, x, range, pixels } = this.wanted;
    const before = held.curves;
    try {
      const answer = await this.source.tail({ run: id, quantities: [...quantities], x, after: before.lines });
      const tail = answer.runs[0];
      // Fetched anew, or another picture, while this was on its way.
      if (!tail || this.held.get(id) !== held || this.wanted.x !== x) return;
      const grown = tail.lines - before.lines;
      if (tail.revision !== before.revision || grown < 0 || grown >= mostTailLines || held.appended + grown > 2 * pixels) {
        const whole = await this.source.curves({ runs: [id], quantities: [...quantities], x, range, pixels });
        const curves = whole.runs[0];
        if (curves && this.held.get(id) === held && this.wanted.x === x) this.held.set(id, { curves, appended: 0 });
      } else if (grown > 0) {
        this.held.set(id, { curves: appendTail(before, tail, range), appended: held.appended + grown });
      } else {
        return;
      }
      this.problem = '';
      this.publish();
    } catch {
      // The connection's state says that the server is away; what is missed is fetched when it is back.
    } finally {
      this.atWork.delete(id);
      if (this.changed.has(id)) this.schedule();
    }
  }

  private publish() {
    const runs = new Map<string, RunCurves>();
    for (const id of this.wanted.runs) {
      const held = this.held.get(id);
      if (held) runs.set(id, held.curves);
    }
    this.state.value = { runs, loading: this.loading, problem: this.problem };
  }
}

function equal(a: readonly unknown[] | null, b: readonly unknown[] | null): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((value, i) => Object.is(value, b[i])));
}
