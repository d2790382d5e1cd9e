import { formatDuration, formatNumber, formatPercent } from '../curves/format';
import type { Row } from '../source/types';
import { number } from './runs';

/** Made once: a comparison with options of its own takes longer than everything else of a sort. */
const words = new Intl.Collator('en', { numeric: true });

export interface Column {
  name: string;
  title: string;
  numeric: boolean;
  /** Added by the reader, and taken away again. */
  added?: boolean;
  value: (row: Row) => string | number | null;
  text: (row: Row) => string;
}

const word = (name: string, title: string, value: (row: Row) => string): Column => ({ name, title, numeric: false, value, text: value });

const figure = (name: string, title: string, text: (value: number | null) => string = formatNumber): Column => ({
  name,
  title,
  numeric: true,
  value: (row) => number(row, name),
  text: (row) => text(number(row, name)),
});

const usual: readonly Column[] = [
  word('status', 'status', (row) => row.status),
  word('method', 'method', (row) => row.specification.method ?? ''),
  word('network', 'on', (row) => row.specification.model ?? [row.specification.network, row.specification.data].filter(Boolean).join(' · ')),
  figure('iterations_done', 'iterations'),
  figure('final_loss', 'loss'),
  figure('train_accuracy', 'accuracy', formatPercent),
  figure('final_sharpness', 'λ₁'),
  figure('mean_eta_sharpness', 'mean η·λ₁'),
  figure('seconds', 'time', formatDuration),
  { ...word('modified', 'changed', (row) => row.modified), text: (row) => ago(row.modified) },
];

/** The usual columns, then those that the reader added: fields of the specification or the summary. */
export function columnsOf(added: readonly string[]): Column[] {
  return [
    ...usual,
    ...added.map((name): Column => {
      const value = (row: Row) => {
        const found = row.specification[name] ?? row.summary[name] ?? row.summary[name.replaceAll('-', '_')];
        const numeric = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
        if (typeof numeric === 'number' && Number.isFinite(numeric)) return numeric;
        return found === undefined || found === null ? null : String(found);
      };
      const text = (row: Row) => {
        const found = value(row);
        return typeof found === 'number' ? formatNumber(found) : (found ?? '–');
      };
      return { name, title: name, numeric: false, added: true, value, text };
    }),
  ];
}

/** Whether every word of a search is found in a run's id, tags, status or specification. */
export function matches(row: Row, search: string): boolean {
  const parts = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (parts.length === 0) return true;
  const text = [row.id, row.status, row.problem ?? '', ...row.tags, ...Object.values(row.specification)].join('\n').toLowerCase();
  return parts.every((one) => text.includes(one));
}

/** In the order of a column, `-name` for descending; runs without a value stand last either way. */
export function sorted(rows: readonly Row[], order: string, columns: readonly Column[]): Row[] {
  const descending = order.startsWith('-');
  const name = descending ? order.slice(1) : order;
  const value = name === 'name' ? (row: Row) => row.id : columns.find((column) => column.name === name)?.value;
  if (!value) return [...rows];
  const sign = descending ? -1 : 1;
  return rows
    .map((row) => ({ row, key: value(row) }))
    .sort((a, b) => {
      const [absentA, absentB] = [a.key === null || a.key === '', b.key === null || b.key === ''];
      if (absentA || absentB) return Number(absentA) - Number(absentB);
      if (typeof a.key === 'number' && typeof b.key === 'number') return sign * (a.key - b.key);
      return sign * words.compare(String(a.key), String(b.key));
    })
    .map(({ row }) => row);
}

export interface Group {
  title: string | null;
  rows: Row[];
}

/** The rows in groups that keep the rows' order; a run with two tags stands in two groups. */
export function groupsOf(rows: readonly Row[], by: string): Group[] {
  if (!by) return [{ title: null, rows: [...rows] }];
  const groups = new Map<string, Row[]>();
  const keys = (row: Row): string[] => {
    if (by === 'folder') return [row.group || '(top)'];
    if (by === 'status') return [row.status];
    if (by === 'tag') return row.tags.length > 0 ? row.tags : ['(no tag)'];
    return [row.specification[by] ?? `(no ${by})`];
  };
  for (const row of rows) {
    for (const key of keys(row)) {
      const members = groups.get(key);
      if (members) members.push(row);
      else groups.set(key, [row]);
    }
  }
  return [...groups].sort(([a], [b]) => words.compare(a, b)).map(([title, members]) => ({ title, rows: members }));
}

export function ago(time: string, now = Date.now()): string {
  const seconds = (now - Date.parse(time)) / 1000;
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 60) return 'now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(time).toISOString().slice(0, 10);
}
