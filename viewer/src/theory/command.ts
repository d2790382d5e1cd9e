import type { TheoryState } from './state';
import type { Axis, Trajectory } from './types';

const cells = 300;

/** Commands that compute what the page shows, and more exactly. */
export function commandsOf(state: TheoryState, trajectory: Trajectory | null): string[] {
  const number = (value: number) => String(Number(value.toPrecision(9)));
  const options = (values: Record<string, number>) => Object.entries(values).map(([name, value]) => ` --${name} ${number(value)}`).join('');
  const axis = ({ parameter, low, high, logarithmic }: Axis, count: number) => `${parameter}:${number(low)}:${number(high)}:${count}${logarithmic ? ':log' : ''}`;
  const commands: string[] = [];
  if (state.model === 'minimalist') commands.push(`brink theory minimalist${options(state.values)} --iterations ${state.iterations}`);
  if (state.model === 'scalar' && trajectory?.model === 'scalar') {
    // What is drawn of the weights is at most eight of them; those after the first start equal.
    const lines = trajectory.charts.find((chart) => chart.name === 'trajectory')?.lines ?? [];
    const start = Array.from({ length: state.values.depth! }, (_, k) => lines[Math.min(k, lines.length - 1)]?.series.y[0]);
    if (start.every((weight) => weight != null)) {
      commands.push(
        `brink theory scalar --weights ${start.map((weight) => number(weight!)).join(',')} --eta ${number(state.values.eta!)} --target ${number(state.values.target!)} --iterations ${state.iterations}`,
      );
    }
  }
  const { [state.x.parameter]: _x, [state.y.parameter]: _y, ...others } = state.values;
  commands.push(`brink theory phase ${state.model} --x ${axis(state.x, cells)} --y ${axis(state.y, cells)}${options(others)} --steps ${state.steps}`);
  return commands;
}
