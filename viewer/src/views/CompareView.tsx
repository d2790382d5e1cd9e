import { change, formatAddress } from '../state/address';
import { Differences, ComparisonTable, flattened, Legend } from './Comparison';
import { RunCharts } from './RunCharts';
import { useDetails } from './runs';

/** The chosen runs over each other. */
export function CompareView({ parameters }: { parameters: URLSearchParams }) {
  const ids = [...new Set(parameters.getAll('run'))];
  const off = new Set(parameters.getAll('off'));
  const { runs, problems } = useDetails(ids);

  if (ids.length === 0) {
    return (
      <>
        <h1>Compare</h1>
        <p>
          No run is chosen. Tick runs in <a href={formatAddress('runs')}>the list</a>, then come back here.
        </p>
      </>
    );
  }

  const toggle = (id: string) => change({ off: off.has(id) ? [...off].filter((one) => one !== id) : [...off, id] });
  const remove = (id: string) => change({ run: ids.filter((one) => one !== id), off: [...off].filter((one) => one !== id) });
  return (
    <>
      <h1>{ids.length === 1 ? 'One run' : `${ids.length} runs compared`}</h1>
      <Legend ids={ids} details={runs} off={off} onToggle={toggle} onRemove={remove} />
      {[...problems].map(([id, problem]) => (
        <p key={id} class="problem" role="alert">
          {id}: {problem}
        </p>
      ))}
      <RunCharts ids={ids} details={runs} off={off} parameters={parameters} />
      <h2>How they ended</h2>
      <ComparisonTable ids={ids} details={runs} />
      <Differences title="Specification" ids={ids} details={runs} valuesOf={(run) => run.specification} />
      <Differences title="Environment" ids={ids} details={runs} valuesOf={(run) => flattened(run.environment)} />
    </>
  );
}
