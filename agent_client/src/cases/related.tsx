import { type Case, CommandError, type SimilarCase } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import type { About } from "../context/about";
import { channelLabel } from "../i18n/labels";
import { percent, shortDate } from "../i18n/times";
import { takeCases } from "../live/cases";
import { command } from "../live/link";
import { channelIcon, Icon } from "../ui/icon";
import { lazyPart } from "../ui/lazy";
import { addressOf } from "../desk/files";
import { CaseLink, StatusTag } from "./case-facts";
import { changeCases } from "./commands";
import { opened, openedCase, refreshOpened } from "./opened";
import { keepFile, makeDocument } from "./papers";
import { t } from "./words";

const ProposeArticle = lazyPart(async () => (await import("../knowledge/propose-article")).ProposeArticle);

/** Cases of the same cause: those grouped under this one, and those that look like it. */
export function RelatedCases({ about: { case_id } }: { about: About }): JSX.Element | null {
  const similar = useSignal<readonly SimilarCase[] | null>(null);
  useEffect(() => {
    if (case_id !== null) void findSimilar(case_id).then((found) => (similar.value = found));
  }, [case_id, similar]);
  const now = opened.value;
  if (case_id === null || now.is !== "there") return null;
  const { children } = now.detail;
  const group = async (id: string): Promise<void> => {
    const outcomes = await changeCases([id], { parent_id: case_id });
    void refreshOpened();
    if (outcomes?.every((one) => one.code === "") === true) similar.value = (similar.peek() ?? []).filter((one) => one.case.case_id !== id);
  };
  const ungroup = async (id: string): Promise<void> => {
    await changeCases([id], { parent_id: "" });
    void refreshOpened();
  };
  const others = (similar.value ?? []).filter((one) => one.case.parent_id !== case_id && !children.some((child) => child.case_id === one.case.case_id));
  return (
    <>
      {children.length > 0 && (
        <>
          <h4>{t("cases.children")}</h4>
          <ul class="related">
            {children.map((one) => (
              <li key={one.case_id}>
                <CaseLink of={one} class="clip grow" /> <StatusTag of={one} />
                <button type="button" class="button quiet square small" aria-label={t("cases.ungroup", { number: String(one.number) })} onClick={() => void ungroup(one.case_id)}>
                  <Icon name="close" size={13} />
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <h4>{t("cases.similar")}</h4>
      {similar.value === null && <p class="faint small">{t("line.loading")}</p>}
      {similar.value !== null && others.length === 0 && <p class="faint small">{t("cases.similar_none")}</p>}
      <ul class="related">
        {others.map(({ case: one, likeness }) => (
          <li key={one.case_id}>
            <CaseLink of={one} class="clip grow" />
            <span class="small faint numeric" title={t("cases.likeness")}>
              {percent(likeness)}
            </span>
            {openedCase.value?.parent_id === "" && one.status !== "closed" && (
              <button type="button" class="button small" aria-label={t("cases.group_here", { number: String(one.number) })} onClick={() => void group(one.case_id)}>
                {t("cases.group_short")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

async function findSimilar(caseId: string): Promise<readonly SimilarCase[]> {
  try {
    const result = await command({ type: "cases.similar", case_id: caseId });
    if (result?.type !== "similar_cases") return [];
    takeCases(result.similar.map((one) => one.case));
    return result.similar;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error; // none is better than a page that does not open
    return [];
  }
}

/** Where it was spoken of, and the papers that belong to it. */
export function CaseThings({ about: { case_id } }: { about: About }): JSX.Element | null {
  const now = opened.value;
  if (now.is !== "there" || now.detail.case.case_id !== case_id) return null;
  const { conversations, files } = now.detail;
  return (
    <>
      {conversations.length + files.length === 0 && <p class="faint small">{t("cases.no_conversations")}</p>}
      <ul class="related">
        {conversations.map((one) => (
          <li key={one.conversation_id}>
            <Icon name={channelIcon(one.channel)} size={14} />
            <span class="grow clip">{one.subject || channelLabel(one.channel)}</span>
            <span class="small faint">{shortDate(one.started_at)}</span>
          </li>
        ))}
      </ul>
      {files.length > 0 && (
        <ul class="related" aria-label={t("cases.files")}>
          {files.map((file) => (
            <li key={file.file_id}>
              <Icon name="file" size={14} />
              <a class="grow clip" href={addressOf(file)} download={file.name}>
                {file.name || t("file.unnamed")}
              </a>
            </li>
          ))}
        </ul>
      )}
      {now.detail.may_change && <Papers of={now.detail.case} />}
      {now.detail.may_change && <ProposeArticle key={now.detail.case.case_id} from={{ case_id: now.detail.case.case_id }} text="knowledge.propose_case" />}
    </>
  );
}

/** A scan of a letter comes in here; the whole case goes out as a document. */
function Papers({ of: { case_id, conversation_id } }: { of: Case }): JSX.Element {
  const busy = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const doing = async (works: readonly (() => Promise<boolean>)[]): Promise<void> => {
    busy.value = true;
    for (const work of works) if (!(await work())) break;
    busy.value = false;
    await refreshOpened();
  };
  return (
    <div class="case-more">
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          const chosen = [...(currentTarget.files ?? [])];
          currentTarget.value = "";
          void doing(chosen.map((file) => () => keepFile(conversation_id, file)));
        }}
      />
      <button type="button" class="button small" disabled={busy.value} onClick={() => input.current?.click()}>
        <Icon name="clip" size={13} /> {t("cases.add_file")}
      </button>
      <button type="button" class="button small" disabled={busy.value} onClick={() => void doing([() => makeDocument(case_id)])}>
        <Icon name="file" size={13} /> {t("cases.make_document")}
      </button>
    </div>
  );
}
