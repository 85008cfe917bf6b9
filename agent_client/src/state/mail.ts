import type { Conversation, MailHead, MailTo } from "@usher/protocol";

/** Whom an answer goes to, as it is written: one address, and others with commas between. */
export interface Addressed {
  to: string;
  cc: string;
}

/** Whether what is written here goes out as a mail: also to who filled in a form. */
export function goesByMail({ channel, can }: Pick<Conversation, "channel" | "can">): boolean {
  return channel === "email" || (channel === "webform" && Boolean(can));
}

/** As the customer's last mail asks for it: an answer to all. Machines' mails ask for nothing. */
export function answering({ messages, address }: Pick<Conversation, "messages" | "address">): Addressed {
  const last = messages.findLast(({ author, extra }) => author === "customer" && extra?.mail && !extra.mail.automatic);
  const head: MailHead = last?.extra?.mail ?? {};
  return { to: head.answer_to ?? address ?? "", cc: (head.copies ?? []).join(", ") };
}

export function mailTo({ to, cc }: Addressed): MailTo {
  return { to: to.trim(), cc: addressesIn(cc) };
}

/** Each once. */
export function addressesIn(written: string): string[] {
  return [...new Set(written.split(/[,;\s]+/).filter(Boolean))];
}
