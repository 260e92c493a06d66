import { expect, test } from "vitest";
import { hostile } from "../../harness/hostile-text.ts";
import { Injection } from "../../harness/injection.ts";

test("every text of the file that is full of metacharacters is refused, or reaches its program byte for byte and is nothing but text", async () => {
  const injection = await Injection.open();
  const ends = injection.fields.map((field) => injection.judge(field, hostile));
  expect(ends.length).toBeGreaterThan(300);
  expect(ends.filter((end) => end === "arrives").length).toBeGreaterThan(50);
  expect(ends.filter((end) => end === "refused").length).toBeGreaterThan(100);
  // All that may hold such text is the host's.
  expect(ends).not.toContain("stays away");
});
