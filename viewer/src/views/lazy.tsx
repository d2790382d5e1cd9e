import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A view whose code is loaded when it is first shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [View, setView] = useState<ComponentType<P> | null>(() => loaded);
    const [problem, setProblem] = useState('');
    useEffect(() => {
      if (!View) {
        load().then(
          (view) => {
            loaded = view;
            setView(() => view);
          },
          () => setProblem('This view could not be loaded; the server may have ended. Load the page again.'),
        );
      }
    }, [View]);
    if (problem) return <p class="problem" role="alert">{problem}</p>;
    return View ? <View {...props} /> : <p class="soft">Loading …</p>;
  };
}
