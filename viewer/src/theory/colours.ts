import type { Theme } from '../state/theme';

/** How the lines of a portrait are drawn; after Okabe and Ito, so that any colour vision tells them apart, each with a shape of its own besides. */
export interface Style {
  colour: string;
  width: number;
  dash: readonly number[];
}

export function styleOf(kind: string, { dark, ink, soft }: Theme): Style {
  switch (kind) {
    case 'edge':
      return { colour: dark ? '#f0793a' : '#d55e00', width: 2, dash: [] };
    case 'stable_minimisers':
      return { colour: dark ? '#2bbd92' : '#009e73', width: 5, dash: [] };
    case 'minimisers':
      return { colour: ink, width: 1.4, dash: [] };
    case 'flow':
    case 'limit':
      return { colour: dark ? '#dd96bc' : '#b0568a', width: 2, dash: [2, 3] };
    default:
      return { colour: soft, width: 0.6, dash: [] };
  }
}

/** The colour of an iterate, from the first (0) to the last (1): blues that move away from the paper. */
export function timeColour(part: number, dark: boolean): string {
  const [from, to] = dark ? [[74, 132, 184], [206, 233, 252]] : [[150, 200, 235], [0, 52, 94]];
  return `rgb(${from!.map((channel, k) => Math.round(channel + (to![k]! - channel) * part)).join(' ')})`;
}
