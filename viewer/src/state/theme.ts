import { Observable, useObservable } from './observable';

export type ThemeChoice = 'system' | 'light' | 'dark';

/** The page's colours as the canvas needs them; viewer.css holds the same ones. */
export interface Theme {
  dark: boolean;
  paper: string;
  ink: string;
  soft: string;
  grid: string;
}

const light: Theme = { dark: false, paper: '#ffffff', ink: '#1b1f24', soft: '#58626d', grid: '#e8ebef' };
const dark: Theme = { dark: true, paper: '#14171b', ink: '#e8eaed', soft: '#a3acb7', grid: '#272e35' };
const key = 'brink-theme';

const choice = new Observable<ThemeChoice>('system');
const theme = new Observable<Theme>(light);
let printing = false;

function settle() {
  const wanted = choice.value;
  const isDark = !printing && (wanted === 'dark' || (wanted === 'system' && matchMedia('(prefers-color-scheme: dark)').matches));
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  theme.value = isDark ? dark : light;
}

/** Follows the reader's choice, the system's setting, and paper, which is always white. */
export function followTheme() {
  try {
    const stored = localStorage.getItem(key);
    if (stored === 'light' || stored === 'dark') choice.value = stored;
  } catch {
    // A page from disk may have no storage.
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', settle);
  matchMedia('print').addEventListener('change', (event) => {
    printing = event.matches;
    settle();
  });
  choice.subscribe(settle);
  settle();
}

export function chooseTheme(wanted: ThemeChoice) {
  choice.value = wanted;
  try {
    localStorage.setItem(key, wanted);
  } catch {
    // As above.
  }
}

export const useThemeChoice = () => useObservable(choice);
export const useTheme = () => useObservable(theme);
