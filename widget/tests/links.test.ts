import fc from "fast-check";
import { expect, test } from "vitest";
import { partsOf } from "../src/app/links";

test.each([
  ["see https://a.example/x.", ["https://a.example/x"]],
  ["(https://a.example/x)", ["https://a.example/x"]],
  ["https://a.example/wiki/Larkspur_(flower)", ["https://a.example/wiki/Larkspur_(flower)"]],
  ["http://a.example and HTTPS://B.example/?q=1&r=2!", ["http://a.example", "HTTPS://B.example/?q=1&r=2"]],
  ["javascript:alert(1) data:text/html,x ftp://a.example www.a.example", []],
  ['https://a.example/"onmouseover="x', ["https://a.example/"]],
  ["https:// http://", []],
])("%s", (text, links) => {
  expect(partsOf(text).flatMap(({ href }) => href ?? [])).toEqual(links);
});

test("no character is lost or made, and every link is http or https", () => {
  const pieces = fc.constantFrom("https://a.example", "http://b", "javascript:x", ".", ")", "(", " ", "é", "<b>", '"', "\n", "://");
  fc.assert(
    fc.property(fc.array(pieces), (made) => {
      const text = made.join("");
      const parts = partsOf(text);
      expect(parts.map((part) => part.text).join("")).toBe(text);
      for (const { href } of parts) if (href) expect(new URL(href).protocol).toMatch(/^https?:$/);
    }),
  );
});
