import type { JSX } from "preact";

import { t } from "../i18n/language";
import { channelLabel, queueLabel, requirementLabel } from "../i18n/labels";
import { duration, exactTime } from "../i18n/times";
import { Age } from "../ui/age";
import { channelIcon, Icon } from "../ui/icon";
import { whySentence } from "../desk/why";
import type { About } from "./about";
import { Fact } from "./fact";

/** What is being worked on: where from, what it asked for, and why it came to me. */
export function ItemFacts({ about: { assignment } }: { about: About }): JSX.Element | null {
  if (assignment === null) return null;
  const { work_item: item, conversation } = assignment;
  const why = assignment.why ?? null;
  return (
    <dl class="facts">
      <Fact name="context.queue">{queueLabel(item.queue)}</Fact>
      <Fact name="context.channel">
        <span class="with-icon">
          <Icon name={channelIcon(item.channel)} size={14} /> {channelLabel(item.channel)}
        </span>
      </Fact>
      {conversation.address && (
        <Fact name="context.address">
          <span class="break">{conversation.address}</span>
        </Fact>
      )}
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
      {why !== null && <Fact name="context.why">{whySentence(why)}</Fact>}
    </dl>
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
