import { Failure } from "../engine/failure.ts";
import { isAlreadyThere, isNotFound, toFailure } from "./classify.ts";

/**
 * One read: its answer, `undefined` where the thing certainly doesn't exist, else a Failure.
 * @param doing in the gerund: "reading role acme-host"
 */
export async function readOrAbsent<Answer>(
  doing: string,
  call: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw toFailure(error, doing);
  }
}

/**
 * One write, or one listing. That what it is done to isn't there is worth another try: IAM and S3 tell their readers of a new
 * thing one after the other, and what is gone for good the next look finds absent.
 */
export async function attempt<Answer>(doing: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    const failure = toFailure(error, doing);
    if (!isNotFound(error)) throw failure;
    const { code, message, hint, cause } = failure;
    throw new Failure({ code, class: "retry", message, hint, cause });
  }
}

/** A create: `exists` where the name is taken, by an earlier and lost attempt of ours or by another's thing. */
export async function createOrExists(doing: string, call: () => Promise<unknown>): Promise<"created" | "exists"> {
  try {
    await call();
    return "created";
  } catch (error) {
    if (isAlreadyThere(error)) return "exists";
    throw toFailure(error, doing);
  }
}

/** A removal: what is gone already is as good as removed. */
export async function removeOrGone(doing: string, call: () => Promise<unknown>): Promise<void> {
  await readOrAbsent(doing, call);
}

/** A member that every answer has by the API's documentation: without it the answer says nothing. */
export function required<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value;
  throw new Failure({ code: "IncompleteAnswer", class: "retry", message: `the answer lacks ${what}` });
}
