import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { SourceError } from '../source/Source';
import type { SpecificationCheck, SpecificationField } from '../source/types';
import { formatAddress, go } from '../state/address';
import { useLoaded, useSource } from './context';

const pause = 200;
/** Groups that are open from the start; the others open when they are looked for or hold a value. */
const open = /^(data|network|loss|model|method|stop|general|run)/i;

/** A run's specification as a form, with the checks and messages of the command line, which the server makes as one types. */
export function StartView({ parameters }: { parameters: URLSearchParams }) {
  const source = useSource();
  const actions = source.actions!;
  const { value: form, problem } = useLoaded(() => actions.specification(), [source]);
  const { value: info } = useLoaded(() => source.info(), [source]);
  const [values, setValues] = useState<Record<string, string>>({});
  const [check, setCheck] = useState<SpecificationCheck | null>(null);
  const [failure, setFailure] = useState('');
  const [search, setSearch] = useState('');
  const [starting, setStarting] = useState(false);
  const from = parameters.get('from');

  useEffect(() => {
    if (!from || !form) return;
    source.run(from).then(
      (run) => setValues(given(run.specification, form.fields)),
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    );
  }, [from, form]);

  const latest = useRef<AbortController | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      latest.current?.abort();
      const { signal } = (latest.current = new AbortController());
      actions.check(values, signal).then(
        (answer) => {
          setCheck(answer);
          setFailure('');
        },
        (error: unknown) => {
          if (!signal.aborted) setFailure(error instanceof Error ? error.message : String(error));
        },
      );
    }, pause);
    return () => clearTimeout(timer);
  }, [values]);

  const applies = useMemo(() => new Set(check?.applies ?? []), [check]);
  if (problem) return <p class="problem" role="alert">{problem}</p>;
  if (!form) return <p class="soft">loading …</p>;

  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const shows = (field: SpecificationField) =>
    (values[field.name] !== undefined || (check ? applies.has(field.name) : field.conditions.length === 0)) &&
    words.every((word) => `${field.name} ${field.help}`.toLowerCase().includes(word));
  const set = (name: string, text: string) => {
    const next = { ...values };
    if (text === '') delete next[name];
    else next[name] = text;
    setValues(next);
  };
  const error = check && !check.ok ? check : null;

  const start = async () => {
    setStarting(true);
    setFailure('');
    try {
      go(formatAddress('run', { run: await actions.start(values) }));
    } catch (caught) {
      if (caught instanceof SourceError && caught.field) {
        setCheck({ ok: false, error: caught.message, field: caught.field, applies: [...applies], resolved: {} });
      } else {
        setFailure(caught instanceof Error ? caught.message : String(caught));
      }
    }
    setStarting(false);
  };

  return (
    <form class="start" onSubmit={(event) => (event.preventDefault(), void start())}>
      <h1>Start a run</h1>
      <p class="soft">
        A field left empty has the default shown in it. Only fields that apply to the choices made so far are shown; the checks are those
        of <code>brink train</code>.
      </p>
      <div class="controls">
        <label>
          find a field <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        </label>
        {Object.keys(values).length > 0 && (
          <button type="button" onClick={() => setValues({})}>
            Empty all
          </button>
        )}
      </div>
      {form.groups.map((group) => {
        const fields = form.fields.filter((field) => field.group === group.name && shows(field));
        if (fields.length === 0) return null;
        const wanted = words.length > 0 || open.test(group.name) || fields.some((field) => values[field.name] !== undefined || error?.field === field.name);
        return (
          <details key={group.name} class="group" open={wanted}>
            <summary>
              {group.title} <span class="soft">{fields.length}</span>
            </summary>
            <div class="fields" role="group" aria-label={group.title}>
              {fields.map((field) => (
                <Field key={field.name} field={field} text={values[field.name] ?? ''} error={error?.field === field.name ? (error.error ?? '') : ''}
                  resolved={check?.resolved[field.name]} onChange={(text) => set(field.name, text)} />
              ))}
            </div>
          </details>
        );
      })}
      <div class="start-bar">
        <button class="primary" disabled={starting || error !== null || info?.can_start === false}>
          {starting ? 'Starting …' : 'Start'}
        </button>
        <span role="status" aria-live="polite" class={error || failure ? 'problem' : 'soft'}>
          {failure || (error && `${error.field ? `${error.field}: ` : ''}${error.error}`) || (info?.can_start === false ? 'This server only shows runs.' : '')}
        </span>
        <code class="command">{commandLine(values, form.fields)}</code>
      </div>
    </form>
  );
}

function Field({ field, text, error, resolved, onChange }: {
  field: SpecificationField;
  text: string;
  error: string;
  resolved?: string;
  onChange: (text: string) => void;
}) {
  const id = `field-${field.name}`;
  const described = `${id}-help${error ? ` ${id}-error` : ''}`;
  const common = { id, name: field.name, 'aria-describedby': described, 'aria-invalid': error !== '' };
  const fallback = resolved ?? field.default ?? '';
  return (
    <div class={error ? 'field wrong' : 'field'}>
      <label for={id}>{field.name}</label>
      {field.flag ? (
        <input type="checkbox" {...common} checked={text === 'true'} onChange={(event) => onChange(event.currentTarget.checked ? 'true' : '')} />
      ) : field.choices && field.choices.length > 0 && !field.list && !takesMore(field) ? (
        <select {...common} value={text} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{fallback ? `${fallback} (default)` : '(none)'}</option>
          {text !== '' && !field.choices.includes(text) && <option value={text}>{text}</option>}
          {field.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <>
          <input {...common} value={text} placeholder={fallback} spellcheck={false} autocomplete="off" list={field.choices ? `${id}-choices` : undefined}
            onInput={(event) => onChange(event.currentTarget.value)} />
          {field.choices && (
            <datalist id={`${id}-choices`}>
              {field.choices.map((choice) => (
                <option key={choice} value={choice} />
              ))}
            </datalist>
          )}
        </>
      )}
      <p id={`${id}-help`} class="soft">
        {field.help}
        {!field.flag && !field.choices && field.legal ? `: ${field.legal}` : ''}
      </p>
      {error && (
        <p id={`${id}-error`} class="problem" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** Fields that take a file's name beside their choices. */
const takesMore = ({ legal }: SpecificationField) => /file/i.test(legal);

/** What a run was given: a resolved specification without the fields that have their default. */
export function given(specification: Record<string, string>, fields: readonly SpecificationField[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { name, default: fallback, flag } of fields) {
    const text = specification[name];
    if (text !== undefined && text !== '' && text !== fallback && !(flag && text === 'false')) values[name] = text;
  }
  return values;
}

/** The same run on the command line. */
export function commandLine(values: Record<string, string>, fields: readonly SpecificationField[]): string {
  const parts = fields
    .filter(({ name }) => values[name] !== undefined)
    .map(({ name, flag }) => (flag ? (values[name] === 'true' ? `--${name}` : '') : `--${name} ${quoted(values[name]!)}`));
  return ['brink train', ...parts.filter(Boolean)].join(' ');
}

const quoted = (text: string) => (/^[\w.,:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
