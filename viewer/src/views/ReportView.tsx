import type { ReportSource } from '../source/ReportSource';
import type { Reproduction, RunDetails, Spectrum, SweepSummary } from '../source/types';
import { change } from '../state/address';
import { ComparisonTable, Differences, flattened, Legend } from './Comparison';
import { useSource } from './context';
import { RunCharts } from './RunCharts';
import { Outcome, Verdicts } from './RunView';
import { SpectrumCharts } from './SpectrumCharts';
import { labelsOf } from './runs';

/** A report: what was judged, the figures, the runs over each other, their spectra, and what they were made of. */
export function ReportView({ parameters }: { parameters: URLSearchParams }) {
  const { data } = useSource() as ReportSource;
  const ids = data.runs.map((run) => run.id);
  const details = new Map<string, RunDetails>(data.runs.map((run) => [run.id, run]));
  const labels = labelsOf(data.runs);
  const off = new Set(parameters.getAll('off'));
  const toggle = (id: string) => change({ off: off.has(id) ? [...off].filter((one) => one !== id) : [...off, id] });
  const judged = data.runs.filter((run) => run.verdicts.length > 0);
  const spectra = ids.filter((id) => data.spectra[id] && followsMore(data.spectra[id]));

  return (
    <article class="report">
      <h1>{data.title}</h1>
      {data.subtitle && <p class="soft">{data.subtitle}</p>}
      <p class="soft">
        {data.created.slice(0, 16).replace('T', ' ')} · Brink {data.version} · {ids.length} {ids.length === 1 ? 'run' : 'runs'}
      </p>
      {data.reproduction && <ReproductionPart reproduction={data.reproduction} />}
      {data.sweep && <SweepPart sweep={data.sweep} />}
      {ids.length > 0 && (
        <>
          <h2>Runs</h2>
          <ComparisonTable ids={ids} details={details} />
          <h2>Curves</h2>
          <Legend ids={ids} details={details} off={off} onToggle={toggle} />
          <RunCharts ids={ids} details={details} off={off} parameters={parameters} />
        </>
      )}
      {judged.map((run) => (
        <Verdicts key={run.id} verdicts={run.verdicts} title={`Verdicts on ${labels.get(run.id)}`} />
      ))}
      {spectra.map((id) => (
        <section key={id}>
          <h2>Spectrum of {labels.get(id)}</h2>
          <SpectrumCharts id={id} />
        </section>
      ))}
      <Differences title="Specification" ids={ids} details={details} valuesOf={(run) => run.specification} />
      <Differences title="Environment" ids={ids} details={details} valuesOf={(run) => flattened(run.environment)} />
    </article>
  );
}

/** Whether a spectrum says more than the chart of λ₁ does. */
function followsMore({ eigenvalues, smallest, trace, layers, density }: Spectrum): boolean {
  return Boolean(trace || layers || density) || eigenvalues.some((list) => list.length > 1) || smallest.some((list) => list.length > 0);
}

function ReproductionPart({ reproduction }: { reproduction: Reproduction }) {
  const { claims, figures, grid, trajectories } = reproduction;
  return (
    <section>
      <p>{reproduction.about}</p>
      {reproduction.reduced && (
        <p>
          <strong>Reduced.</strong> {reproduction.reduced}
        </p>
      )}
      {reproduction.numbering && <p class="soft">{reproduction.numbering}</p>}
      {claims.length > 0 && (
        <>
          <h2>Claims and verdicts</h2>
          <div class="scroll" tabIndex={0} role="region" aria-label="claims">
            <table class="facts">
              <thead>
                <tr>
                  <th scope="col">outcome</th>
                  <th scope="col">theorem</th>
                  <th scope="col">claim</th>
                  <th scope="col">measured</th>
                </tr>
              </thead>
              <tbody>
                {claims.map((claim, i) => (
                  <tr key={i}>
                    <td>
                      <Outcome outcome={claim.outcome} />
                    </td>
                    <th scope="row">{claim.theorem}</th>
                    <td>
                      {claim.claim}
                      {claim.source && <div class="soft">{claim.source}</div>}
                    </td>
                    <td>
                      {claim.because ? `because ${claim.because}` : claim.measured}
                      {claim.trajectories && claim.trajectories.length > 1 && (
                        <details>
                          <summary>{claim.trajectories.length} trajectories</summary>
                          <ul>
                            {claim.trajectories.map((one, j) => (
                              <li key={j}>
                                {one.trajectory}: <Outcome outcome={one.outcome} />, {one.because ? `because ${one.because}` : one.measured}
                              </li>
                            ))}
                          </ul>
                        </details>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {figures.length > 0 && (
        <div class="panels">
          {figures.map((figure, i) => (
            <figure key={i} class="drawn">
              {/* As an image, so that nothing inside the drawing can run. */}
              {figure.svg ? (
                <img alt={figure.caption} src={`data:image/svg+xml;utf8,${encodeURIComponent(figure.svg)}`} />
              ) : (
                <p class="soft">Not drawn: what it shows was not measured, or gnuplot failed, and then its script and data are in the folder.</p>
              )}
              <figcaption>
                <strong>({String.fromCharCode(97 + i)})</strong> {figure.caption}
              </figcaption>
            </figure>
          ))}
        </div>
      )}
      {grid.length > 0 && (
        <>
          <h2>What was run</h2>
          <div class="scroll" tabIndex={0} role="region" aria-label="what was run">
            <table class="facts">
              <tbody>
                {grid.map(({ name, values }, i) => (
                  <tr key={i}>
                    <th scope="row">{name}</th>
                    <td>{Array.isArray(values) ? values.join('; ') : values}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {trajectories.length > 0 && (
        <details>
          <summary>{trajectories.length} trajectories</summary>
          <ul>
            {trajectories.map((one, i) => (
              <li key={i}>
                {one.title}: {one.outcome}
              </li>
            ))}
          </ul>
        </details>
      )}
      {reproduction.file && (
        <details>
          <summary>The experiment's file</summary>
          <pre class="scroll" tabIndex={0}>
            {reproduction.file}
          </pre>
        </details>
      )}
    </section>
  );
}

function SweepPart({ sweep }: { sweep: SweepSummary }) {
  const names = [...new Set(sweep.points.flatMap((point) => Object.keys(point)))].filter((name) => name !== 'id' && name !== 'status');
  return (
    <section>
      <h2>Sweep {sweep.name}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="points of the sweep">
        <table class="facts">
          <thead>
            <tr>
              <th scope="col">point</th>
              <th scope="col">status</th>
              {names.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sweep.points.map((point, i) => (
              <tr key={i}>
                <th scope="row">{point.id ?? i + 1}</th>
                <td>{point.status}</td>
                {names.map((name) => (
                  <td key={name}>{textOf(point[name])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const textOf = (value: unknown) => (value === null || value === undefined ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value));
