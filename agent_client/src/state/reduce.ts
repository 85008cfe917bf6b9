import type { Me, StaffEvent, StaffSnapshot } from "@usher/protocol";

import { boardFrom, boardWith } from "./board";
import { callsFrom, closeCall, receiveCall } from "./calls";
import type { State } from "./state";
import { receiveStep } from "./steps";
import { typingUntilWritten, withTyping } from "./typing";
import {
  changeMessage,
  closeConversation,
  closeItem,
  closeOffer,
  customerOnline,
  pauseWork,
  rateConversation,
  receiveAssignment,
  receiveMessage,
  receiveOffer,
  receiveReceipts,
  resumeWork,
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
      return pauseWork(state, event.work_item_id, event.units);
    case "item.resumed":
      return resumeWork(state, event.work_item_id);
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
    case "profile.changed":
      return withMe(state, { skills: event.skills, queues: event.queues });
    case "notice.posted": // shown when it comes, and nothing to keep
      return state;
    case "load.changed":
      return withMe(state, { units_held: event.units_held, units_limit: event.units_limit });
    case "message.created":
      return typingUntilWritten(receiveMessage(state, event.message), event.message);
    case "message.changed":
      return changeMessage(state, event.message.conversation_id, event.message.n, (old) => ({
        ...event.message,
        delivery: old.delivery ?? null,
      }));
    case "delivery.changed":
      return changeMessage(state, event.conversation_id, event.n, (old) => ({ ...old, delivery: event.delivery }));
    case "case.changed": // kept by the pages that show cases
    case "cases.stale":
    case "case.viewers":
    case "case.warned":
      return state;
    case "step.changed":
      return receiveStep(state, event);
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
    case "call.changed":
      return receiveCall(state, event.call);
    case "call.closed":
      return closeCall(state, event.call_id, event.version);
    default:
      return event satisfies never;
  }
}

/** A snapshot replaces all that was known; the board, what is read along and steps are asked for again. */
function fromSnapshot(state: State, event: StaffSnapshot): State {
  return {
    me: event.me,
    statuses: event.statuses,
    queues: event.queues,
    dispositions: event.dispositions,
    decline_reasons: event.decline_reasons,
    offers: event.offers,
    assignments: [...event.assignments].sort((one, other) => one.accepted_at - other.accepted_at),
    calls: callsFrom(event.calls),
    voice: event.voice,
    skills: event.skills,
    monitored: state.monitored,
    departments: state.departments,
    steps: state.steps,
    typing: {},
    board: state.board,
  };
}

function withMe(state: State, change: Partial<Me>): State {
  return state.me === null ? state : { ...state, me: { ...state.me, ...change } };
}
