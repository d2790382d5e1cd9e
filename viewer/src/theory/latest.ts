type Load<T> = (signal: AbortSignal, give: (value: T) => void) => Promise<void>;

export interface LatestListener<T> {
  onValue: (value: T) => void;
  onProblem: (line: string) => void;
  onBusy: (busy: boolean) => void;
}

/**
 * Asks for what is wanted now, one request at a time. While a slider moves, the request under way is let give its first value, so that the picture moves too,
 * and is then ended for the newest one; those in between are never sent. One that takes longer than the patience is ended as soon as a newer one is wanted.
 */
export class Latest<T> {
  private wanted: Load<T> | null = null;
  private running: { controller: AbortController; given: boolean; late: boolean } | null = null;
  private stopped = false;

  constructor(
    private readonly listener: LatestListener<T>,
    private readonly patience = 500,
  ) {}

  ask(load: Load<T>) {
    this.wanted = load;
    if (!this.running) this.start();
    else if (this.running.given || this.running.late) this.running.controller.abort();
  }

  stop() {
    this.stopped = true;
    this.wanted = null;
    this.running?.controller.abort();
  }

  private start() {
    const load = this.wanted!;
    this.wanted = null;
    const controller = new AbortController();
    const run = { controller, given: false, late: false };
    this.running = run;
    const timer = setTimeout(() => {
      run.late = true;
      if (this.wanted) controller.abort();
    }, this.patience);
    this.listener.onBusy(true);
    const give = (value: T) => {
      if (controller.signal.aborted) return;
      run.given = true;
      this.listener.onValue(value);
      if (this.wanted) controller.abort();
    };
    load(controller.signal, give)
      .catch((error: unknown) => {
        if (!controller.signal.aborted) this.listener.onProblem(error instanceof Error ? error.message : String(error));
      })
      .finally(() => {
        clearTimeout(timer);
        this.running = null;
        if (this.stopped) return;
        if (this.wanted) this.start();
        else this.listener.onBusy(false);
      });
  }
}
