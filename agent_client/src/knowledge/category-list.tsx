import type { ArticleCategory } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { LANGUAGES, language, OWN_NAMES } from "../i18n/language";
import { done } from "../live/commands";
import { command } from "../live/link";
import { Icon } from "../ui/icon";
import { CategoryOptions } from "./category-options";
import { changed } from "./going";
import { t } from "./words";

const NEW: ArticleCategory = { key: "", parent: "", position: 0, labels: {} };

/** The tree of categories: named in every language, moved, taken away when nothing is in them. */
export function CategoryList({ categories }: { categories: readonly ArticleCategory[] }): JSX.Element {
  const open = useSignal<ArticleCategory | null>(null);
  const close = (): void => {
    open.value = null;
  };
  return (
    <section class="article">
      <h2>{t("category.title")}</h2>
      <p class="faint">{t("category.help")}</p>
      <div>
        <button type="button" class="button small" onClick={() => (open.value = { ...NEW, position: categories.length })}>
          <Icon name="plus" size={14} /> {t("category.new")}
        </button>
      </div>
      {open.value && <Form key={open.value.key} category={open.value} all={categories} onEnd={close} />}
      <Branch all={categories} of="" onOpen={(one) => (open.value = one)} />
    </section>
  );
}

function Branch({ all, of, onOpen }: { all: readonly ArticleCategory[]; of: string; onOpen: (one: ArticleCategory) => void }): JSX.Element | null {
  const here = all.filter((one) => one.parent === of);
  if (here.length === 0) return null;
  const swap = async (one: ArticleCategory, other: ArticleCategory | undefined): Promise<void> => {
    if (other === undefined) return;
    const order = here.map((each) => (each === one ? other : each === other ? one : each));
    for (const [position, each] of order.entries()) {
      if (each.position !== position && !(await done(command({ type: "category.put", ...each, position })))) break;
    }
    changed();
  };
  return (
    <ul class="category-tree">
      {here.map((one, at) => (
        <li key={one.key}>
          <span class="row-head">
            <button type="button" class="link grow" onClick={() => onOpen(one)}>
              {labelOf(one)}
            </button>
            <span class="small faint">{Object.keys(one.labels).sort().join(" ")}</span>
            <Move turn="up" text={t("category.up", { name: labelOf(one) })} act={at > 0 ? () => void swap(one, here[at - 1]) : null} />
            <Move turn="down" text={t("category.down", { name: labelOf(one) })} act={at + 1 < here.length ? () => void swap(one, here[at + 1]) : null} />
          </span>
          <Branch all={all} of={one.key} onOpen={onOpen} />
        </li>
      ))}
    </ul>
  );
}

function Move({ turn, text, act }: { turn: "up" | "down"; text: string; act: (() => void) | null }): JSX.Element {
  return (
    <button type="button" class="button quiet square small" data-turn={turn} aria-label={text} title={text} disabled={act === null} onClick={() => act?.()}>
      <Icon name="back" size={14} />
    </button>
  );
}

const labelOf = (one: ArticleCategory): string => one.labels[language.value] ?? one.labels.en ?? one.key;

function Form({ category, all, onEnd }: { category: ArticleCategory; all: readonly ArticleCategory[]; onEnd: () => void }): JSX.Element {
  const key = useSignal(category.key);
  const parent = useSignal(category.parent);
  const labels = useSignal<Readonly<Record<string, string>>>(category.labels);
  const isNew = category.key === "";
  const act = async (frame: Parameters<typeof command>[0]): Promise<void> => {
    if (!(await done(command(frame)))) return;
    changed();
    onEnd();
  };
  const save = (): Promise<void> => {
    const named = Object.fromEntries(Object.entries(labels.peek()).filter(([, label]) => label.trim() !== ""));
    return act({ type: "category.put", key: key.peek(), parent: parent.peek(), position: category.position, labels: named });
  };
  return (
    <form
      class="article-edit panel"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="article-edit-row">
        {LANGUAGES.map((one) => (
          <label key={one}>
            {OWN_NAMES[one]}
            <input class="field" lang={one} maxLength={60} value={labels.value[one] ?? ""} onInput={({ currentTarget }) => (labels.value = { ...labels.peek(), [one]: currentTarget.value })} />
          </label>
        ))}
      </div>
      <div class="article-edit-row">
        <label>
          {t("category.key")}
          <input class="field" required disabled={!isNew} pattern="[a-z0-9]+(-[a-z0-9]+)*" maxLength={64} value={key.value} onInput={({ currentTarget }) => (key.value = currentTarget.value)} />
        </label>
        <label>
          {t("category.parent")}
          <select class="field" value={parent.value} onChange={({ currentTarget }) => (parent.value = currentTarget.value)}>
            <option value="">{t("category.top")}</option>
            <CategoryOptions categories={all.filter((one) => one.key !== category.key)} />
          </select>
        </label>
      </div>
      <footer class="article-acts">
        <button type="submit" class="button primary" disabled={key.value === "" || Object.values(labels.value).every((label) => label.trim() === "")}>
          {t("knowledge.save")}
        </button>
        <button type="button" class="button" onClick={onEnd}>
          {t("action.cancel")}
        </button>
        {!isNew && (
          <button type="button" class="button quiet" onClick={() => void act({ type: "category.remove", key: category.key })}>
            {t("category.remove")}
          </button>
        )}
      </footer>
    </form>
  );
}
