import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './viewer.css';
import { ServerSource } from './source/ServerSource';
import { followTheme } from './state/theme';
import { App, type View } from './views/App';
import { CompareView } from './views/CompareView';
import { lazy } from './views/lazy';
import { RunsView } from './views/RunsView';
import { RunView } from './views/RunView';

const views: readonly View[] = [
  { name: 'runs', title: 'Runs', component: RunsView },
  { name: 'compare', title: 'Compare', component: CompareView },
  { name: 'start', title: 'Start', acts: true, component: lazy(() => import('./views/StartView').then((view) => view.StartView)) },
  { name: 'theory', title: 'Theory', component: lazy(() => import('./theory/TheoryView').then((view) => view.TheoryView)) },
  { name: 'run', title: 'Run', component: RunView, hidden: true },
];

followTheme();
render(<App source={new ServerSource()} views={views} />, document.getElementById('app')!);
