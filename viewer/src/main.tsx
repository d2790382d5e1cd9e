import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './viewer.css';
import { ServerSource } from './source/ServerSource';
import { followTheme } from './state/theme';
import { App, type View } from './views/App';
import { lazy } from './views/lazy';
import { RunsView } from './views/RunsView';

const views: readonly View[] = [
  { name: 'runs', title: 'Runs', component: RunsView },
  { name: 'theory', title: 'Theory', component: lazy(() => import('./theory/TheoryView').then((view) => view.TheoryView)) },
];

followTheme();
render(<App source={new ServerSource()} views={views} />, document.getElementById('app')!);
