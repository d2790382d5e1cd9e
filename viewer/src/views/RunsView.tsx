import { useLoaded, useSource } from './context';

export function RunsView(_: { parameters: URLSearchParams }) {
  const source = useSource();
  const { value, problem } = useLoaded(() => source.runs(), [source]);
  return (
    <>
      <h1>Runs</h1>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <ul>{value?.runs.map((run) => <li key={run.id}>{run.id}</li>)}</ul>
    </>
  );
}
