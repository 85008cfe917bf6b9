import type { QueuePosition } from "@usher/protocol";
import type { JSX, TargetedSubmitEvent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { closedFor, closedWords } from "../closed";
import { positionWords, waitWords } from "../wait";
import { Composer } from "./composer";
import { Icon } from "./icons";
import { Log } from "./log";
import { Rating } from "./rating";
import { useWidget } from "./widget";

/** The conversation: waiting, talking and the end of it. */
export function Thread(): JSX.Element {
  const { chat } = useWidget();
  const { state, outbox } = chat;
  // One that is being started stands for the one before it.
  const conversation = outbox.some((message) => message.opening) ? null : state.conversation;
  const closed = conversation?.state === "closed";
  return (
    <div class="screen thread">
      <Offline />
      <Log conversation={conversation} outbox={outbox}>
        {conversation && !closed && !state.agent && <Waiting />}
        {closed && <Rating conversation={conversation} />}
        <Typing />
        {!closed && <Replies />}
      </Log>
      {!closed && conversation && <Composer />}
    </div>
  );
}

/** Short cuts mend themselves and are not worth a word; a long one is one, through every attempt to connect again. */
const PATIENCE_MS = 2_000;

function Offline(): JSX.Element {
  const { chat, words } = useWidget();
  const away = chat.state.phase === "connecting" || chat.state.phase === "offline";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(away), away ? PATIENCE_MS : 0);
    return () => clearTimeout(timer);
  }, [away]);
  return <div role="status">{shown && <p class="strip">{words.t("offline")}</p>}</div>;
}

function Waiting(): JSX.Element {
  const { chat, words, page } = useWidget();
  const { state, account } = chat;
  const { queue } = state;
  const shut = account && closedFor(account, state.conversation?.department ?? "");
  const closed = shut?.busy ? null : shut;
  const away = account?.agents_online === false || Boolean(closed);
  return (
    <div class="waiting" role="status">
      <span class="disc quiet">
        <Icon name="clock" />
      </span>
      <div class="grow">
        <b>{words.t("waiting")}</b>
        {queue && !away ? (
          <p>
            {positionWords(queue, words)} {waitWords(queue, words)}
          </p>
        ) : (
          <p>{closed ? closedWords(closed, words, chat.serverNow()) : words.t(away ? "away_kept" : "nobody_yet")}</p>
        )}
        {queue && <Instead queue={queue} />}
        {!page && <p class="faint">{words.t("wait_stay")}</p>}
      </div>
    </div>
  );
}

const KEPT = ["message", "case"];

/** What else there is than waiting: words of the centre, a message that is kept, a call when it is their turn. */
function Instead({ queue: { overflow = "", text = {}, callback = "" } }: { queue: QueuePosition }): JSX.Element {
  const { words } = useWidget();
  return (
    <>
      {overflow && overflow !== "queue" && <p>{text[words.language] ?? words.t(KEPT.includes(overflow) ? "away_kept" : "busy")}</p>}
      {callback === "asked" && <p>{words.t("call_asked")}</p>}
      {callback === "offered" && <CallMe />}
    </>
  );
}

function CallMe(): JSX.Element {
  const { chat, words } = useWidget();
  const [phone, setPhone] = useState("");
  const ask = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (phone.trim()) void chat.askCall(phone.trim());
  };
  return (
    <form class="call" onSubmit={ask}>
      <label for="phone">{words.t("busy_call")}</label>
      <div class="row">
        <input id="phone" type="tel" autocomplete="tel" maxLength={40} aria-label={words.t("phone")} value={phone} onInput={(event) => setPhone(event.currentTarget.value)} />
        <button class="primary" type="submit">
          {words.t("ask_call")}
        </button>
      </div>
    </form>
  );
}

/** What the last message offers to be answered with; while a bot answers, always a person. */
function Replies(): JSX.Element | null {
  const { chat, words } = useWidget();
  const { agent, conversation } = chat.state;
  if (!conversation || chat.outbox.length) return null;
  const offered = conversation.messages.at(-1)?.extra?.quick_replies ?? [];
  const person = words.t("talk");
  const all = agent?.bot && !offered.includes(person) ? [...offered, person] : offered;
  if (!all.length) return null;
  return (
    <div class="replies" role="group" aria-label={words.t("replies")}>
      {all.map((text) => (
        <button class="secondary" onClick={() => chat.say(text)}>
          {text}
        </button>
      ))}
    </div>
  );
}

function Typing(): JSX.Element | null {
  const { chat, words } = useWidget();
  const { typing } = chat.state;
  const [, redraw] = useState(0);
  const leftMs = typing ? typing.until - chat.serverNow() : 0;
  useEffect(() => {
    if (!typing) return;
    const timer = setTimeout(() => redraw((n) => n + 1), typing.until - chat.serverNow() + 20);
    return () => clearTimeout(timer);
  }, [chat, typing]);
  if (!typing || leftMs <= 0) return null;
  return (
    <div class="said theirs first last typing">
      <div class="bubble">
        <span class="hidden">{words.t("typing", typing.name)}</span>
        <i />
        <i />
        <i />
      </div>
    </div>
  );
}
