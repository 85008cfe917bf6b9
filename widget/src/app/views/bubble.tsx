import type { JSX } from "preact";
import { partsOf } from "../links";
import type { Row, TextRow } from "../rows";
import type { TextKey } from "../words";
import { FileView } from "./file";
import { useWidget } from "./widget";

const SYSTEM: Record<string, TextKey> = {
  "agent.joined": "agent_joined",
  "agent.left": "agent_left",
  transferred: "transferred",
  "conversation.ended": "conversation_ended",
};

export function RowView({ row }: { row: Row }): JSX.Element | null {
  const { chat, words } = useWidget();
  switch (row.kind) {
    case "day":
      return <p class="line day">{words.day(row.at, chat.serverNow())}</p>;
    case "system": {
      // A word this version does not know says nothing to a customer.
      const key = SYSTEM[row.text];
      return key ? (
        <p class="line" title={words.moment(row.at)}>
          {words.t(key, row.name)}
        </p>
      ) : null;
    }
    case "text":
      return <Bubble row={row} />;
  }
}

function Bubble({ row }: { row: TextRow }): JSX.Element {
  const { words } = useWidget();
  const side = row.mine ? "mine" : "theirs";
  return (
    <div class={`said ${side}${row.first ? " first" : ""}${row.last ? " last" : ""}`}>
      {row.first && <p class={row.mine ? "hidden" : "who"}>{row.mine ? words.t("you") : nameOf(row, words.t)}</p>}
      {row.text && (
        <div class={`bubble${row.mark === "failed" ? " failed" : ""}`} title={words.moment(row.at)}>
          {partsOf(row.text).map(({ text, href }) =>
            href ? (
              <a href={href} target="_blank" rel="noopener noreferrer nofollow">
                {text}
              </a>
            ) : (
              text
            ),
          )}
        </div>
      )}
      {row.files.map((file) => (
        <FileView key={file.file_id} file={file} />
      ))}
      {row.mark === "failed" ? <Failed row={row} /> : <Meta row={row} />}
    </div>
  );
}

/** A bot has a name like people, and is never taken for one of them. */
function nameOf({ name, bot }: TextRow, t: (key: TextKey) => string): string {
  return bot ? [name, t("assistant")].filter(Boolean).join(" · ") : name;
}

function Meta({ row }: { row: TextRow }): JSX.Element | null {
  const { chat, words } = useWidget();
  if (!row.last && (!row.mark || row.mark === "sending")) return null;
  const waiting = row.mark === "sending" && chat.state.phase !== "online" && chat.state.known;
  return (
    <p class="meta">
      {row.mark !== "sending" && <time>{words.time(row.at)}</time>}
      {row.mark && <span>{words.t(waiting ? "kept" : row.mark === "failed" ? "failed_busy" : row.mark)}</span>}
    </p>
  );
}

function Failed({ row }: { row: TextRow }): JSX.Element | null {
  const { chat, words, person, opening } = useWidget();
  const message = row.pending;
  if (!message?.failed) return null;
  return (
    <p class="meta fault" role="alert">
      <span>{words.t(`failed_${message.failed}`)}</span>
      {/* Files belong to the conversation that is over. */}
      {(message.text || message.failed !== "closed") && (
        <button class="link" onClick={() => chat.retry(message, opening(person, ""))}>
          {words.t("retry")}
        </button>
      )}
      <button class="link" onClick={() => chat.discard(message)}>
        {words.t("discard")}
      </button>
    </p>
  );
}
