import type { Conversation } from "@usher/protocol";
import type { JSX, TargetedSubmitEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icons";
import { useWidget } from "./widget";

const STARS = [1, 2, 3, 4, 5] as const;

/** After the end: how it was, and the way to a new conversation. */
export function Rating({ conversation }: { conversation: Conversation }): JSX.Element {
  const { words, go } = useWidget();
  return (
    <div class="over">
      {conversation.rating === null ? <Ask conversation={conversation} /> : <Thanks rating={conversation.rating} />}
      <button class="secondary" onClick={() => go({ name: "form" })}>
        {words.t("again")}
      </button>
    </div>
  );
}

function Ask({ conversation }: { conversation: Conversation }): JSX.Element {
  const { chat, words } = useWidget();
  const [stars, setStars] = useState(0);
  const [comment, setComment] = useState("");
  const [state, setState] = useState<"" | "sending" | "failed">("");

  const form = useRef<HTMLFormElement>(null);
  const chosen = stars > 0;
  useEffect(() => {
    if (chosen) form.current?.parentElement?.scrollIntoView({ block: "end" });
  }, [chosen]);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setState("sending");
    const arrived = await chat.rate(conversation.conversation_id, stars, comment.trim());
    if (!arrived) setState("failed");
  };

  return (
    <form ref={form} class="rate" onSubmit={(event) => void submit(event)}>
      <fieldset>
        <legend>{words.t("rate")}</legend>
        {STARS.map((n) => (
          <label key={n} class={n <= stars ? "star lit" : "star"} title={words.t(`stars_${n}`)}>
            <input type="radio" name="stars" checked={stars === n} onChange={() => setStars(n)} />
            <span class="hidden">{words.t(`stars_${n}`)}</span>
            <Icon name="star" />
          </label>
        ))}
      </fieldset>
      <p class="faint stars-word">{stars ? words.t(`stars_${stars as 1}`) : "\u00a0"}</p>
      {chosen && (
        <>
          <textarea
            rows={2}
            maxLength={1_000}
            value={comment}
            placeholder={words.t("rate_comment")}
            aria-label={words.t("rate_comment")}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          {state === "failed" && <p class="fault">{words.t("failed_busy")}</p>}
          <button class="primary" type="submit" disabled={state === "sending"}>
            {words.t("rate_send")}
          </button>
        </>
      )}
    </form>
  );
}

function Thanks({ rating }: { rating: number }): JSX.Element {
  const { words } = useWidget();
  return (
    <p class="thanks" role="status">
      <span class="stars" aria-hidden="true">
        {STARS.map((n) => (
          <span key={n} class={n <= rating ? "star lit" : "star"}>
            <Icon name="star" />
          </span>
        ))}
      </span>
      {words.t("rate_thanks")}
    </p>
  );
}
