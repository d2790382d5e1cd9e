import { useEffect, useRef, useState } from 'preact/hooks';
import type { Row } from '../source/types';
import { change, formatAddress } from '../state/address';
import { useActions } from './context';
import type { Column, Group } from './runsList';
import { StatusBadge } from './StatusBadge';
import { Tags } from './Tags';

const rowHeight = 36;
const beyond = 12;

interface Props {
  groups: readonly Group[];
  columns: readonly Column[];
  order: string;
  chosen: ReadonlySet<string>;
  onChoose: (ids: readonly string[], on: boolean) => void;
  onTagged: () => void;
  onDropColumn: (name: string) => void;
}

type Item = { group: Group } | { row: Row };

/** The table of runs; only the rows on the screen are in the page, so that a thousand scroll as ten do. */
export function RunsTable({ groups, columns, order, chosen, onChoose, onTagged, onDropColumn }: Props) {
  const actions = useActions();
  const body = useRef<HTMLTableSectionElement>(null);
  const [view, setView] = useState<[number, number]>([0, 40]);
  const items: Item[] = groups.flatMap((group) => [
    ...(group.title === null ? [] : [{ group }]),
    ...group.rows.map((row) => ({ row })),
  ]);

  useEffect(() => {
    const measure = () => {
      if (!body.current) return;
      const top = body.current.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(-top / rowHeight) - beyond);
      const count = Math.ceil(innerHeight / rowHeight) + 2 * beyond;
      setView((old) => (old[0] === first && old[1] === first + count ? old : [first, first + count]));
    };
    measure();
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    return () => {
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  }, []);

  const first = Math.min(view[0], Math.max(0, items.length - 1));
  const end = Math.min(items.length, view[1]);
  const all = [...new Set(groups.flatMap((group) => group.rows.map((row) => row.id)))];
  const span = columns.length + 3;

  return (
    <div class="runs scroll-x">
      <table aria-rowcount={items.length + 1} class="list">
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" class="tick">
              <input type="checkbox" aria-label="choose all runs shown" checked={all.length > 0 && all.every((id) => chosen.has(id))}
                onChange={(event) => onChoose(all, event.currentTarget.checked)} />
            </th>
            <Heading column={{ name: 'name', title: 'run', numeric: false }} order={order} />
            {columns.map((column) => (
              <Heading key={column.name} column={column} order={order} onDrop={column.added ? () => onDropColumn(column.name) : undefined} />
            ))}
            <th scope="col">tags</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {first > 0 && (
            <tr aria-hidden="true" style={{ height: `${first * rowHeight}px` }}>
              <td colSpan={span} />
            </tr>
          )}
          {items.slice(first, end).map((item, i) =>
            'group' in item ? (
              <tr key={`group ${item.group.title}`} class="group" aria-rowindex={first + i + 2}>
                <td class="tick">
                  <input type="checkbox" aria-label={`choose the group ${item.group.title}`} checked={item.group.rows.every((row) => chosen.has(row.id))}
                    onChange={(event) => onChoose(item.group.rows.map((row) => row.id), event.currentTarget.checked)} />
                </td>
                <th colSpan={span - 1} scope="rowgroup">
                  {item.group.title} <span class="soft">{item.group.rows.length}</span>
                </th>
              </tr>
            ) : (
              <RunRow key={`${item.row.id} ${first + i}`} row={item.row} index={first + i + 2} columns={columns} chosen={chosen.has(item.row.id)}
                onChoose={(on) => onChoose([item.row.id], on)}
                onTags={actions ? async (tags) => (await actions.setTags(item.row.id, tags), onTagged()) : undefined} />
            ),
          )}
          {end < items.length && (
            <tr aria-hidden="true" style={{ height: `${(items.length - end) * rowHeight}px` }}>
              <td colSpan={span} />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function Heading({ column, order, onDrop }: { column: Pick<Column, 'name' | 'title' | 'numeric'>; order: string; onDrop?: () => void }) {
  const direction = order === column.name ? 'ascending' : order === `-${column.name}` ? 'descending' : undefined;
  return (
    <th scope="col" aria-sort={direction} class={column.numeric ? 'numeric' : undefined}>
      <button type="button" class="heading" onClick={() => change({ sort: direction === 'ascending' ? `-${column.name}` : column.name })}>
        {column.title}
        <span aria-hidden="true">{direction === 'ascending' ? ' ▲' : direction === 'descending' ? ' ▼' : ''}</span>
      </button>
      {onDrop && (
        <button type="button" class="remove" aria-label={`take away the column ${column.title}`} onClick={onDrop}>
          ×
        </button>
      )}
    </th>
  );
}

function RunRow(props: {
  row: Row; index: number; columns: readonly Column[]; chosen: boolean;
  onChoose: (on: boolean) => void; onTags?: (tags: string[]) => Promise<void>;
}) {
  const { row, columns, chosen } = props;
  return (
    <tr aria-rowindex={props.index} class={chosen ? 'chosen' : undefined}>
      <td class="tick">
        <input type="checkbox" aria-label={`choose ${row.id}`} checked={chosen} onChange={(event) => props.onChoose(event.currentTarget.checked)} />
      </td>
      <th scope="row">
        <a href={formatAddress('run', { run: row.id })} title={row.problem ?? row.id}>
          {row.group && <span class="soft">{row.group}/</span>}
          {row.name}
        </a>
      </th>
      {columns.map((column) => (
        <td key={column.name} class={column.numeric ? 'numeric' : undefined}>
          {column.name === 'status' ? (
            <StatusBadge status={row.status} />
          ) : (
            column.text(row)
          )}
        </td>
      ))}
      <td class="tags">
        <Tags tags={row.tags} label={row.id} onChange={props.onTags} />
      </td>
    </tr>
  );
}
