import { type ActionDraft, seal } from "../../shared/engine/action.ts";
import { type Plan, planDigest } from "../../shared/engine/plan.ts";

const widened: ActionDraft = {
  target: { kind: "network", name: "rules/host" },
  verb: "update",
  changes: [{ path: "ingress[tcp 8080 from 0.0.0.0/0]", from: { description: "just `for` a <moment>" } }],
  risk: "safe",
  reason: "port 8080 is open to 0.0.0.0/0, which the file doesn't declare",
  ownership: "ours",
};

const replaced: ActionDraft = {
  target: { kind: "host", name: "instance" },
  verb: "replace",
  changes: [
    { path: "ami", from: "ami-1", to: "ami-2" },
    { path: "groups[host]", from: "sg-1", knownAfterApply: "network/group/host.id" },
  ],
  risk: "destructive",
  reason: "the image can't be changed in place",
  ownership: "ours",
};

const body = {
  version: 1,
  fleet: "acme",
  revision: { sequence: 7, commit: "3f2c1ab09d4e5f60718293a4b5c6d7e8f9012345", digest: "d".repeat(64) },
  actions: [
    seal(widened, { rules: 1 }),
    { ...seal(replaced, { ami: "ami-1" }), held: { reason: "ApprovalNeeded", message: "approve it by its id" } },
  ],
  unknown: [{ kind: "iam", name: "role/host", why: "reading the role was throttled" }],
  notManaged: ["runner"],
  createdAt: 0,
} as const satisfies Omit<Plan, "digest">;

export const samplePlan: Plan = { ...body, digest: planDigest(body) };
