import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Row } from '../source/types';
import { change, formatAddress } from '../state/address';
import { useActions, useSource } from './context';
import { useProgress, withProgress } from './progress';
import { RunsTable } from './RunsTable';
import { columnsOf, groupsOf, matches, sorted } from './runsList';

const grouping: readonly [string, string][] = [
  ['', 'none'], ['folder', 'folder'], ['status', 'status'], ['method', 'method'], ['network', 'network'], ['data', 'data'], ['tag', 'tag'],
];

/** All runs: found by text, filtered by any field, grouped, sorted; ticked ones are compared or deleted. */
export function RunsView({ parameters }: { parameters: URLSearchParams }) {
  const actions = useActions();
  const where = parameters.get('where') ?? '';
  const { rows: listed, fields, problem, loaded, reload } = useRuns(where);
  const progress = useProgress();
  const rows = useMemo(() => listed.map((row) => withProgress(row, progress)), [listed, progress]);
  const search = parameters.get('search') ?? '';
  const group = parameters.get('group') ?? '';
  const order = parameters.get('sort') ?? '-modified';
  const chosen = parameters.getAll('run');

  const columns = useMemo(() => columnsOf(parameters.getAll('column')), [parameters.getAll('column').join('\n')]);
  const found = useMemo(
    () => groupsOf(sorted(rows.filter((row) => matches(row, search)), order, columns), group),
    [rows, search, order, group, columns],
  );
  const count = found.reduce((sum, part) => sum + part.rows.length, 0);

  const choose = (ids: readonly string[], on: boolean) =>
    change({ run: on ? [...new Set([...chosen, ...ids])] : chosen.filter((id) => !ids.includes(id)) });

  const remove = async () => {
    const going = rows.filter((row) => chosen.includes(row.id) && row.status === 'running');
    if (going.length > 0) {
      alert(`${going[0]!.id} is running; pause it before it is deleted.`);
      return;
    }
    if (!confirm(`Delete ${chosen.length === 1 ? `the run ${chosen[0]}` : `${chosen.length} runs`} from the disk? This cannot be undone.`)) return;
    const failed: string[] = [];
    for (const id of chosen) {
      try {
        await actions!.remove(id);
      } catch (error) {
        failed.push(`${id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    change({ run: chosen.filter((id) => failed.some((line) => line.startsWith(`${id}:`))) });
    reload();
    if (failed.length > 0) alert(failed.join('\n'));
  };

  return (
    <>
      <h1>Runs</h1>
      <div class="controls">
        <label>
          search{' '}
          <input type="search" value={search} placeholder="name, method, tag …" onInput={(event) => change({ search: event.currentTarget.value })} />
        </label>
        <WhereField where={where} fields={fields} problem={problem} />
        <label>
          group by{' '}
          <select value={group} onChange={(event) => change({ group: event.currentTarget.value })}>
            {grouping.map(([value, title]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label>
          column{' '}
          <select
            value=""
            onChange={(event) => {
              if (event.currentTarget.value) change({ column: [...parameters.getAll('column'), event.currentTarget.value] });
              event.currentTarget.value = '';
            }}
          >
            <option value="">add …</option>
            {fields.filter(({ name }) => !columns.some((column) => column.name === name)).map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="controls">
        <span role="status" class="soft">
          {loaded ? `${count} of ${rows.length} runs${chosen.length > 0 ? `, ${chosen.length} chosen` : ''}` : 'loading …'}
        </span>
        <a class="button primary" aria-disabled={chosen.length === 0} href={formatAddress('compare', { run: chosen })}>
          Compare {chosen.length > 0 ? chosen.length : ''}
        </a>
        <button type="button" disabled={chosen.length === 0} onClick={() => change({ run: null })}>
          Choose none
        </button>
        {actions && (
          <button type="button" disabled={chosen.length === 0} onClick={() => void remove()}>
            Delete …
          </button>
        )}
      </div>
      {loaded && rows.length === 0 && !problem ? (
        <Empty where={where} />
      ) : (
        <RunsTable groups={found} columns={columns} order={order} chosen={new Set(chosen)} onChoose={choose} onTagged={reload}
          onDropColumn={(name) => change({ column: parameters.getAll('column').filter((one) => one !== name) })} />
      )}
    </>
  );
}

function Empty({ where }: { where: string }) {
  return where ? (
    <p>No run fits that condition.</p>
  ) : (
    <p>
      There is no run here yet. <a href={formatAddress('start')}>Start one</a>, or train one with <code>brink train</code> into this folder:
      it appears by itself.
    </p>
  );
}

/** The condition in the language of `brink runs list --where`; the server says what is wrong with it. */
function WhereField({ where, fields, problem }: { where: string; fields: readonly { name: string }[]; problem: string }) {
  const [text, setText] = useState(where);
  useEffect(() => setText(where), [where]);
  return (
    <form
      class="where"
      onSubmit={(event) => {
        event.preventDefault();
        change({ where: text });
      }}
    >
      <label>
        where{' '}
        <input value={text} list="where-fields" size={28} spellcheck={false} placeholder="method = gd and eta > 0.1"
          aria-invalid={problem !== ''} aria-describedby="where-problem"
          onInput={(event) => setText(event.currentTarget.value)} onBlur={() => change({ where: text })} />
      </label>
      <datalist id="where-fields">
        {fields.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <span id="where-problem" class="problem" role="alert">
        {problem}
      </span>
    </form>
  );
}

const mostSingle = 6;
const quiet = 1000;

/** The list of runs, kept current: single runs that change are asked for one by one, everything else by the list. */
function useRuns(where: string) {
  const source = useSource();
  const [rows, setRows] = useState<Row[]>([]);
  const [fields, setFields] = useState<{ name: string; title: string }[]>([]);
  const [problem, setProblem] = useState('');
  const [loaded, setLoaded] = useState(false);
  const load = useRef(() => {});

  useEffect(() => {
    let open = true;
    let atWork = false;
    let again = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const single = new Set<string>();

    const fetchAll = async () => {
      if (atWork) {
        again = true;
        return;
      }
      atWork = true;
      single.clear();
      try {
        const list = await source.runs(where);
        if (!open) return;
        setRows(list.runs);
        setFields(list.fields);
        setProblem('');
        setLoaded(true);
      } catch (error) {
        if (open) setProblem(error instanceof Error ? error.message : String(error));
      }
      atWork = false;
      if (again && open) {
        again = false;
        later(true);
      }
    };
    const fetchSingle = async () => {
      const ids = [...single];
      single.clear();
      const changed = await Promise.all(ids.map((id) => source.run(id).catch(() => null)));
      if (open) setRows((old) => old.map((row) => changed.find((one) => one?.id === row.id) ?? row));
    };
    let everything = false;
    const later = (all: boolean) => {
      everything ||= all;
      timer ??= setTimeout(() => {
        timer = undefined;
        const whole = everything || single.size > mostSingle || where !== '';
        everything = false;
        void (whole ? fetchAll() : fetchSingle());
      }, quiet);
    };

    load.current = () => void fetchAll();
    void fetchAll();
    const stop = source.watch((change) => {
      if (change.what === 'summary') {
        single.add(change.id);
        later(false);
      } else if (change.what !== 'lines' && change.what !== 'failed') {
        later(true);
      }
    });
    return () => {
      open = false;
      clearTimeout(timer);
      stop();
    };
  }, [source, where]);

  return { rows, fields, problem, loaded, reload: () => load.current() };
}
