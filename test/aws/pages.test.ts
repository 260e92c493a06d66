import { expect, test } from "vitest";
import { allItems } from "../../shared/aws/pages.ts";

async function* from<Page>(pages: readonly (Page | Error)[]) {
  for (const page of pages) {
    if (page instanceof Error) throw page;
    yield page;
  }
}

const items = (page: { Items?: string[] }) => page.Items;

test("every page's items come in order, pages without any included", async () => {
  const pages = from([{ Items: ["a"], NextToken: "1" }, { NextToken: "2" }, { Items: ["b"] }]);
  expect(await allItems(pages, items)).toEqual(["a", "b"]);
});

test("a failing page makes the whole listing unknown", async () => {
  await expect(allItems(from([{ Items: ["a"] }, new Error("throttled")]), items)).rejects.toThrow("throttled");
});

test("a last page that says there is more is no complete listing", async () => {
  await expect(allItems(from([{ Items: ["a"], IsTruncated: true }]), items)).rejects.toMatchObject({
    code: "BrokenListing",
  });
});

test("a page that repeats its predecessor's token is no complete listing", async () => {
  const pages = from([
    { Items: ["a"], Marker: "m" },
    { Items: ["a"], Marker: "m" },
  ]);
  await expect(allItems(pages, items)).rejects.toMatchObject({ code: "BrokenListing" });
});
