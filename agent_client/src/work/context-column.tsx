import { type Conversation, CommandError, type Assignment } from "@usher/protocol";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import type { Key } from "../i18n/en";
import { t } from "../i18n/language";
import { channelLabel, queueLabel, requirementLabel } from "../i18n/labels";
import { duration, exactTime, languageName, shortDate } from "../i18n/times";
import { toggleContext } from "../keys/actions";
import { fetchPast } from "../live/commands";
import { phase } from "../live/store";
import { Age } from "../ui/age";
import { Icon } from "../ui/icon";
import { PastDialog } from "./past-dialog";
import { whyOf, whySentence } from "./why";

/** What helps to answer: the customer, what this item asked for, why me, and what was said before. */
export function ContextColumn({ assignment }: { assignment: Assignment }): JSX.Element {
  return (
    <aside class="context" aria-label={t("context.title")}>
      <header class="context-head">
        <h2 class="grow">{t("context.title")}</h2>
        <button type="button" class="button quiet square" aria-label={t("action.close")} onClick={toggleContext}>
          <Icon name="close" />
        </button>
      </header>
      <CustomerFacts assignment={assignment} />
      <ItemFacts assignment={assignment} />
      <PastConversations assignment={assignment} />
    </aside>
  );
}

function Facts({ title, children }: { title: Key; children: ComponentChildren }): JSX.Element {
  return (
    <section class="context-part">
      <h3>{t(title)}</h3>
      <dl class="facts">{children}</dl>
    </section>
  );
}

function Fact({ name, children }: { name: Key; children: ComponentChildren }): JSX.Element {
  return (
    <>
      <dt>{t(name)}</dt>
      <dd>{children}</dd>
    </>
  );
}

function CustomerFacts({ assignment: { work_item: item } }: { assignment: Assignment }): JSX.Element {
  const { customer } = item;
  return (
    <Facts title="context.customer">
      <Fact name="context.name">{customer.name || t("customer.unnamed")}</Fact>
      <Fact name="context.email">
        {customer.email ? <a href={`mailto:${encodeURI(customer.email)}`}>{customer.email}</a> : <None />}
      </Fact>
      <Fact name="context.language">{languageName(item.language || customer.language) || <None />}</Fact>
    </Facts>
  );
}

function ItemFacts({ assignment }: { assignment: Assignment }): JSX.Element {
  const { work_item: item, conversation } = assignment;
  const why = whyOf(item.work_item_id);
  return (
    <Facts title="context.item">
      <Fact name="context.queue">{queueLabel(item.queue)}</Fact>
      <Fact name="context.channel">{channelLabel(item.channel)}</Fact>
      {item.requirements.length > 0 && (
        <Fact name="context.asks_for">
          <span class="tags">
            {item.requirements.map((one) => (
              <span key={one} class="tag">
                {requirementLabel(one)}
              </span>
            ))}
          </span>
        </Fact>
      )}
      <Fact name="context.waited">
        <span title={exactTime(item.enqueued_at)}>{duration(assignment.accepted_at - item.enqueued_at)}</span>
      </Fact>
      <Fact name="context.handling">
        <Age since={assignment.accepted_at} />
      </Fact>
      {conversation.page_url && (
        <Fact name="context.page">
          <PageLink url={conversation.page_url} />
        </Fact>
      )}
      {conversation.rating !== null && (
        <Fact name="context.rating">{t("context.rated", { stars: conversation.rating })}</Fact>
      )}
      {why && <Fact name="context.why">{whySentence(why)}</Fact>}
    </Facts>
  );
}

/** A customer's browser may claim any address: only web pages become links, and they learn nothing of us. */
function PageLink({ url }: { url: string }): JSX.Element {
  if (!/^https?:\/\//i.test(url)) return <span class="break">{url}</span>;
  return (
    <a class="break" href={url} target="_blank" rel="noopener noreferrer nofollow">
      {url.replace(/^https?:\/\//i, "")}
    </a>
  );
}

function None(): JSX.Element {
  return <span class="faint">{t("context.unknown")}</span>;
}

type Past = { is: "loading" } | { is: "failed" } | { is: "there"; conversations: Conversation[] };

function PastConversations({ assignment }: { assignment: Assignment }): JSX.Element {
  const customerId = assignment.work_item.customer.customer_id;
  const current = assignment.conversation.conversation_id;
  const past = useSignal<Past>({ is: "loading" });
  const shown = useSignal<Conversation | null>(null);
  const online = phase.value === "online";
  useEffect(() => {
    if (!online || past.peek().is === "there") return;
    fetchPast(customerId).then(
      (all) => (past.value = { is: "there", conversations: all.filter((one) => one.conversation_id !== current) }),
      (error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        past.value = { is: "failed" };
      },
    );
  }, [customerId, current, online, past]);
  return (
    <section class="context-part">
      <h3>{t("context.past")}</h3>
      <PastList past={past.value} onOpen={(conversation) => (shown.value = conversation)} />
      {shown.value && <PastDialog conversation={shown.value} onClose={() => (shown.value = null)} />}
    </section>
  );
}

function PastList({ past, onOpen }: { past: Past; onOpen: (conversation: Conversation) => void }): JSX.Element {
  if (past.is === "loading") return <p class="faint small">{t("context.past_loading")}</p>;
  if (past.is === "failed") return <p class="faint small">{t("context.past_failed")}</p>;
  if (past.conversations.length === 0) return <p class="faint small">{t("context.past_none")}</p>;
  return (
    <ul class="past">
      {past.conversations.map((one) => (
        <li key={one.conversation_id}>
          <button type="button" class="past-item" onClick={() => onOpen(one)}>
            <span class="row-head">
              <strong class="grow">{shortDate(one.started_at)}</strong>
              {one.rating !== null && <span class="small">{t("context.rated", { stars: one.rating })}</span>}
            </span>
            <span class="faint small clip">{one.messages.findLast((message) => message.kind === "text")?.text}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
