import type { ArticleCategory } from "@usher/protocol";
import type { JSX } from "preact";
import { Fragment } from "preact";

import { language } from "../i18n/language";

/** Children stand below their parents, moved in. */
export function CategoryOptions({ categories, of = "", depth = 0 }: { categories: readonly ArticleCategory[]; of?: string; depth?: number }): JSX.Element {
  return (
    <>
      {categories
        .filter((one) => one.parent === of)
        .map((one) => (
          <Fragment key={one.key}>
            <option value={one.key}>{"\u2003".repeat(depth) + (one.labels[language.value] ?? one.labels.en ?? one.key)}</option>
            <CategoryOptions categories={categories} of={one.key} depth={depth + 1} />
          </Fragment>
        ))}
    </>
  );
}
