import { useMemo, useState } from 'preact/hooks';
import { formatNumber } from '../curves/format';
import type { RunDetails, Verdict } from '../source/types';
import { formatAddress, go } from '../state/address';
import { ComparisonTable, Differences, flattened } from './Comparison';
import { useActions } from './context';
import { useProgress, withProgress } from './progress';
import { RunCharts } from './RunCharts';
import { useDetails } from './runs';
import { SpectrumCharts } from './SpectrumCharts';
import { StatusBadge } from './StatusBadge';
import { Tags } from './Tags';

const nothingOff: ReadonlySet<string> = new Set();

/** One run: what it is, how it goes, its charts or its spectrum, what it was made of. */
export function RunView({ parameters }: { parameters: URLSearchParams }) {
  const id = parameters.get('run') ?? '';
  const ids = useMemo(() => (id ? [id] : []), [id]);
  const { runs, problems } = useDetails(ids);
  const progress = useProgress();
  const known = runs.get(id);
  const run = known && withProgress(known, progress);
  const tab = parameters.get('tab') === 'spectrum' ? 'spectrum' : 'curves';

  if (!id) return <p>No run is named; choose one in <a href={formatAddress('runs')}>the list</a>.</p>;
  return (
    <>
      <p class="crumbs">
        <a href={formatAddress('runs')}>Runs</a> <span class="soft">/ {id}</span>
      </p>
      {problems.get(id) && (
        <p class="problem" role="alert">
          {problems.get(id)}
        </p>
      )}
      {run && <Heading run={run} />}
      <nav class="tabs" aria-label="parts of the run">
        <a href={formatAddress('run', { run: id })} aria-current={tab === 'curves' ? 'page' : undefined}>
          Curves
        </a>
        <a href={formatAddress('run', { run: id, tab: 'spectrum' })} aria-current={tab === 'spectrum' ? 'page' : undefined}>
          Spectrum
        </a>
      </nav>
      {tab === 'spectrum' ? <SpectrumCharts id={id} /> : <RunCharts ids={ids} details={runs} off={nothingOff} parameters={parameters} />}
      {run && (
        <>
          <h2>How it stands</h2>
          <ComparisonTable ids={ids} details={runs} />
          {run.verdicts.length > 0 && <Verdicts verdicts={run.verdicts} />}
          <Differences title="Specification" ids={ids} details={runs} valuesOf={(one) => one.specification} />
          <Differences title="Environment" ids={ids} details={runs} valuesOf={(one) => flattened(one.environment)} />
          {run.log.length > 0 && (
            <>
              <h2>Log</h2>
              <pre class="log" tabIndex={0} role="region" aria-label="log">
                {run.log.join('\n')}
              </pre>
            </>
          )}
        </>
      )}
    </>
  );
}

function Heading({ run }: { run: RunDetails }) {
  const actions = useActions();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const doing = async (action: () => Promise<void>) => {
    setBusy(true);
    setProblem('');
    try {
      await action();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  const reason = run.problem ?? (typeof run.summary.reason === 'string' ? run.summary.reason : '');
  const resumable = run.status === 'interrupted' || run.status === 'killed';
  return (
    <>
      <h1>{run.name}</h1>
      <div class="controls">
        <span role="status" aria-live="polite">
          <StatusBadge status={run.status} />
        </span>
        {run.status === 'running' && <span class="soft">iteration {formatNumber(Number(run.summary.iterations_done ?? 0), 7)}</span>}
        <Tags tags={run.tags} label={run.id} onChange={actions && (async (tags) => {
          await actions.setTags(run.id, tags);
          run.tags = tags;
        })} />
        {actions && run.status === 'running' && (
          <button type="button" disabled={busy} onClick={() => void doing(() => actions.pause(run.id))}>
            Pause
          </button>
        )}
        {actions && resumable && (
          <button type="button" class="primary" disabled={busy} onClick={() => void doing(() => actions.resume(run.id))}>
            Resume
          </button>
        )}
        {actions && (
          <a class="button" href={formatAddress('start', { from: run.id })}>
            Start one like it
          </a>
        )}
        {actions && run.status !== 'running' && (
          <button type="button" disabled={busy} onClick={() => {
            if (!confirm(`Delete the run ${run.id} from the disk? This cannot be undone.`)) return;
            void doing(async () => {
              await actions.remove(run.id);
              go(formatAddress('runs'));
            });
          }}>
            Delete …
          </button>
        )}
      </div>
      {reason && <p class={run.status === 'finished' ? 'soft' : 'problem'}>{reason}</p>}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

/** What theorems say of a run, and what was measured. */
export function Verdicts({ verdicts, title = 'Verdicts' }: { verdicts: readonly Verdict[]; title?: string }) {
  return (
    <section>
      <h2>{title}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={title}>
        <table class="facts">
          <thead>
            <tr>
              <th scope="col">outcome</th>
              <th scope="col">from</th>
              <th scope="col">claim</th>
              <th scope="col">measured</th>
            </tr>
          </thead>
          <tbody>
            {verdicts.map((verdict, i) => (
              <tr key={i}>
                <td>
                  <Outcome outcome={verdict.outcome} />
                </td>
                <th scope="row">{verdict.theorem}</th>
                <td>{verdict.claim}</td>
                <td>
                  {verdict.measured}
                  {verdict.because && <div class="soft">{verdict.because}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function Outcome({ outcome }: { outcome: string }) {
  const kind = /^(holds|pass|reproduced|yes)/i.test(outcome) ? 'good' : /^(fails|violated|not reproduced|no\b)/i.test(outcome) ? 'problem' : 'soft';
  return <span class={`outcome ${kind}`}>{outcome.replaceAll('_', ' ')}</span>;
}
