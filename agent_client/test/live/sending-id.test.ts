import { expect, test } from "vitest";

import { sendingId } from "../../src/desk/sending-id";

test("what is sent again for want of an answer is the same sending, until it arrived or the words are others", () => {
  const sending = sendingId();
  const first = sending.of("call 1");
  expect(sending.of("call 1")).toBe(first);
  const other = sending.of("call 2");
  expect(other).not.toBe(first);
  sending.renew();
  expect(sending.of("call 2")).not.toBe(other);
});
