import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useWidget } from "./widget";

type Draw<Props> = (props: Props) => JSX.Element;

/** A view whose code is fetched when it is first shown. */
export function lazy<Props extends object>(load: () => Promise<Draw<Props>>): Draw<Props> {
  let View: Draw<Props> | undefined;
  return (props) => {
    const { words } = useWidget();
    const [failed, setFailed] = useState<boolean | null>(null);
    useEffect(() => {
      if (View || failed) return;
      load().then(
        (loaded) => {
          View = loaded;
          setFailed(false);
        },
        () => setFailed(true),
      );
    }, [failed]);
    if (View) return <View {...props} />;
    return (
      <div class="screen empty" aria-busy={!failed}>
        {failed && (
          <button class="secondary" onClick={() => setFailed(null)}>
            {words.t("retry")}
          </button>
        )}
      </div>
    );
  };
}
