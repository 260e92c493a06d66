import { Failure } from "../engine/failure.ts";

/**
 * Every item of a paginated listing, by one of the SDK's own paginators: `allItems(paginateListRoles({ client }, {}),
 * (page) => page.Roles)`. Half a listing is no listing: it throws where a page fails, where the last page says that there is
 * more without saying where, and where a page repeats its predecessor's token (the SDK would loop, or stop as if complete).
 */
export async function allItems<Page extends object, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  let last: Page | undefined;
  for await (const page of pages) {
    const token = continuationOf(page);
    if (token !== undefined && last !== undefined && token === continuationOf(last))
      throw broken("a page repeats itself");
    all.push(...(items(page) ?? []));
    last = page;
  }
  if (last === undefined) throw broken("no page came");
  if ("IsTruncated" in last && last.IsTruncated === true) throw broken("the last page says that there is more");
  return all;
}

function continuationOf(page: object): string | undefined {
  for (const name of ["NextToken", "NextContinuationToken", "Marker"]) {
    const token: unknown = name in page ? page[name as keyof typeof page] : undefined;
    if (typeof token === "string" && token !== "") return token;
  }
  return undefined;
}

function broken(what: string): Failure {
  return new Failure({ code: "BrokenListing", class: "retry", message: `the listing is incomplete: ${what}` });
}
