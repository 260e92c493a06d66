/**
 * From just before a question was asked to just after its answer was complete, in epoch milliseconds of AWS's clock (the
 * `Date` header of its answers), not of the machine that asks: a clock that steps here must not age anything.
 */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a witness said, or that it didn't say it all. A part of an answer is no answer. */
export type Answer<T> =
  | { readonly state: "answered"; readonly span: Span; readonly value: T }
  | { readonly state: "unknown"; readonly why: string };

export function answered<T>(span: Span, value: T): Answer<T> {
  return { state: "answered", span, value };
}

/** @param why a sentence's end for a person: "the second page was throttled" */
export function unanswered(why: string): { readonly state: "unknown"; readonly why: string } {
  return { state: "unknown", why };
}
