import { useEffect, useState } from 'preact/hooks';

/** A value that tells when it changes. */
export class Observable<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }

  set value(next: T) {
    if (Object.is(next, this.current)) return;
    this.current = next;
    for (const listener of [...this.listeners]) listener();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** The value of an observable, with the component drawn anew whenever it changes. */
export function useObservable<T>(observable: Observable<T>): T {
  const [, redraw] = useState(0);
  const drawn = observable.value;
  useEffect(() => {
    const changed = () => redraw((n) => n + 1);
    const stop = observable.subscribe(changed);
    // It may have changed between the drawing and this effect.
    if (!Object.is(drawn, observable.value)) changed();
    return stop;
  }, [observable]);
  return drawn;
}
