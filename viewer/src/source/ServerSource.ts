import { SourceError, type Change, type Connection, type Parameter, type ServerActions, type Source } from './Source';
import type {
  CurvesAnswer, CurvesRequest, Info, Quantity, RunDetails, RunList, SpecificationCheck, SpecificationForm, Spectrum, TailRequest,
} from './types';

/** The API of `brink serve`, at the page's own origin. */
export class ServerSource implements Source, ServerActions {
  readonly kind = 'server';
  readonly actions = this;
  private readonly listeners = new Set<(change: Change) => void>();
  private readonly connectionListeners = new Set<(state: Connection) => void>();
  private connection: Connection = 'connecting';
  private events: EventSource | null = null;
  /** Whether there was a stream of events before, and whether anything was answered before there was one. */
  private listening = false;
  private answered = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private about: Promise<Info> | null = null;
  private quantityList: Promise<Quantity[]> | null = null;

  constructor(private readonly root = 'api/') {}

  info = () => (this.about ??= this.get<Info>('info', {}).catch((error: unknown) => {
    this.about = null;
    throw error;
  }));

  runs = (where?: string) => this.get<RunList>('runs', { where: where || undefined });

  run = (id: string) => this.get<RunDetails>('run', { run: id });

  quantities = () => {
    this.quantityList ??= this.get<Quantity[]>('quantities', {}).catch((error: unknown) => {
      this.quantityList = null;
      throw error;
    });
    return this.quantityList;
  };

  curves = ({ runs, quantities, x, range, pixels }: CurvesRequest, signal?: AbortSignal) =>
    this.get<CurvesAnswer>('curves', { run: runs, quantity: quantities, x, from: range?.[0], to: range?.[1], pixels }, signal);

  tail = ({ run, quantities, x, after }: TailRequest, signal?: AbortSignal) =>
    this.get<CurvesAnswer>('tail', { run, quantity: quantities, x, after }, signal);

  spectrum = (id: string, columns: number) => this.get<Spectrum>('spectrum', { run: id, columns });

  setTags = (run: string, tags: string[]) => this.send<void>('PUT', 'run/tags', { run }, { tags });

  remove = (run: string) => this.send<void>('DELETE', 'run', { run });

  start = async (fields: Record<string, string>) => (await this.send<{ id: string }>('POST', 'runs', {}, { fields })).id;

  pause = (run: string) => this.send<void>('POST', 'run/pause', { run });

  resume = (run: string) => this.send<void>('POST', 'run/resume', { run });

  specification = () => this.get<SpecificationForm>('specification', {});

  check = (fields: Record<string, string>, signal?: AbortSignal) =>
    this.send<SpecificationCheck>('POST', 'specification/check', {}, { fields }, signal);

  get<T>(path: string, parameters: Record<string, Parameter>, signal?: AbortSignal): Promise<T> {
    return this.request<T>(path, parameters, { signal });
  }

  watch(onChange: (change: Change) => void): () => void {
    this.listeners.add(onChange);
    this.connect();
    return () => this.listeners.delete(onChange);
  }

  watchConnection(onState: (state: Connection) => void): () => void {
    this.connectionListeners.add(onState);
    onState(this.connection);
    this.connect();
    return () => this.connectionListeners.delete(onState);
  }

  private send<T>(method: string, path: string, parameters: Record<string, Parameter>, body?: unknown, signal?: AbortSignal) {
    return this.request<T>(path, parameters, {
      method,
      signal,
      headers: { 'Content-Type': 'application/json' },
      body: body === undefined ? '{}' : JSON.stringify(body),
    });
  }

  private async request<T>(path: string, parameters: Record<string, Parameter>, init: RequestInit): Promise<T> {
    let response: Response;
    try {
      response = await fetch(this.root + path + query(parameters), init);
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new SourceError('the server does not answer', 0);
    }

    const text = await response.text();
    let body: unknown = null;
    try {
      body = text === '' ? null : JSON.parse(text);
    } catch {
      // Not the API's answer: the status says what there is to say.
    }

    if (!response.ok) {
      const { error, field } = (body ?? {}) as { error?: string; field?: string };
      throw new SourceError(error ?? `the server answered ${response.status} ${response.statusText}`.trim(), response.status, field);
    }

    this.answered = true;
    return body as T;
  }

  private connect() {
    if (this.events) return;
    clearTimeout(this.retry);
    const events = new EventSource(this.root + 'events');
    this.events = events;
    events.addEventListener('hello', () => {
      // What happened while nobody listened is lost, also where the server is the same, or at the start where answers came first.
      const missed = this.listening || this.answered;
      this.listening = true;
      this.setConnection('connected');
      if (missed) this.tell({ what: 'everything' });
    });
    events.addEventListener('change', (event) => this.tell(JSON.parse(event.data as string) as Change));
    events.addEventListener('failed', (event) =>
      this.tell({ ...(JSON.parse(event.data as string) as { id: string; error: string }), what: 'failed' }));
    events.onerror = () => {
      this.setConnection('disconnected');
      // The browser reconnects by itself except after an answer that was no stream of events.
      if (events.readyState === EventSource.CLOSED) {
        this.events = null;
        this.retry = setTimeout(() => this.connect(), 1000);
      }
    };
  }

  private tell(change: Change) {
    for (const listener of [...this.listeners]) listener(change);
  }

  private setConnection(state: Connection) {
    if (state === this.connection) return;
    this.connection = state;
    for (const listener of [...this.connectionListeners]) listener(state);
  }
}

function query(parameters: Record<string, Parameter>): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) {
      if (one !== undefined && one !== null) pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(one))}`);
    }
  }
  return pairs.length ? `?${pairs.join('&')}` : '';
}
