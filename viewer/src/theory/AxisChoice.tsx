import type { Axis, Model } from './types';

interface AxisChoiceProps {
  letter: 'x' | 'y';
  axis: Axis;
  /** The parameter of the other axis, which cannot be this one's too. */
  other: string;
  model: Model;
  onChange: (axis: Axis) => void;
  onParameter: (name: string) => void;
}

/** The parameter of an axis of the diagram, and its ends. */
export function AxisChoice({ letter, axis, other, model, onChange, onParameter }: AxisChoiceProps) {
  const wholeOther = model.parameters.find((parameter) => parameter.name === other)?.integer ?? false;
  const choices = model.parameters.filter(({ name, integer }) => name !== other && !(integer && wholeOther));
  const parameter = model.parameters.find((one) => one.name === axis.parameter)!;
  const end = (which: 'low' | 'high') => (event: Event & { currentTarget: HTMLInputElement }) => {
    const value = Number(event.currentTarget.value);
    const next = { ...axis, [which]: Math.min(parameter.most ?? Infinity, Math.max(parameter.least ?? -Infinity, value)) };
    if (event.currentTarget.value !== '' && next.low < next.high && !(next.logarithmic && next.low <= 0)) onChange(next);
    else event.currentTarget.value = String(axis[which]);
  };
  return (
    <fieldset class="axis">
      <legend>{letter === 'x' ? 'columns' : 'rows'}</legend>
      <select value={axis.parameter} aria-label={letter === 'x' ? 'parameter of the columns' : 'parameter of the rows'} onChange={(event) => onParameter(event.currentTarget.value)}>
        {choices.map(({ name, symbol }) => (
          <option key={name} value={name}>
            {symbol}
          </option>
        ))}
      </select>
      <label>
        from <input type="number" step="any" value={axis.low} onChange={end('low')} />
      </label>
      <label>
        to <input type="number" step="any" value={axis.high} onChange={end('high')} />
      </label>
      <label>
        <input
          type="checkbox" checked={axis.logarithmic} disabled={parameter.integer || axis.low <= 0}
          onChange={(event) => onChange({ ...axis, logarithmic: event.currentTarget.checked })}
        />{' '}
        log
      </label>
    </fieldset>
  );
}
