import type { Assignment } from "@usher/protocol";

/** What the context column is about: a customer, and a conversation of theirs, a case of theirs, or both. */
export interface About {
  customer_id: string;
  conversation_id: string | null;
  case_id: string | null;
  /** The work on it, where it is mine. */
  assignment: Assignment | null;
}

export function aboutWork(assignment: Assignment): About {
  return {
    customer_id: assignment.work_item.customer.customer_id,
    conversation_id: assignment.conversation.conversation_id,
    case_id: null,
    assignment,
  };
}
