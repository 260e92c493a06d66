import type { Installation } from "../installation.ts";
import { type Grant, sessionFleet } from "./grant.ts";

const folder = `fleets/${sessionFleet}`;

/** Looking at one fleet's state. */
export function stateReads({ s3, bucket }: Installation): readonly Grant[] {
  return [
    {
      sid: "ReadState",
      why: "Desired state, status, plans and history of the session's fleet.",
      actions: ["s3:GetObject"],
      resources: [s3(`${bucket}/${folder}/*`)],
    },
    {
      sid: "SeeWhatIsMissing",
      why: "Without it S3 answers 403 for an object that isn't there, which is unknown and not absent. Names only, never contents; where a prefix is given it must be the fleet's.",
      actions: ["s3:ListBucket"],
      resources: [s3(bucket)],
      conditions: { StringLikeIfExists: { "s3:prefix": [`${folder}/*`, `${folder}`] } },
    },
  ];
}

/** A run's lease, status, plan, history. What people write, the file itself and a suspension, is theirs alone. */
export function stateWrites({ s3, bucket }: Installation): readonly Grant[] {
  return [
    {
      sid: "WriteState",
      why: "Lease, accepted revision, status, plan, approvals that are used, heartbeat, history, ledger.",
      actions: ["s3:PutObject"],
      resources: [s3(`${bucket}/${folder}/*`)],
    },
    {
      sid: "PruneHistory",
      why: "Old records of runs; earlier versions stay in the versioned bucket.",
      actions: ["s3:DeleteObject"],
      resources: [s3(`${bucket}/${folder}/history/*`)],
    },
  ];
}

/** What a function may never touch, whatever else it is given. */
export function neverTheFile({ s3, bucket }: Installation): Grant {
  return {
    sid: "NeverTheFile",
    why: "The desired state, a suspension and a teardown are written by people and pipelines only.",
    effect: "Deny",
    actions: ["s3:DeleteObject", "s3:PutObject"],
    resources: ["desired.yaml", "holds.json"].map((name) => s3(`${bucket}/${folder}/${name}`)),
  };
}

/** Only the teardown role's. */
export function stateForgetting({ s3, bucket }: Installation): readonly Grant[] {
  const files = ["accepted.yaml", "approvals.json", "desired.yaml", "plan.json", "status.json"];
  return [
    {
      sid: "ForgetFleet",
      why: "What is stored of a fleet of which nothing is left. History, lease and the note that it was destroyed stay.",
      actions: ["s3:DeleteObject"],
      resources: [...files, "collection/*", "outputs/*"].map((name) => s3(`${bucket}/${folder}/${name}`)),
    },
    {
      sid: "NeverAnotherFile",
      why: "It may take the desired state out of force, never put another there.",
      effect: "Deny",
      actions: ["s3:PutObject"],
      resources: [s3(`${bucket}/${folder}/desired.yaml`)],
    },
  ];
}

/** What `onlyFleet` and `dispatch` see: the names of fleets. */
export function fleetNameReads({ s3, bucket }: Installation): Grant {
  return {
    sid: "ListFleets",
    why: "The names of the fleets, nothing below them.",
    actions: ["s3:ListBucket"],
    resources: [s3(bucket)],
    conditions: { StringEquals: { "s3:prefix": "fleets/", "s3:delimiter": "/" } },
  };
}
