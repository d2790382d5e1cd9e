import type { ReportSource } from '../source/ReportSource';
import { useSource } from './context';

export function ReportView(_: { parameters: URLSearchParams }) {
  const { data } = useSource() as ReportSource;
  return <h1>{data.title}</h1>;
}
