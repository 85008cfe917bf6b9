import type { MailHead, Message } from "@usher/protocol";
import { expect, test } from "vitest";

import { addressesIn, answering, goesByMail, mailTo } from "../../src/state/mail";
import { message } from "./samples";

function mail(n: number, head: MailHead, change: Partial<Message> = {}): Message {
  return message("Ann", n, { extra: { mail: head }, ...change });
}

test("an answer goes to all of the customer's last mail", () => {
  const messages = [
    mail(1, { answer_to: "ann@a.example" }),
    mail(2, { answer_to: "ann@b.example", copies: ["bob@b.example", "cy@c.example"] }),
    mail(3, { to: ["ann@b.example"] }, { author: "agent" }),
  ];
  expect(answering({ messages, address: "ann@a.example" })).toEqual({ to: "ann@b.example", cc: "bob@b.example, cy@c.example" });
});

test("what a machine wrote turns no answer around", () => {
  const messages = [mail(1, { answer_to: "ann@a.example" }), mail(2, { answer_to: "robot@a.example", automatic: true })];
  expect(answering({ messages, address: "" }).to).toBe("ann@a.example");
});

test("without a mail in sight it goes to the customer's address", () => {
  expect(answering({ messages: [], address: "ann@a.example" })).toEqual({ to: "ann@a.example", cc: "" });
});

test("addresses are separated by commas, semicolons or spaces, and count once", () => {
  expect(addressesIn(" a@b.example, c@d.example;a@b.example\n e@f.example,")).toEqual(["a@b.example", "c@d.example", "e@f.example"]);
  expect(mailTo({ to: " a@b.example ", cc: "" })).toEqual({ to: "a@b.example", cc: [] });
});

test("forms that are answered by mail are answered like mails", () => {
  const can = { text_chars: 1, media_types: [], media_bytes: 0, reply_window_ms: null, templates: [], quick_replies: 0, receipts: [] };
  expect(goesByMail({ channel: "email", can: null })).toBe(true);
  expect(goesByMail({ channel: "webform", can })).toBe(true);
  expect(goesByMail({ channel: "webform", can: null })).toBe(false);
  expect(goesByMail({ channel: "telegram", can })).toBe(false);
});
