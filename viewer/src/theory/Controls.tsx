import { useMemo } from 'preact/hooks';
import { ParameterSlider } from './ParameterSlider';
import { defaultState, type TheoryState } from './state';
import type { Catalogue, Model, Parameter } from './types';

interface ControlsProps {
  catalogue: Catalogue;
  model: Model;
  state: TheoryState;
  onModel: (name: string) => void;
  onValues: (values: Record<string, number>) => void;
  onState: (some: Partial<TheoryState>) => void;
}

/** The choice of a model, and a slider for each of its parameters. */
export function Controls({ catalogue, model, state, onModel, onValues, onState }: ControlsProps) {
  const iterations = useMemo<Parameter>(
    () => ({
      name: 'iterations', symbol: 'iterations', description: 'steps of the trajectory', low: 10, high: 20_000, logarithmic: true,
      default: model.iterations, integer: true, least: 0, most: catalogue.limits.iterations,
    }),
    [model, catalogue],
  );
  const { values, iterations: standard } = defaultState(model);
  const atDefaults = state.iterations === standard && model.parameters.every(({ name }) => state.values[name] === values[name]);
  return (
    <section class="theory-controls" aria-label="model and parameters">
      <select class="model" value={model.name} aria-label="model" onChange={(event) => onModel(event.currentTarget.value)}>
        {catalogue.models.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      <p class="formula">
        {model.formula} <span class="soft">({model.source})</span>
      </p>
      {model.parameters.map((parameter) => (
        <ParameterSlider key={parameter.name} parameter={parameter} value={state.values[parameter.name]!} onChange={(value) => onValues({ [parameter.name]: value })} />
      ))}
      <ParameterSlider parameter={iterations} value={state.iterations} onChange={(value) => onState({ iterations: value })} />
      <button type="button" disabled={atDefaults} onClick={() => onState({ values, iterations: standard })}>
        Defaults
      </button>
    </section>
  );
}
