import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { autoAccepting, WARNING_MS } from "../../src/live/auto-accept";
import { offer } from "../state/samples";

const long = { ...offer("ann"), ring_ms: 20_000 };
const auto = { ...long, auto: true };
const accepted: string[] = [];
let following: ReturnType<typeof autoAccepting>;

beforeEach(() => {
  vi.useFakeTimers();
  accepted.length = 0;
  following = autoAccepting((offerId) => accepted.push(offerId));
});

afterEach(() => {
  following.stop();
  vi.useRealTimers();
});

test("an offer that accepts itself does so after the warning, once", () => {
  following.follow([auto]);
  vi.advanceTimersByTime(WARNING_MS - 1);
  following.follow([auto, { ...offer("ben"), ring_ms: 20_000 }]);
  expect(accepted).toEqual([]);
  vi.advanceTimersByTime(WARNING_MS);
  following.follow([auto]);
  vi.advanceTimersByTime(WARNING_MS);
  expect(accepted).toEqual([auto.offer_id]);
});

test("other offers wait for a person", () => {
  following.follow([long]);
  vi.advanceTimersByTime(20_000);
  expect(accepted).toEqual([]);
});

test("an offer declined during the warning is not accepted", () => {
  following.follow([auto]);
  vi.advanceTimersByTime(1_000);
  following.follow([]);
  vi.advanceTimersByTime(20_000);
  expect(accepted).toEqual([]);
});

test("a ring time too short for the warning leaves half of it", () => {
  following.follow([{ ...auto, ring_ms: 4_000 }]);
  vi.advanceTimersByTime(2_000);
  expect(accepted).toEqual([auto.offer_id]);
});

test("nothing is accepted after the page stops", () => {
  following.follow([auto]);
  following.stop();
  vi.advanceTimersByTime(20_000);
  expect(accepted).toEqual([]);
});
