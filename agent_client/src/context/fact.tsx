import type { ComponentChildren, JSX } from "preact";

import { type Key, t } from "../i18n/language";

export function Fact({ name, children }: { name: Key; children: ComponentChildren }): JSX.Element {
  return (
    <>
      <dt>{t(name)}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** In place of what is not known. */
export function None(): JSX.Element {
  return <span class="faint">{t("context.unknown")}</span>;
}
