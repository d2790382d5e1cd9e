/**
 * Colours of Okabe and Ito (2008), which readers with any colour vision can tell apart, in an order that keeps neighbours
 * far from each other. Its yellow is darkened on white paper and its black turned to grey on dark paper, where they would
 * not be seen; beyond eight curves the colours come again with another dash.
 */
const onLight = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#a89a00'];
const onDark = ['#4aa3df', '#f0793a', '#2bbd92', '#dd96bc', '#f0ae2a', '#8accf2', '#d0d4d9', '#f0e442'];
const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 2.5], [9, 3, 2, 3], [14, 4], [4, 2, 1, 2, 1, 2]];

export interface Stroke {
  colour: string;
  dash: readonly number[];
}

/** How the curve of the run at an index of the chosen ones is drawn. */
export function strokeOf(index: number, dark: boolean): Stroke {
  const colours = dark ? onDark : onLight;
  return {
    colour: colours[index % colours.length]!,
    dash: dashes[Math.floor(index / colours.length) % dashes.length]!,
  };
}

/** How many runs can be told apart at a glance: all pairs of colour and dash. */
export const distinctStrokes = onLight.length * dashes.length;
