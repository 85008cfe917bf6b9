import type { Me, StaffEvent, StaffSnapshot } from "@usher/protocol";

import { boardFrom, boardWith } from "./board";
import type { State } from "./state";
import { typingUntilWritten, withTyping } from "./typing";
import {
  changeState,
  closeConversation,
  closeItem,
  closeOffer,
  customerOnline,
  rateConversation,
  receiveAssignment,
  receiveMessage,
  receiveOffer,
  receiveReceipts,
  startWrapUp,
} from "./work";

/**
 * The state after an event. Pure; the law is: any state, reduced by all events, equals a fresh snapshot.
 *
 * Events about things this page does not hold (another tab closed them, they came twice) change nothing.
 */
export function reduce(state: State, event: StaffEvent): State {
  switch (event.type) {
    case "snapshot":
      return fromSnapshot(state, event);
    case "offer.created":
      return receiveOffer(state, event.offer);
    case "offer.closed":
      return closeOffer(state, event.offer_id);
    case "item.assigned":
      return receiveAssignment(state, event.assignment);
    case "item.paused":
      return changeState(state, event.work_item_id, "paused");
    case "item.resumed":
      return changeState(state, event.work_item_id, "assigned");
    case "item.wrap_up":
      return startWrapUp(state, event.work_item_id, event.until);
    case "item.closed":
      return closeItem(state, event.work_item_id);
    case "presence.changed":
      return withMe(state, {
        status: event.status,
        status_since: event.status_since,
        reachability: event.reachability,
        status_reason: event.reason,
        status_by: event.status_by,
        next_status: event.next_status,
      });
    case "load.changed":
      return withMe(state, { units_held: event.units_held, units_limit: event.units_limit });
    case "message.created":
      return typingUntilWritten(receiveMessage(state, event.message), event.message);
    case "receipts.changed":
      return receiveReceipts(state, event.conversation_id, event.receipts);
    case "typing.shown":
      return withTyping(state, event.conversation_id, { author_name: event.author_name, for_ms: event.for_ms });
    case "conversation.closed":
      return withTyping(closeConversation(state, event.conversation_id, event.closed_at), event.conversation_id, null);
    case "conversation.rated":
      return rateConversation(state, event.conversation_id, event.rating);
    case "customer.presence":
      return customerOnline(state, event.conversation_id, event.online);
    case "board.snapshot":
      return { ...state, board: boardFrom(event) };
    case "board.changed":
      return state.board === null ? state : { ...state, board: boardWith(state.board, event) };
    default:
      return event satisfies never;
  }
}

/** A snapshot replaces all that was known; the board has a snapshot of its own and is asked for again. */
function fromSnapshot(state: State, event: StaffSnapshot): State {
  return {
    me: event.me,
    statuses: event.statuses,
    queues: event.queues,
    dispositions: event.dispositions,
    decline_reasons: event.decline_reasons,
    offers: event.offers,
    assignments: [...event.assignments].sort((one, other) => one.accepted_at - other.accepted_at),
    typing: {},
    board: state.board,
  };
}

function withMe(state: State, change: Partial<Me>): State {
  return state.me === null ? state : { ...state, me: { ...state.me, ...change } };
}
