import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './viewer.css';
import { readReport, ReportSource } from './source/ReportSource';
import { followTheme } from './state/theme';
import { App, type View } from './views/App';
import { ReportView } from './views/ReportView';
import { RunView } from './views/RunView';

const views: readonly View[] = [
  { name: 'report', title: 'Report', component: ReportView },
  { name: 'run', title: 'Run', component: RunView, hidden: true },
];

followTheme();
const page = document.getElementById('app')!;
const data = readReport(document);
if (data) {
  document.title = data.title;
  render(<App source={new ReportSource(data)} views={views} />, page);
} else {
  page.textContent = 'This page is the form of a report and holds no data; brink report fills it in.';
}
