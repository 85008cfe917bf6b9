/** What views of articles share: their style, and what they wait for. */
import { useEffect, useRef, useState } from "preact/hooks";

export type Loaded<Value> = Value | "loading" | "failed";

/** about: what it is loaded for; another is loaded anew. */
export function useLoaded<Value>(load: () => Promise<Value>, about: string): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>("loading");
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    let current = true;
    latest.current().then(
      (value) => current && setLoaded(value),
      () => current && setLoaded("failed"),
    );
    return () => {
      current = false;
    };
  }, [about]);
  return loaded;
}

/** The style comes with the view; inline, a site's policy would refuse it. */
export function dressed(css: string): (view: HTMLElement | null) => void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return (view) => {
    const root = view?.getRootNode();
    if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  };
}
