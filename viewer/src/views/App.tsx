import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Source } from '../source/Source';
import { formatAddress, useAddress } from '../state/address';
import { chooseTheme, useThemeChoice, type ThemeChoice } from '../state/theme';
import { SourceContext, useActions, useConnection, useSource } from './context';
import { Keys } from './Keys';

export interface View {
  name: string;
  title: string;
  /** Absent from the bar at the top; reached by links. */
  hidden?: boolean;
  /** Absent where the server only shows. */
  acts?: boolean;
  component: ComponentType<{ parameters: URLSearchParams }>;
}

/** The page: a bar with the views, and the view that the address names. */
export function App({ source, views }: { source: Source; views: readonly View[] }) {
  const address = useAddress();
  const [keys, setKeys] = useState(false);
  const view = views.find((one) => one.name === address.view) ?? views[0]!;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key === '?' && !/^(input|textarea|select)$/i.test(target.tagName)) setKeys((shown) => !shown);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  // Charts need the table of quantities before they can ask for anything: whatever view is first, it is at hand then.
  useEffect(() => void source.quantities().catch(() => undefined), [source]);

  useEffect(() => {
    if (source.kind === 'server') document.title = `${view.title} · Brink`;
  }, [view, source]);

  // The runs chosen in the list or the comparison stay chosen while other views are looked at.
  const held = useRef<string[]>([]);
  if (view.name === 'runs' || view.name === 'compare') held.current = address.parameters.getAll('run');
  const chosen = held.current;
  const link = (name: string) => formatAddress(name, { run: name === 'runs' || name === 'compare' ? chosen : [] });

  return (
    <SourceContext.Provider value={source}>
      <a class="skip" href={`#main`} onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}>
        to the content
      </a>
      <header class="bar">
        <span class="brand">Brink</span>
        <Views views={views.filter((one) => !one.hidden)} view={view} link={link} chosen={chosen.length} />
        <span class="spread" />
        <ConnectionState />
        <ThemeSwitch />
        <button type="button" class="small" onClick={() => setKeys(true)} aria-label="keys" title="keys (?)">
          ?
        </button>
      </header>
      <Failures />
      <main id="main" tabIndex={-1}>
        <view.component key={view.name} parameters={address.parameters} />
      </main>
      {keys && <Keys onClose={() => setKeys(false)} />}
    </SourceContext.Provider>
  );
}

function Views({ views, view, link, chosen }: { views: readonly View[]; view: View; link: (name: string) => string; chosen: number }) {
  const actions = useActions();
  const shown = views.filter((one) => !one.acts || actions);
  if (shown.length < 2) return null;
  return (
    <nav aria-label="views">
      {shown.map((one) => (
        <a key={one.name} href={link(one.name)} aria-current={one === view ? 'page' : undefined}>
          {one.title}
          {one.name === 'compare' && chosen > 0 && <span class="count"> {chosen}</span>}
        </a>
      ))}
    </nav>
  );
}

function ConnectionState() {
  const state = useConnection();
  const source = useSource();
  if (source.kind === 'report') return null;
  const text = { none: '', connecting: 'connecting …', connected: 'live', disconnected: 'disconnected, trying again …' }[state];
  return (
    <span class={`connection ${state}`} role="status" aria-live="polite">
      {text}
    </span>
  );
}

/** Runs that were started from a page and ended before they had begun. */
function Failures() {
  const source = useSource();
  const [failures, setFailures] = useState<{ id: string; error: string }[]>([]);
  useEffect(
    () => source.watch((change) => change.what === 'failed' && setFailures((old) => [...old.filter(({ id }) => id !== change.id), change].slice(-5))),
    [source],
  );
  return (
    <div role="alert">
      {failures.map(({ id, error }) => (
        <p key={id} class="failure problem">
          {id} failed to start: {error}
          <button type="button" class="remove" aria-label={`dismiss the message about ${id}`}
            onClick={() => setFailures((old) => old.filter((one) => one.id !== id))}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}

function ThemeSwitch() {
  const choice = useThemeChoice();
  return (
    <label class="theme">
      <span class="unseen">Colours</span>
      <select value={choice} onChange={(event) => chooseTheme(event.currentTarget.value as ThemeChoice)}>
        <option value="system">system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}
