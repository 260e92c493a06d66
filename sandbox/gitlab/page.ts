import { type GitLabResponse, json } from "./message.ts";
import type { Parameters } from "./parameters.ts";

/** One page, with the headers that tell of the others. 20 items unless asked, at most 100 (REST API, "Pagination"). */
export function page<Item>(given: Parameters, items: readonly Item[], answer: (item: Item) => unknown): GitLabResponse {
  const size = Math.min(Math.max(given.number("per_page") ?? 20, 1), 100);
  const number = Math.max(given.number("page") ?? 1, 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  return json(200, items.slice((number - 1) * size, number * size).map(answer), {
    "x-page": String(number),
    "x-per-page": String(size),
    "x-next-page": number < last ? String(number + 1) : "",
    "x-total": String(items.length),
    "x-total-pages": String(last),
  });
}
