import type { CallLog } from "./calls.ts";
import type { SandboxClock } from "./clock.ts";
import { amountOf, faultRuleOf, InvalidRule, latencyOf } from "./fault-rule.ts";
import type { Faults, Latency } from "./faults.ts";
import type { States } from "./states.ts";
import type { WireRequest, WireResponse } from "./wire/message.ts";

/** What of a sandbox can be looked at and turned from outside. */
export interface Controlled {
  readonly account: string;
  readonly region: string;
  readonly clock: SandboxClock;
  readonly states: States;
  readonly calls: CallLog;
  readonly faults: Faults;
  latency: Latency;
}

/** No bucket can be called this: names have no underscore. */
export const controlPath = "/_sandbox/";

/**
 * The sandbox's own endpoint, beside AWS's: what tests do in-process, other programs do by HTTP. JSON both ways.
 *
 * - `GET health`: `{ok, account, region, now}`
 * - `GET state`: every service's state
 * - `GET calls`, `DELETE calls`: the log of calls
 * - `GET overlooked`: `{overlooked}`: parts of calls that the sandbox doesn't model and passed over
 * - `GET faults`: `{rules, fired}`; `POST faults` with a rule (see fault-rule.ts): `{id}`; `DELETE faults`, `DELETE faults/ID`
 * - `GET clock`: `{now}`; `POST clock` with `{advance: milliseconds}`
 * - `POST latency` with `{milliseconds}`
 */
export async function control(sandbox: Controlled, request: WireRequest): Promise<WireResponse> {
  const [resource = "", id] = request.path.slice(controlPath.length).split("/");
  try {
    const answer = await answerTo(sandbox, `${request.method} ${resource}`, id, bodyOf(request));
    return answer === undefined ? json(404, { error: `no ${request.method} ${request.path}` }) : json(200, answer);
  } catch (error) {
    if (!(error instanceof InvalidRule)) throw error;
    return json(400, { error: error.message });
  }
}

async function answerTo(
  sandbox: Controlled,
  verb: string,
  id: string | undefined,
  body: Readonly<Record<string, unknown>>,
): Promise<object | undefined> {
  switch (verb) {
    case "GET health":
      return { ok: true, account: sandbox.account, region: sandbox.region, now: sandbox.clock.now() };
    case "GET state":
      return sandbox.states.dump();
    case "GET calls":
      return sandbox.calls.all();
    case "GET overlooked":
      return { overlooked: sandbox.calls.overlooked() };
    case "DELETE calls":
      sandbox.calls.clear();
      return {};
    case "GET faults":
      return { rules: sandbox.faults.rules(), fired: sandbox.faults.fired() };
    case "POST faults":
      return { id: sandbox.faults.add(faultRuleOf(body)) };
    case "DELETE faults":
      if (id === undefined) sandbox.faults.clear();
      else sandbox.faults.remove(Number(id));
      return {};
    case "GET clock":
      return { now: sandbox.clock.now() };
    case "POST clock":
      await sandbox.clock.advance(amountOf(body["advance"], "advance"));
      return { now: sandbox.clock.now() };
    case "POST latency":
      sandbox.latency = latencyOf(body["milliseconds"]);
      return {};
    default:
      return undefined;
  }
}

function bodyOf(request: WireRequest): Readonly<Record<string, unknown>> {
  if (request.body.length === 0) return {};
  let body: unknown;
  try {
    body = JSON.parse(Buffer.from(request.body).toString("utf8"));
  } catch {
    throw new InvalidRule("the body is not JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new InvalidRule("the body is not an object");
  return body as Readonly<Record<string, unknown>>;
}

function json(status: number, value: object): WireResponse {
  const body = Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`, "utf8");
  return { status, headers: { "content-type": "application/json" }, body };
}
