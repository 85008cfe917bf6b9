import type { Catalogue, Text } from "../../i18n/format";

export const en = {
  "step.none": "Nobody else was asked yet.",
  "step.unfetched": "The steps could not be loaded.",
  "step.department": "Department",
  "step.subject": "Subject",
  "step.excerpt": "Excerpt",
  "step.private": "Only the subject and this text leave the house. The conversation and the customer's details stay here.",
  "step.message": "From the conversation",
  "step.insert": "Insert message",
  "step.due": "Answer needed within",
  "step.due_usual": "As usual ({time})",
  "step.send": "Ask",
  "step.asked": "asked {time}",
  "step.posted": "posted",
  "step.not_posted": "not yet posted",
  "step.reminded": {
    one: "reminded {count} time",
    other: "reminded {count} times",
  },
  "step.reply_to": "Reply to {name}",
  "step.done": "Done",
  "step.cancel": "Not needed any more",
  "step.due.in_time": "due in",
  "step.due.overdue": "overdue by",
  "step.state.open": "Open",
  "step.state.taken": "Taken",
  "step.state.info_needed": "Needs information",
  "step.state.done": "Done",
  "step.state.cancelled": "Not needed",
} satisfies Record<string, Text>;

export type Words = Catalogue<typeof en>;
