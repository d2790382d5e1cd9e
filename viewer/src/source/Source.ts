import type {
  CurvesAnswer, CurvesRequest, Info, Quantity, RunDetails, RunList, SpecificationCheck, SpecificationForm, Spectrum, TailRequest,
} from './types';

/** An answer that names what is wrong, and the field of the specification to blame where there is one. */
export class SourceError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly field?: string,
  ) {
    super(message);
  }
}

export type Change =
  | { what: 'lines' | 'summary' | 'added' | 'removed'; id: string; iteration?: number }
  /** A run that was started from a page and ended before it had begun. */
  | { what: 'failed'; id: string; error: string }
  /** Ask again for everything: the server is another one than before, or the connection was lost in between. */
  | { what: 'everything' };

export type Connection = 'none' | 'connecting' | 'connected' | 'disconnected';

/** What only a server can do. */
export interface ServerActions {
  setTags(run: string, tags: string[]): Promise<void>;
  remove(run: string): Promise<void>;
  start(fields: Record<string, string>): Promise<string>;
  pause(run: string): Promise<void>;
  resume(run: string): Promise<void>;
  specification(): Promise<SpecificationForm>;
  check(fields: Record<string, string>, signal?: AbortSignal): Promise<SpecificationCheck>;
  /** Any other address of the API, for example theory; parameters without a value are left out. */
  get<T>(path: string, parameters: Record<string, Parameter>, signal?: AbortSignal): Promise<T>;
}

export type Parameter = string | number | boolean | null | undefined | readonly (string | number)[];

/** Where the page's numbers come from: a server, or the data inlined in a report. Every view works from this alone. */
export interface Source {
  readonly kind: 'server' | 'report';
  readonly actions?: ServerActions;
  info(): Promise<Info>;
  runs(where?: string): Promise<RunList>;
  run(id: string): Promise<RunDetails>;
  quantities(): Promise<Quantity[]>;
  curves(request: CurvesRequest, signal?: AbortSignal): Promise<CurvesAnswer>;
  tail(request: TailRequest, signal?: AbortSignal): Promise<CurvesAnswer>;
  spectrum(id: string, columns: number): Promise<Spectrum>;
  /** Calls back at changes until the returned function is called; a report never changes. */
  watch(onChange: (change: Change) => void): () => void;
  /** The state of the connection, at once and whenever it changes. */
  watchConnection(onState: (state: Connection) => void): () => void;
}
