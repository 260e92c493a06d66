import { Failure, type FailureClass, failureWhile } from "../engine/failure.ts";
import { callOf } from "./call.ts";
import { connectionCodes, type ErrorRule, errorRules, unsentCodes } from "./error-table.ts";

/*
 * The one place that reads AWS's error codes (with the table beside it). Everybody else asks these questions.
 */

/** The code as the service or the socket named it: `NoSuchEntity`, `ECONNRESET`; undefined for what isn't an AWS error. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof Failure) return undefined;
  // A socket error is renamed by the SDK's request handler (TimeoutError), and says what it was in `code`.
  const systemCode = textField(error, "code");
  if (systemCode !== undefined && connectionCodes.has(systemCode)) return systemCode;
  // The query protocols' wire code differs from the exception's name for some: the table holds both.
  return textField(error, "Code") ?? (error.name === "Error" ? systemCode : error.name);
}

/** The thing that was asked for, or the bucket that it would be in, doesn't exist: what certainly isn't there is absent. */
export function isNotFound(error: unknown): boolean {
  return ruleOf(error)?.kind === "NotFound" || isBucketMissing(error) || isBareNotFound(error);
}

export function isBucketMissing(error: unknown): boolean {
  return ruleOf(error)?.kind === "BucketMissing";
}

/** The create found its name taken: ours from an earlier, lost attempt, or another's. Look before deciding. */
export function isAlreadyThere(error: unknown): boolean {
  return ruleOf(error)?.kind === "AlreadyThere";
}

/** It can't be deleted or detached yet: something still uses it. */
export function isInUse(error: unknown): boolean {
  return ruleOf(error)?.kind === "InUse";
}

/** A conditional write whose condition didn't hold; nothing was written by this attempt. */
export function isConditionFailed(error: unknown): boolean {
  return ruleOf(error)?.kind === "ConditionFailed" || statusOf(error) === 412;
}

/** S3 met another write of the same key in the middle of this one and did neither judge nor apply it: to be tried again. */
export function isWriteRace(error: unknown): boolean {
  return ruleOf(error)?.kind === "WriteRace";
}

export function isThrottled(error: unknown): boolean {
  return ruleOf(error)?.kind === "Throttled" || statusOf(error) === 429;
}

/** Of a call's outcome as it is counted, where the error itself is gone. */
export function isThrottledCode(code: string): boolean {
  return errorRules.some((rule) => rule.kind === "Throttled" && rule.codes.test(code));
}

/** Whether a classified failure is a refusal of access. */
export function wasDenied(failure: unknown): boolean {
  return failure instanceof Failure && failure.code === "AccessDenied";
}

/** Something of that name, or another change of it, is in the way. */
export function isConflict(error: unknown): boolean {
  return ruleOf(error)?.kind === "Conflict";
}

export function isAccessDenied(error: unknown): boolean {
  return ruleOf(error)?.kind === "AccessDenied" || (ruleOf(error) === undefined && statusOf(error) === 403);
}

/**
 * The region of a bucket that is in another one than was asked. A HEAD says it by a bare 301 (400 in newer regions) and a
 * header; the same header comes with a 403, which says nothing about the region.
 */
export function wrongRegionOf(error: unknown): string | undefined {
  const status = statusOf(error);
  if (!(error instanceof Error) || status === 403 || status === 404) return undefined;
  return bucketRegionOf(error);
}

/** Whether the call may have taken effect although it failed: no answer came, or the service broke while it worked. */
export function isAmbiguous(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof Failure) return false;
  const code = errorCode(error);
  if (ruleOf(error) !== undefined || (code !== undefined && unsentCodes.has(code))) return false;
  if (code !== undefined && connectionCodes.has(code)) return true;
  if (error.name === "TimeoutError" || error.name === "AbortError") return true;
  const status = statusOf(error);
  if (status === undefined) return callOf(error) !== undefined;
  return status >= 500;
}

/**
 * An answer that was meant, although it is an error: not found, condition failed, refused. The SDK repeats even those once
 * where it finds that this machine's clock is off; then only what the clock itself may have caused is worth repeating.
 */
export function isAnswer(error: unknown): boolean {
  const status = statusOf(error);
  if (metadataOf(error)?.clockSkewCorrected !== true || status === undefined || status >= 500) return false;
  const kind = ruleOf(error)?.kind;
  return kind !== "ClockSkew" && kind !== "CredentialsInvalid" && kind !== "Throttled" && kind !== undefined;
}

