import type { Offer } from "@usher/protocol";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useComputed } from "@preact/signals";

import { t } from "../i18n/language";
import { channelLabel, queueLabel, requirementLabel } from "../i18n/labels";
import { languageName } from "../i18n/times";
import { accept } from "../keys/actions";
import { printed } from "../keys/chord";
import { declineOffer } from "../live/commands";
import { serverNow, tick } from "../live/server-time";
import { offers, state } from "../live/store";
import { declineMenuOpen } from "../shell/view";
import { Age } from "../ui/age";
import { channelIcon, Icon } from "../ui/icon";
import { Keys } from "../ui/keys";
import { Menu, MenuItem } from "../ui/menu";
import { whySentence } from "./why";

/** All that rings for me, oldest first; keys answer the first. */
export function OfferCards(): JSX.Element | null {
  if (offers.value.length === 0) return null;
  return (
    <div class="offers">
      {offers.value.map((offer, index) => (
        <OfferCard key={offer.offer_id} offer={offer} first={index === 0} />
      ))}
    </div>
  );
}

function OfferCard({ offer, first }: { offer: Offer; first: boolean }): JSX.Element {
  const item = offer.work_item;
  const name = item.customer.name || t("customer.unnamed");
  return (
    <article class="offer" aria-label={t("offer.title", { name })}>
      <header class="offer-head">
        <CountdownRing offer={offer} />
        <div class="grow clip-box">
          <strong class="clip">{name}</strong>
          <span class="faint small clip">
            <Icon name={channelIcon(item.channel)} size={13} /> {channelLabel(item.channel)} · {queueLabel(item.queue)}
          </span>
        </div>
        <span class="small offer-waited">
          <span class="faint">{t("offer.waited")}</span>
          <Age since={item.enqueued_at} exact />
        </span>
      </header>
      {item.preview && item.preview !== name && (
        <p class="offer-preview">
          <span>{item.preview}</span>
        </p>
      )}
      <p class="offer-why faint small">
        {whySentence(offer.why)}
        {offer.auto && <strong> · {t("offer.auto")}</strong>}
      </p>
      <p class="tags">
        {item.language && <span class="tag">{languageName(item.language)}</span>}
        {item.requirements.filter((one) => one.split("≥")[0] !== item.language).map((one) => (
          <span key={one} class="tag">
            {requirementLabel(one)}
          </span>
        ))}
      </p>
      <footer class="offer-buttons">
        <button type="button" class="button primary grow" onClick={() => accept(offer.offer_id)}>
          {t("action.accept")} {first && <Keys keys={printed("Alt+KeyA")} />}
        </button>
        <Decline offer={offer} first={first} />
      </footer>
    </article>
  );
}

function Decline({ offer, first }: { offer: Offer; first: boolean }): JSX.Element {
  const reasons = state.value.decline_reasons;
  const words = (
    <>
      {t("action.decline")} {first && <Keys keys={printed("Alt+KeyX")} />}
    </>
  );
  if (reasons.length === 0)
    return (
      <button type="button" class="button" onClick={() => void declineOffer(offer.offer_id, "")}>
        {words}
      </button>
    );
  return (
    <Menu button={words} align="end" {...(first ? { open: declineMenuOpen } : {})}>
      <p class="menu-note" role="presentation">
        {t("offer.why_decline")}
      </p>
      {reasons.map((reason) => (
        <MenuItem key={reason} onChoose={() => void declineOffer(offer.offer_id, reason)}>
          {reason}
        </MenuItem>
      ))}
    </Menu>
  );
}

const RADIUS = 17;
const LENGTH = 2 * Math.PI * RADIUS;

/** A ring that empties until the offer moves on: one CSS animation set to the server's clock, a number beside it. */
function CountdownRing({ offer }: { offer: Offer }): JSX.Element {
  const circle = useRef<SVGCircleElement>(null);
  const left = useComputed(() => Math.max(0, Math.ceil((offer.expires_at - tick.value) / 1_000)));
  useLayoutEffect(() => {
    const element = circle.current;
    if (element === null) return;
    const gone = offer.ring_ms - (offer.expires_at - serverNow());
    const animation = element.animate([{ strokeDashoffset: 0 }, { strokeDashoffset: LENGTH }], {
      duration: offer.ring_ms,
      fill: "both",
    });
    animation.currentTime = Math.min(offer.ring_ms, Math.max(0, gone));
    return () => {
      animation.cancel();
    };
  }, [offer]);
  return (
    <span class="ring" data-urgent={left.value <= 5} role="timer" aria-label={t("offer.left", { count: left.value })}>
      <svg width="40" height="40" viewBox="0 0 40 40" aria-hidden="true">
        <circle class="ring-back" cx="20" cy="20" r={RADIUS} />
        <circle class="ring-left" ref={circle} cx="20" cy="20" r={RADIUS} stroke-dasharray={LENGTH} />
      </svg>
      <span class="numeric" aria-hidden="true">
        {left}
      </span>
    </span>
  );
}
