import type { AuthorizedCall, Sandbox } from "../../../sandbox/sandbox.ts";
import { ec2StateKey } from "../../../sandbox/services/ec2/service.ts";
import { reconcilerKey } from "../watch.ts";
import { foreignThings } from "./strangers.ts";

const hostToken = "fleetkeeper-acme-host-";

/**
 * Stands between the reconciler and the account and judges each write at the very moment at which it takes effect, from the
 * states and not through any API: nothing of others' is named in it, nothing is made twice or without the mark, nothing is
 * ended that a person hasn't approved, and nothing is sent to a host but our documents.
 */
export class HostWatch {
  readonly violations: string[] = [];
  /** Targets (`host/instance`) of destructive actions that a person approved. */
  readonly approved = new Set<string>();
  #foreign: readonly string[] = [];

  /** What is there now and isn't the fleet's stays out of bounds. */
  begin(sandbox: Sandbox): void {
    this.#foreign = [...foreignThings(sandbox).keys()];
  }

  judge(call: AuthorizedCall, sandbox: Sandbox): void {
    if (call.access !== "write" || call.caller.accessKeyId !== reconcilerKey) return;
    const input = call.input as Readonly<Record<string, unknown>>;
    const why = this.#foreigner(input) ?? this.#why(call.service, call.operation.name, input, sandbox);
    if (why !== undefined) this.violations.push(`${call.service} ${call.operation.name}: ${why}`);
  }

  #foreigner(input: Readonly<Record<string, unknown>>): string | undefined {
    const text = JSON.stringify(input);
    return this.#foreign
      .map((name) => name.replace(/^(?:group|record) /, "").replace(/\.? [A-Z]+$/, ""))
      .find((name) => text.includes(`"${name}"`) || text.includes(`"${name}."`));
  }

  #why(
    service: string,
    operation: string,
    input: Readonly<Record<string, unknown>>,
    sandbox: Sandbox,
  ): string | undefined {
    const text = JSON.stringify(input);
    const marked = (kind: string) =>
      text.includes('"Key":"fleetkeeper:fleet","Value":"acme"') &&
      text.includes(`"Key":"fleetkeeper:kind","Value":"${kind}"`);
    const { instances, volumes, addresses, tags } = sandbox.state(ec2StateKey());
    const hasMark = (id: string) => tags[id]?.some(({ Key, Value }) => Key === "fleetkeeper:fleet" && Value === "acme");
    const hasName = (id: string, name: string) =>
      tags[id]?.some(({ Key, Value }) => Key === "fleetkeeper:name" && Value === name) === true;
    switch (`${service} ${operation}`) {
      case "ec2 RunInstances": {
        if (!marked("host")) return "launched without our mark";
        const living = Object.values(instances).filter(
          ({ clientToken, state }) =>
            clientToken.startsWith(hostToken) && clientToken !== input["ClientToken"] && !isEnding(state),
        );
        return living.length > 0 ? `a second host beside ${living[0]?.instanceId}` : undefined;
      }
      case "ec2 CreateVolume":
        if (!marked("host")) return "made without our mark";
        // The host's root volume has the fleet's mark too; a token that comes again makes nothing.
        return Object.keys(volumes).some(
          (id) => hasName(id, "volume/data") && hasMark(id) && !isRepeated(input, sandbox),
        )
          ? "a second data volume"
          : undefined;
      case "ec2 AllocateAddress":
        if (!marked("host")) return "made without our mark";
        return Object.keys(addresses).some(hasMark) ? "a second address" : undefined;
      case "ec2 TerminateInstances":
        return this.approved.has("host/instance") ? undefined : "nobody approved the end of the host";
      case "ec2 DeleteVolume":
      case "ec2 DeleteSnapshot":
        return "nothing that holds data is ever deleted";
      case "ec2 ReleaseAddress":
        return this.approved.has("host/address") ? undefined : "nobody approved that";
      case "ec2 DeleteLaunchTemplate":
        return this.#approvedOf("pool/template/") ? undefined : "nobody approved that";
      case "autoscaling DeleteAutoScalingGroup":
        return this.#approvedOf("pool/group/") ? undefined : "nobody approved that";
      case "ssm SendCommand":
        return /^fleetkeeper-/.test(String(input["DocumentName"])) ? undefined : "not a document of ours";
      case "route53 ChangeResourceRecordSets":
        return /"SetIdentifier":"(?!fleetkeeper:acme")/.test(text) || !text.includes("SetIdentifier")
          ? "a record that isn't ours"
          : undefined;
      case "s3 PutObject":
      case "s3 DeleteObject":
        return String(input["Key"]).startsWith("fleets/acme/") ? undefined : "outside the fleet's folder";
      default:
        return service === "ssm" ? "not a call that these kinds make" : undefined;
    }
  }

  #approvedOf(start: string): boolean {
    return [...this.approved].some((target) => target.startsWith(start));
  }
}

function isRepeated(input: Readonly<Record<string, unknown>>, sandbox: Sandbox): boolean {
  const token = String(input["ClientToken"]);
  return Object.keys(sandbox.state(ec2StateKey()).clientTokens).some((known) => known.includes(token));
}

function isEnding(state: string): boolean {
  return state === "shutting-down" || state === "terminated";
}
