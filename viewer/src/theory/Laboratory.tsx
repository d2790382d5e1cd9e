import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { SourceError } from '../source/Source';
import { change } from '../state/address';
import { useSource } from '../views/context';
import { Verdicts } from '../views/RunView';
import { AxisChoice } from './AxisChoice';
import { commandsOf } from './command';
import { Controls } from './Controls';
import { PhasePlot } from './PhasePlot';
import { PortraitPlot } from './PortraitPlot';
import { startAt } from './starts';
import { axisOf, defaultState, modelOf, phaseQuery, readState, trajectoryQuery, writeState, type TheoryState } from './state';
import { TrajectoryCharts } from './TrajectoryCharts';
import type { Axis, Catalogue, PhaseDiagram, Trajectory } from './types';
import { useLatest } from './useLatest';

const points = 450;
const planeHeight = 360;
/** Columns and rows of the passes of a diagram, coarse to fine. */
const passes: readonly (readonly [number, number])[] = [[64, 48], [128, 96], [256, 192]];
const addressDelay = 250;

interface Diagram {
  diagram: PhaseDiagram;
  model: string;
  x: Axis;
  y: Axis;
}

/** One model with its sliders, the trajectory that they give, and the diagram that the trajectory is a point of. */
export function Laboratory({ catalogue, parameters }: { catalogue: Catalogue; parameters: URLSearchParams }) {
  const source = useSource();
  const [state, setState] = useState(() => readState(parameters, catalogue));
  useAddressOf(state, setState, catalogue, parameters);
  const model = modelOf(catalogue, state.model);
  const update = (some: Partial<TheoryState>) => setState((before) => ({ ...before, ...some }));
  const setValues = (values: Record<string, number>) => setState((before) => ({ ...before, values: { ...before.values, ...values } }));

  const asked = trajectoryQuery(state, points);
  const { value: trajectory, problem, busy } = useLatest<Trajectory>(JSON.stringify(asked), async (signal, give) => {
    const answer = (query: typeof asked) => source.actions!.get<Trajectory>('theory/trajectory', query, signal);
    give(
      await answer(asked).catch((error: unknown) => {
        // A plane that this depth does not have, or that an old address names.
        if (error instanceof SourceError && error.field === 'portrait') return answer({ ...asked, portrait: undefined });
        throw error;
      }),
    );
  });

  const phaseKey = JSON.stringify(phaseQuery(state, 0, 0));
  const { value: phase, problem: phaseProblem, busy: phaseBusy } = useLatest<Diagram>(phaseKey, async (signal, give) => {
    const { model: name, x, y } = state;
    for (const [pass, [columns, rows]] of passes.entries()) {
      try {
        give({ diagram: await source.actions!.get<PhaseDiagram>('theory/phase', phaseQuery(state, columns, rows), signal), model: name, x, y });
      } catch (error) {
        // A finer one may be more than the server computes for a page; the coarse one stays.
        if (pass === 0) throw error;
        return;
      }
    }
  });

  const shown = trajectory?.model === state.model ? trajectory : null;
  const diagram = phase?.model === state.model && sameAxis(phase.x, state.x) && sameAxis(phase.y, state.y) ? phase.diagram : null;
  const portrait = shown?.portrait;
  const symbolOf = (name: string) => model.parameters.find((parameter) => parameter.name === name)?.symbol ?? name;
  const symbols = useMemo(() => ({ x: symbolOf(state.x.parameter), y: symbolOf(state.y.parameter) }), [state.model, state.x.parameter, state.y.parameter]);
  const choose = (x: number, y: number) => {
    const near = (name: string, value: number) => {
      const parameter = model.parameters.find((one) => one.name === name)!;
      return parameter.integer ? Math.round(value) : Number(value.toPrecision(4));
    };
    setValues({ [state.x.parameter]: near(state.x.parameter, x), [state.y.parameter]: near(state.y.parameter, y) });
  };
  const startFrom = portrait?.name === 'plane' && startAt(state, 1, 1)
    ? (x: number, y: number) => {
        const start = startAt(state, x, y);
        if (start) setValues(start);
      }
    : undefined;

  return (
    <>
      <h1>Theory</h1>
      <div class="theory">
        <Controls
          catalogue={catalogue} model={model} state={state}
          onModel={(name) => setState(defaultState(modelOf(catalogue, name)))} onValues={setValues} onState={update}
        />
        <div>
          {problem && <p class="problem" role="alert">{problem}</p>}
          {shown?.diverged && !problem && <p class="problem">Diverged after {shown.iterations} iterations.</p>}
          <div class="theory-pictures" aria-busy={busy}>
            <figure>
              <figcaption>
                <b>Phase portrait</b>
                <select value={portrait?.name ?? ''} aria-label="plane of the phase portrait" onChange={(event) => update({ portrait: event.currentTarget.value })}>
                  {shown?.portraits.map(({ name, title }) => (
                    <option key={name} value={name}>
                      {title}
                    </option>
                  ))}
                </select>
              </figcaption>
              {portrait && <PortraitPlot title={shown.portraits.find((one) => one.name === portrait.name)?.title ?? portrait.name} portrait={portrait} height={planeHeight} onStart={startFrom} />}
              {startFrom && <p class="hint soft">Click the plane to start there.</p>}
            </figure>
            <figure>
              <figcaption>
                <b>Phase diagram</b>
                <span class="soft" role="status">{phaseBusy ? (diagram ? 'refining …' : 'computing …') : ''}</span>
              </figcaption>
              {phaseProblem && <p class="problem" role="alert">{phaseProblem}</p>}
              <PhasePlot
                diagram={diagram} x={state.x} y={state.y} symbols={symbols} height={planeHeight}
                at={[state.values[state.x.parameter]!, state.values[state.y.parameter]!]} onChoose={choose}
              />
              <details>
                <summary>Axes and steps</summary>
                {(['x', 'y'] as const).map((letter) => (
                  <AxisChoice
                    key={letter} letter={letter} axis={state[letter]} other={state[letter === 'x' ? 'y' : 'x'].parameter} model={model}
                    onChange={(axis) => update({ [letter]: axis })} onParameter={(name) => update({ [letter]: axisOf(model, letter, name) })}
                  />
                ))}
                <label class="axis">
                  steps of each cell
                  <input
                    type="number" min={0} max={100_000} step={500} value={state.steps}
                    onChange={(event) => update({ steps: Math.min(100_000, Math.max(0, Math.round(Number(event.currentTarget.value) || 0))) })}
                  />
                </label>
              </details>
            </figure>
            {shown && <TrajectoryCharts trajectory={shown} />}
          </div>
          {shown && <Verdicts verdicts={shown.verdicts} title="Theorems on this trajectory" />}
          <h2>The same on the command line</h2>
          {commandsOf(state, shown).map((command) => (
            <pre key={command} class="command" tabIndex={0}>{command}</pre>
          ))}
        </div>
      </div>
    </>
  );
}

const sameAxis = (a: Axis, b: Axis) => a.parameter === b.parameter && a.low === b.low && a.high === b.high && a.logarithmic === b.logarithmic;

/** Keeps the address at the state, a moment later since browsers refuse a change for every step of a slider, and the state at an address that is changed by others. */
function useAddressOf(state: TheoryState, setState: (state: TheoryState) => void, catalogue: Catalogue, parameters: URLSearchParams) {
  const written = useRef(parameters.toString());
  useEffect(() => {
    const text = parameters.toString();
    if (text === written.current) return;
    written.current = text;
    setState(readState(parameters, catalogue));
  }, [parameters]);
  useEffect(() => {
    const timer = setTimeout(() => {
      const names = catalogue.models.flatMap((model) => model.parameters.map((parameter) => [parameter.name, null] as const));
      change({ ...Object.fromEntries(names), ...writeState(state, catalogue) });
      const mark = location.hash.indexOf('?');
      written.current = new URLSearchParams(mark < 0 ? '' : location.hash.slice(mark + 1)).toString();
    }, addressDelay);
    return () => clearTimeout(timer);
  }, [state]);
}
