/** What the server's API and the data of a report hold (docs/server.md). A number that is not finite is null. */

export type XAxis = 'iteration' | 'evaluations' | 'seconds';

export type Status = 'running' | 'finished' | 'interrupted' | 'diverged' | 'failed' | 'killed' | 'broken';

export interface Info {
  version: string;
  root: string;
  can_start: boolean;
  /** Whether the server only shows. */
  read_only?: boolean;
  token: boolean;
}

/** summary.json of a run; what the run has not got is absent. */
export type Summary = Record<string, unknown>;

export interface Row {
  id: string;
  name: string;
  group: string;
  status: Status;
  problem?: string;
  tags: string[];
  modified: string;
  /** The iteration of the last line, of a run that is going on. */
  iteration?: number;
  specification: Record<string, string>;
  summary: Summary;
}

export interface RunList {
  runs: Row[];
  fields: { name: string; title: string }[];
}

export interface Verdict {
  theorem: string;
  claim: string;
  outcome: string;
  measured: string;
  because?: string;
}

export interface Levels {
  /** 2/K under mse, 1 under the squared loss: the least sharpness that a network with a last bias can have. */
  flattest_sharpness?: number;
  /** The constant threshold of the method, where it has one. */
  edge?: { quantity: string; value: number; formula: string };
  /** c of Armijo's test; line searches that try larger steps keep η·λ₁ at 1 − c or above (Flatland). */
  sufficient_decrease?: number;
}

export interface RunDetails extends Row {
  /** Null before the run has written it. */
  environment: Record<string, unknown> | null;
  verdicts: Verdict[];
  log: string[];
  levels: Levels;
}

export interface Quantity {
  name: string;
  title: string;
  symbol: string;
  logarithmic: boolean;
  group: string;
}

type Numbers = (number | null)[];

/** Points of a curve, x ascending. Decimated ones carry the least and greatest value of each pixel column. */
export interface Series {
  x: number[];
  y: Numbers;
  low?: Numbers;
  high?: Numbers;
}

export interface RunCurves {
  id: string;
  /** Lines recorded so far. */
  lines: number;
  /** Changes when the recorded lines were cut back, as a resumed run does. */
  revision: string | number;
  /** Least and greatest x; empty where nothing is recorded yet. */
  extent: readonly number[];
  curves: Record<string, Series>;
}

export interface CurvesAnswer {
  x: XAxis;
  runs: RunCurves[];
}

export interface CurvesRequest {
  runs: string[];
  quantities: string[];
  x: XAxis;
  range?: [number, number] | null;
  pixels: number;
}

export interface TailRequest {
  run: string;
  quantities: string[];
  x: XAxis;
  after: number;
}

/** Shares of the eigenvalues between neighbouring edges, a list an iteration; rows are equally high in arsinh(λ/(2·least)). */
export interface Density {
  iterations: number[];
  least: number;
  edges: number[];
  values: Numbers[];
}

export interface Spectrum {
  iterations: number[];
  eigenvalues: Numbers[];
  smallest: Numbers[];
  trace?: { iterations: number[]; values: Numbers; errors: Numbers };
  level?: number;
  outputs?: number;
  layers?: { iterations: number[]; names: string[]; norms: Numbers[]; last_bias?: Numbers; last_bias_ratio?: Numbers };
  density?: Density;
}

export interface SpecificationField {
  name: string;
  group: string;
  help: string;
  legal: string;
  choices?: string[];
  default?: string | null;
  example?: string;
  flag: boolean;
  list: boolean;
  conditions: { field: string; values: string[] }[];
}

export interface SpecificationForm {
  groups: { name: string; title: string }[];
  fields: SpecificationField[];
}

export interface SpecificationCheck {
  ok: boolean;
  error?: string;
  field?: string;
  applies: string[];
  resolved: Record<string, string>;
}

export interface ReproductionClaim {
  outcome: string;
  theorem: string;
  claim: string;
  source: string | null;
  measured: string;
  /** Why it does not apply, where it does not. */
  because?: string;
  trajectories?: { trajectory: string; outcome: string; measured: string; because?: string }[];
}

export interface Reproduction {
  heading: string;
  title: string;
  paper: string;
  about: string;
  numbering?: string;
  reduced?: string;
  claims: ReproductionClaim[];
  figures: { caption: string; svg: string }[];
  grid: { name: string; values: string[] | string }[];
  trajectories: { title: string; outcome: string }[];
  file?: string;
}

export interface SweepSummary {
  name: string;
  points: { id?: string; status: string; [field: string]: unknown }[];
}

export interface RunAxes {
  iteration: number[];
  evaluations: number[];
  seconds: number[];
}

/** The data inlined in a report. */
export interface ReportData {
  title: string;
  subtitle?: string;
  created: string;
  version: string;
  info?: Partial<Info>;
  runs: RunDetails[];
  quantities: Quantity[];
  /** Curves against the iteration; other axes are found from these and `axes`. */
  curves: { iteration: RunCurves[] };
  /** What the other axes read at some iterations of each run, ascending. */
  axes?: Record<string, RunAxes>;
  spectra: Record<string, Spectrum>;
  reproduction?: Reproduction;
  sweep?: SweepSummary;
}
