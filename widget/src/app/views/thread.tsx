import type { JSX } from "preact";
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
  const { chat, words } = useWidget();
  const { state, account } = chat;
  const closed = account && closedFor(account, state.conversation?.department ?? "");
  const away = account?.agents_online === false || Boolean(closed);
  return (
    <div class="waiting" role="status">
      <span class="disc quiet">
        <Icon name="clock" />
      </span>
      <div class="grow">
        <b>{words.t("waiting")}</b>
        {state.queue && !away ? (
          <p>
            {positionWords(state.queue, words)} {waitWords(state.queue, words)}
          </p>
        ) : (
          <p>{closed ? closedWords(closed, words, chat.serverNow()) : words.t(away ? "away_kept" : "nobody_yet")}</p>
        )}
        <p class="faint">{words.t("wait_stay")}</p>
      </div>
    </div>
  );
}

function Typing(): JSX.Element | null {
  const { chat, words } = useWidget();
  const { typing } = chat.state;
  const [, redraw] = useState(0);
  const leftMs = typing ? typing.until - chat.serverNow() : 0;
  useEffect(() => {
    if (leftMs <= 0) return;
    const timer = setTimeout(() => redraw((n) => n + 1), leftMs + 20);
    return () => clearTimeout(timer);
  }, [typing]);
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
