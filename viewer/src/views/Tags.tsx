import { useState } from 'preact/hooks';

/** A run's tags; where they can be changed, a button opens a field with them joined by commas. */
export function Tags({ tags, label, onChange }: { tags: readonly string[]; label: string; onChange?: (tags: string[]) => Promise<void> }) {
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState('');
  if (text === null) {
    return (
      <span class="tag-list">
        {tags.map((tag) => (
          <span key={tag} class="tag">
            {tag}
          </span>
        ))}
        {onChange && (
          <button type="button" class="edit" aria-label={`edit the tags of ${label}`} title="edit tags" onClick={() => setText(tags.join(', '))}>
            {tags.length > 0 ? '✎' : '+ tag'}
          </button>
        )}
      </span>
    );
  }

  const save = async () => {
    const wanted = [...new Set(text.split(',').map((tag) => tag.trim()).filter(Boolean))];
    try {
      await onChange!(wanted);
      setText(null);
      setProblem('');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <form class="tag-edit" onSubmit={(event) => (event.preventDefault(), void save())}>
      <input value={text} aria-label={`tags of ${label}, joined by commas`} ref={(field) => field?.focus()} size={16}
        onInput={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => event.key === 'Escape' && setText(null)} />
      <button class="small">save</button>
      {problem && (
        <span class="problem" role="alert">
          {problem}
        </span>
      )}
    </form>
  );
}
