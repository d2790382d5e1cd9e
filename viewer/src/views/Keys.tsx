import { useEffect, useRef } from 'preact/hooks';

const keys: readonly [string, string][] = [
  ['← →', 'move the cursor of a chart that has the focus; with Shift ten times as far'],
  ['Home End', 'cursor to the left or right edge'],
  ['+ −', 'zoom in and out around the cursor'],
  ['0, Esc', 'show everything; Esc also puts the cursor away'],
  ['l', 'logarithmic or linear axis'],
  ['drag', 'zoom to the range dragged over, in all charts of the page'],
  ['double click', 'show everything'],
  ['Tab', 'from chart to chart'],
  ['?', 'this list'],
];

export function Keys({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button>Close</button>
      </form>
    </dialog>
  );
}
