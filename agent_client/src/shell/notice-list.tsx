import type { JSX } from "preact";

import { isKey, t } from "../i18n/language";
import { announced } from "../live/announce";
import { dismiss, type Notice, notices } from "../live/notices";
import { Icon } from "../ui/icon";
import "./notices.css";

const ICONS = { info: "info", warn: "bell", bad: "alert" } as const;

export function NoticeList(): JSX.Element {
  return (
    <div class="notices" role="status">
      {notices.value.map((notice) => (
        <div key={notice.id} class="notice" data-tone={notice.tone}>
          <Icon name={ICONS[notice.tone]} />
          <p>{wordsOf(notice)}</p>
          <button type="button" class="button quiet square small" aria-label={t("action.dismiss")} onClick={() => dismiss(notice.id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}

/** A param may itself be a text of the catalogue. */
function wordsOf(notice: Notice): string {
  const params = Object.entries(notice.params).map(([name, value]) => [name, isKey(String(value)) ? t(String(value) as Notice["key"]) : value]);
  return t(notice.key, Object.fromEntries(params) as Notice["params"]);
}

/** For screen readers only: what is not said by anything on the screen. */
export function LiveRegions(): JSX.Element {
  return (
    <>
      <div class="only-heard" role="alert">
        {announced.value.now}
      </div>
      <div class="only-heard" role="status">
        {announced.value.soon}
      </div>
    </>
  );
}
