import { strokeOf } from '../chart/palette';
import { Swatch } from '../chart/Swatch';
import { formatDuration, formatNumber, formatPercent } from '../curves/format';
import type { RunDetails } from '../source/types';
import { formatAddress } from '../state/address';
import { useTheme } from '../state/theme';
import { labelsOf, number } from './runs';
import { StatusBadge } from './StatusBadge';

interface Props {
  ids: readonly string[];
  details: ReadonlyMap<string, RunDetails>;
}

/** Which curve is which run; a press takes a run off the charts and puts it back. */
export function Legend({ ids, details, off, onToggle, onRemove }: Props & {
  off: ReadonlySet<string>;
  onToggle: (id: string) => void;
  onRemove?: (id: string) => void;
}) {
  const theme = useTheme();
  const labels = labelsOf(ids.map((id) => ({ id, name: details.get(id)?.name ?? id })));
  return (
    <ul class="legend" aria-label="runs">
      {ids.map((id, index) => (
        <li key={id}>
          <button type="button" aria-pressed={!off.has(id)} onClick={() => onToggle(id)} title={`${id}: show or hide`}>
            <Swatch {...strokeOf(index, theme.dark)} /> {labels.get(id)}
            {details.get(id)?.status === 'running' && <span class="soft"> ▶<span class="unseen"> running</span></span>}
            {details.get(id)?.status === 'diverged' && <span class="soft"> ↗<span class="unseen"> diverged</span></span>}
          </button>
          {onRemove && (
            <button type="button" class="remove" aria-label={`take ${labels.get(id)} out of the comparison`} onClick={() => onRemove(id)}>
              ×
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

const columns: readonly { title: string; text: (run: RunDetails) => string }[] = [
  { title: 'iterations', text: (run) => formatNumber(number(run, 'iterations_done')) },
  { title: 'final loss', text: (run) => formatNumber(number(run, 'final_loss')) },
  { title: 'accuracy', text: (run) => formatPercent(number(run, 'train_accuracy')) },
  { title: 'test', text: (run) => formatPercent(number(run, 'test_accuracy')) },
  { title: 'final λ₁', text: (run) => doubtful(run.summary.final_sharpness_unconverged) + formatNumber(number(run, 'final_sharpness')) },
  { title: 'edge', text: (run) => (run.levels.edge ? `${run.levels.edge.formula} = ${formatNumber(run.levels.edge.value)}` : '–') },
  { title: 'mean η·λ₁', text: (run) => doubtful((number(run, 'sharpness_not_converged') ?? 0) > 0) + formatNumber(number(run, 'mean_eta_sharpness')) },
  { title: 'f + ∇f', text: (run) => `${formatNumber(number(run, 'function_evaluations'))} + ${formatNumber(number(run, 'gradient_evaluations'))}` },
  { title: 'Hv', text: (run) => formatNumber(number(run, 'hvps')) },
  { title: 'time', text: (run) => formatDuration(number(run, 'seconds')) },
];

const doubtful = (unconverged: unknown) => (unconverged === true ? '~' : '');

/** One line a run: how it ended and what it cost. */
export function ComparisonTable({ ids, details }: Props) {
  const theme = useTheme();
  const labels = labelsOf(ids.map((id) => ({ id, name: details.get(id)?.name ?? id })));
  const shown = columns.filter(({ text }) => ids.some((id) => details.has(id) && !['–', '– + –'].includes(text(details.get(id)!))));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="comparison of the runs">
      <table>
        <caption>~ before a number: a λ₁ behind it missed its tolerance</caption>
        <thead>
          <tr>
            <th scope="col">run</th>
            <th scope="col">status</th>
            {shown.map(({ title }) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ids.map((id, index) => {
            const run = details.get(id);
            return (
              <tr key={id}>
                <th scope="row">
                  <Swatch {...strokeOf(index, theme.dark)} /> <a href={formatAddress('run', { run: id })}>{labels.get(id)}</a>
                </th>
                <td>{run && <StatusBadge status={run.status} />}</td>
                {shown.map(({ title, text }) => (
                  <td key={title}>{run ? text(run) : ''}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Fields in which runs differ, beside those that are the same in all of them. */
export function splitFields(runs: readonly Record<string, string>[]): { same: [string, string][]; differing: string[] } {
  const names: string[] = [];
  for (const run of runs) for (const name of Object.keys(run)) if (!names.includes(name)) names.push(name);
  const same: [string, string][] = [];
  const differing: string[] = [];
  for (const name of names) {
    const first = runs[0]![name];
    if (first !== undefined && runs.every((run) => run[name] === first)) same.push([name, first]);
    else differing.push(name);
  }
  return { same, differing };
}

/** A table of values by name and run: those that differ as columns, those that are the same in all as a list. */
export function Differences({ title, ids, details, valuesOf }: Props & {
  title: string;
  valuesOf: (run: RunDetails) => Record<string, string>;
}) {
  const present = ids.filter((id) => details.has(id));
  if (present.length === 0) return null;
  const values = new Map(present.map((id) => [id, valuesOf(details.get(id)!)]));
  const labels = labelsOf(present.map((id) => ({ id, name: details.get(id)!.name })));
  const { same, differing } = splitFields([...values.values()]);
  return (
    <section>
      <h2>{title}</h2>
      {differing.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label={`${title}: where the runs differ`}>
          <table class="facts">
            <caption>where the runs differ</caption>
            <thead>
              <tr>
                <th scope="col">run</th>
                {differing.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {present.map((id) => (
                <tr key={id}>
                  <th scope="row">{labels.get(id)}</th>
                  {differing.map((name) => (
                    <td key={name}>{values.get(id)![name] ?? '–'}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {same.length > 0 && (
        <details open={present.length === 1}>
          <summary>{present.length === 1 ? `${same.length} fields` : `the same in all: ${same.length} fields`}</summary>
          <dl class="pairs">
            {same.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}

/** A value of environment.json as text; what lies inside an object is named with dots. */
export function flattened(values: Record<string, unknown> | null, prefix = ''): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(values ?? {})) {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      Object.assign(flat, flattened(value as Record<string, unknown>, `${prefix}${name}.`));
    } else if (value !== null && value !== undefined) {
      flat[prefix + name] = Array.isArray(value) ? value.join(', ') : String(value);
    }
  }
  return flat;
}
