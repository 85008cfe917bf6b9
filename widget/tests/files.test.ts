import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FILE_BYTES, fetchFile, sendFile } from "../src/app/files";

const place = { base: "https://usher.example/", account: "a b", token: "secret" };
const asked = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

beforeEach(() => vi.stubGlobal("fetch", asked));
afterEach(() => {
  vi.unstubAllGlobals();
  asked.mockReset();
});

test("the token is in a header and in no address", async () => {
  asked.mockImplementation(() => Promise.resolve(new Response("bytes")));
  expect(await (await fetchFile(place, "f1")).text()).toBe("bytes");
  const [url, init] = asked.mock.calls[0] ?? [];
  expect(url).toBe("https://usher.example/api/widget/files/f1?account=a+b");
  expect(init).toMatchObject({ headers: { authorization: "Bearer secret" }, credentials: "omit" });
});

test("a file that is too large is not sent at all", async () => {
  const file = Object.defineProperty(new File(["x"], "film.mp4"), "size", { value: FILE_BYTES + 1 });
  expect(await sendFile(place, "c1", file)).toBe("file_large");
  expect(asked).not.toHaveBeenCalled();
});

test.each([
  [() => Promise.resolve(new Response("{}", { status: 400 })), "file_refused"],
  [() => Promise.resolve(new Response("{}", { status: 503 })), "file_failed"],
  [() => Promise.reject(new TypeError("offline")), "file_failed"],
  [() => Promise.resolve(new Response('{"file_id": "f')), "file_failed"],
] as const)("what the server does not take has words (%#)", async (answer, words) => {
  asked.mockImplementation(answer);
  expect(await sendFile(place, "c1", new File(["x"], "notes.txt"))).toBe(words);
});
