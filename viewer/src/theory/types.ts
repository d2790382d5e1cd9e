import type { Series, Verdict } from '../source/types';

/** What the server's theory endpoints answer (docs/server.md). A number that is not finite is null. */

export interface Parameter {
  name: string;
  symbol: string;
  description: string;
  low: number;
  high: number;
  logarithmic: boolean;
  default: number;
  integer: boolean;
  least?: number;
  most?: number;
}

export interface Axis {
  parameter: string;
  low: number;
  high: number;
  logarithmic: boolean;
}

export interface Model {
  name: string;
  title: string;
  formula: string;
  source: string;
  parameters: Parameter[];
  x: Axis;
  y: Axis;
  iterations: number;
  steps: number;
}

export interface Catalogue {
  models: Model[];
  limits: { iterations: number; cells_a_side: number; cell_steps: number };
}

export interface TheoryChart {
  name: string;
  title: string;
  logarithmic: boolean;
  lines: { name: string; label: string; series: Series }[];
  levels: { label: string; value: number }[];
}

export interface PortraitAxis {
  label: string;
  logarithmic: boolean;
  low?: number;
  high?: number;
}

export type Coordinates = (number | null)[];

export interface PortraitLine {
  kind: string;
  label: string;
  x: Coordinates;
  y: Coordinates;
}

export interface PortraitField {
  kind: string;
  label: string;
  columns: number;
  rows: number;
  values: Coordinates;
  levels: number[];
}

export interface Portrait {
  name: string;
  x: PortraitAxis;
  y: PortraitAxis;
  points: { x: Coordinates; y: Coordinates; every: number };
  lines: PortraitLine[];
  fields: PortraitField[];
}

export interface Trajectory {
  model: string;
  parameters: Record<string, number>;
  iterations: number;
  diverged: boolean;
  charts: TheoryChart[];
  phases?: Record<string, number>;
  portraits: { name: string; title: string }[];
  portrait: Portrait;
  verdicts: Verdict[];
}

export interface PhaseDiagram {
  x: number[];
  y: number[];
  regimes: string;
  names: string[];
  colours: string[];
}
