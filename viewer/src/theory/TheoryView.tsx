import { useLoaded, useSource } from '../views/context';
import './theory.css';
import { Laboratory } from './Laboratory';
import type { Catalogue } from './types';

/** The small models under the reader's hand. */
export function TheoryView({ parameters }: { parameters: URLSearchParams }) {
  const source = useSource();
  const { value: catalogue, problem } = useLoaded<Catalogue>(
    () => source.actions?.get<Catalogue>('theory', {}) ?? Promise.reject(new Error('only a server can compute this')), [source],
  );
  if (!catalogue) return problem ? <p class="problem" role="alert">{problem}</p> : <p class="soft">Loading …</p>;
  return <Laboratory catalogue={catalogue} parameters={parameters} />;
}