/** How many attempts the SDK made of the call that failed. */
export function attemptsOf(error: unknown): number {
  const attempts = metadataOf(error)?.attempts;
  return typeof attempts === "number" ? attempts : 1;
}

/**
 * Any error of an AWS call as a {@link Failure}: its class says how it is met, its hint what a person can do.
 * @param doing in the gerund, becomes the message's start: "creating role acme-host"
 */
export function toFailure(error: unknown, doing: string): Failure {
  if (error instanceof Failure || !(error instanceof Error)) return failureWhile(doing, error);
  const call = callOf(error);
  const code = errorCode(error) ?? error.name;
  const where = call === undefined ? code : `${code}, ${call.service} ${call.operation}`;
  const request = metadataOf(error)?.requestId;
  const message = `${doing}: ${plain(error.message)} (${where}${typeof request === "string" ? `, request ${request}` : ""})`;
  const made = (fields: { code: string; class: FailureClass; hint?: string | undefined }): Failure =>
    new Failure({ ...fields, message, cause: error });
  const rule = ruleOf(error);
  if (rule !== undefined) {
    return made({ code: rule.kind, class: rule.class, hint: rule.hint(error.message, bucketRegionOf(error)) });
  }
  if (isAmbiguous(error)) {
    return call?.write === true
      ? made({ code: "NoAnswer", class: "unknown", hint: "Whether it took effect is observed by the next run." })
      : made({
          code: "NoAnswer",
          class: "retry",
          hint: "Check the network and the service's health page if it stays.",
        });
  }
  if (code !== undefined && unsentCodes.has(code)) {
    return made({
      code: "Unreachable",
      class: "retry",
      hint: "Check the endpoint, the region's name and the network: the service couldn't be reached.",
    });
  }
  const status = statusOf(error);
  if (status === undefined) return made({ code: "Unexpected", class: "retry" });
  if (isThrottled(error)) return made({ code: "Throttled", class: "retry" });
  if (isConditionFailed(error)) return made({ code: "ConditionFailed", class: "retry" });
  if (status === 403) {
    return made({ code: "AccessDenied", class: "terminal", hint: "The caller's policies don't allow the call." });
  }
  if (status === 404) return made({ code: "NotFound", class: "terminal" });
  if (status >= 300 && status < 400) {
    return made({
      code: "WrongRegion",
      class: "terminal",
      hint: "The bucket is in another region than `region` says.",
    });
  }
  return made({
    code: "RequestRefused",
    class: "terminal",
    hint: "AWS refused the request's values: correct the field that the message names.",
  });
}

function ruleOf(error: unknown): ErrorRule | undefined {
  const code = errorCode(error);
  if (code === undefined) return undefined;
  const text = error instanceof Error ? error.message : "";
  return errorRules.find((rule) => rule.codes.test(code) && (rule.message === undefined || rule.message.test(text)));
}

/** HEAD answers have no body, so no code: only the status says it. */
function isBareNotFound(error: unknown): boolean {
  return statusOf(error) === 404 && ruleOf(error) === undefined;
}

function statusOf(error: unknown): number | undefined {
  const status = metadataOf(error)?.httpStatusCode;
  return typeof status === "number" ? status : undefined;
}

interface Metadata {
  readonly httpStatusCode?: unknown;
  readonly requestId?: unknown;
  readonly attempts?: unknown;
  readonly clockSkewCorrected?: unknown;
}

function metadataOf(error: unknown): Metadata | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  const metadata = error.$metadata;
  return typeof metadata === "object" && metadata !== null ? metadata : undefined;
}

function bucketRegionOf(error: Error): string | undefined {
  if (!("$response" in error) || typeof error.$response !== "object" || error.$response === null) return undefined;
  const headers = "headers" in error.$response ? error.$response.headers : undefined;
  if (typeof headers !== "object" || headers === null || !("x-amz-bucket-region" in headers)) return undefined;
  const region = headers["x-amz-bucket-region"];
  return typeof region === "string" ? region : undefined;
}

function textField(error: Error, name: string): string | undefined {
  const value: unknown = name in error ? error[name as keyof Error] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Without the SDK's own names for its parts, and without EC2's encoded authorisation message: hundreds of characters that
 * only one more API call can read.
 */
function plain(message: string): string {
  const text = message
    .replace(/^@smithy\/\S+ - (?:\[ERROR\] )?/, "")
    .replace(/\s*Encoded authorization failure message: \S+/, "")
    .trim();
  return text === "" ? "no message" : text.replace(/\.$/, "");
}
