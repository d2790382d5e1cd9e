import { useEffect, useId, useState } from 'preact/hooks';
import { lastPosition, moved, positionOf, textOf, typed, valueAt } from './slider';
import type { Parameter } from './types';

/** A parameter with its slider and, beside it, a box for the number itself, which may lie beyond the slider's ends. */
export function ParameterSlider({ parameter, value, onChange }: { parameter: Parameter; value: number; onChange: (value: number) => void }) {
  const id = useId();
  const [text, setText] = useState(textOf(value));
  const [problem, setProblem] = useState('');
  useEffect(() => {
    setText(textOf(value));
    setProblem('');
  }, [value]);

  const settle = (given: string) => {
    const read = typed(given, parameter);
    if (typeof read === 'string') setProblem(read);
    else {
      setProblem('');
      setText(textOf(read));
      if (read !== value) onChange(read);
    }
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    const keys: Record<string, number> = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
    if (event.key === 'Enter') settle(event.currentTarget.value);
    else if (event.key === 'Escape') {
      setText(textOf(value));
      setProblem('');
    } else if (keys[event.key]) {
      event.preventDefault();
      onChange(moved(value, keys[event.key]!, parameter));
    }
  };
  const onSlide = (event: Event & { currentTarget: HTMLInputElement }) => {
    const next = valueAt(Number(event.currentTarget.value), parameter);
    if (next !== value) onChange(next);
  };

  return (
    <div class="slider">
      <label for={id} title={parameter.description}>
        {parameter.symbol}
      </label>
      <input
        class="value" value={text} inputMode="decimal" autocomplete="off" spellcheck={false}
        aria-label={`${parameter.symbol}, as a number`} aria-invalid={problem !== ''} aria-describedby={problem ? `${id}-problem` : undefined}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={(event) => settle(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <input
        id={id} type="range" min={0} max={lastPosition(parameter)} step={1}
        value={positionOf(value, parameter)} aria-valuetext={`${textOf(value)}, ${parameter.description}`} name={parameter.name} onInput={onSlide}
      />
      {problem && (
        <span class="problem" id={`${id}-problem`} role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}
