/** A piece of a curve as it is drawn, for legends and tables. */
export function Swatch({ colour, dash }: { colour: string; dash?: readonly number[] }) {
  return (
    <svg class="swatch" width="22" height="10" aria-hidden="true">
      <line x1="0" x2="22" y1="5" y2="5" stroke={colour} stroke-width="3" stroke-dasharray={dash?.join(' ')} />
    </svg>
  );
}
