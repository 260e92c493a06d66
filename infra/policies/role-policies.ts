import type { Installation, RoleName } from "../installation.ts";
import { backupWrites } from "./backup-grants.ts";
import { cacheDeletion, cacheReads, cacheWrites } from "./cache-grants.ts";
import { collectDeletions, neverHost, neverMark, sweepWrites } from "./collect-grants.ts";
import { changesOfFunctions, neverDelete, neverOtherSnapshots, neverWrite, ownParts } from "./denials.ts";
import { type Grant, sessionFleet } from "./grant.ts";
import { commandGrants, hostDeletion, hostReads, hostWrites } from "./host-grants.ts";
import { iamReads, iamWrites } from "./iam-grants.ts";
import { groupReads, machineHosts, machineMarks, machineQuestions, machineReads } from "./machine-grants.ts";
import { networkReads, networkWrites } from "./network-grants.ts";
import { notificationGrants } from "./notification-grants.ts";
import { poolDeletion, poolReads, poolWrites } from "./pool-grants.ts";
import { rehearsalGrants } from "./rehearsal-grants.ts";
import { fleetNameReads, neverTheFile, stateForgetting, stateReads, stateWrites } from "./state-grants.ts";

/** Policies of one role, by name: IAM limits a policy's size, so each area has its own. */
export type RolePolicies = Readonly<Record<string, readonly Grant[]>>;

/** Names of the host documents in AWS. */
export interface Documents {
  readonly reading: readonly string[];
  /** Those that collecting needs: what asks managers, and what removes what machines left there. */
  readonly collecting: readonly string[];
  /** The one that machines are asked by. */
  readonly asking: readonly string[];
  readonly all: readonly string[];
}

/** Everything that every role may do, with the reason for each statement. */
export function rolePolicies(
  installation: Installation,
  documents: Documents,
): Readonly<Record<RoleName, RolePolicies>> {
  const reads = {
    state: stateReads(installation),
    iam: iamReads(installation),
    network: networkReads(installation),
    cache: cacheReads(installation),
    host: [...hostReads(installation), ...groupReads(installation)],
    pools: poolReads(installation),
  };
  const writes = {
    state: [...reads.state, ...stateWrites(installation), ...notificationGrants(installation)],
    iam: [...reads.iam, ...iamWrites(installation)],
    network: [...reads.network, ...networkWrites(installation)],
    cache: [...reads.cache, ...cacheWrites(installation), ...backupWrites(installation)],
    host: [...reads.host, ...machineReads(installation), ...hostWrites(installation)],
    pools: [...reads.pools, ...poolWrites(installation)],
    commands: commandGrants(installation, documents.all),
  };
  return {
    dispatch: {
      own: [
        ...logs(installation, "dispatch"),
        fleetNameReads(installation),
        {
          sid: "InvokeReconcile",
          why: "One asynchronous invocation a fleet.",
          actions: ["lambda:InvokeFunction"],
          resources: [functionArn(installation, "reconcile")],
        },
        deadLetters(installation),
        {
          sid: "TakeDeadLetters",
          why: "For the redrive: the queue's event source is off until a person switches it on.",
          actions: ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
          resources: [installation.arn("sqs", installation.deadLetters)],
        },
      ],
    },
    plan: { own: functionGrants(installation, "plan", "planWorker") },
    reconcile: {
      own: [
        ...functionGrants(installation, "reconcile", "reconcileWorker", "askWorker"),
        {
          sid: "InvokeCollect",
          why: "Where a fleet has marks, after a run.",
          actions: ["lambda:InvokeFunction"],
          resources: [functionArn(installation, "collect")],
        },
        deadLetters(installation),
      ],
    },
    collect: {
      own: [...functionGrants(installation, "collect", "collectWorker", "askWorker"), deadLetters(installation)],
    },
    planWorker: {
      ...reads,
      commands: commandGrants(installation, documents.reading),
      never: [neverWrite, ownParts(installation)],
    },
    reconcileWorker: {
      ...writes,
      machines: [...machineMarks(installation), ...requeueGrants(installation, sessionFleet)],
      never: [neverDelete, neverOtherSnapshots, neverTheFile(installation), ownParts(installation)],
    },
    collectWorker: {
      state: [...reads.state, sweepWrites(installation)],
      looks: [
        ...reads.network,
        ...machineHosts(installation),
        ...machineReads(installation),
        ...groupReads(installation),
      ],
      commands: commandGrants(installation, documents.collecting),
      deletion: [...collectDeletions(installation), ...requeueGrants(installation, `${sessionFleet}.collect`)],
      never: [neverMark, ...neverHost(installation), ownParts(installation)],
    },
    askWorker: {
      machines: machineQuestions(installation, documents.asking),
      never: [neverWrite, neverDelete, ownParts(installation)],
    },
    schedule: {
      own: [
        {
          sid: "InvokeDispatch",
          why: "What a one-shot schedule does.",
          actions: ["lambda:InvokeFunction"],
          resources: [functionArn(installation, "dispatch")],
        },
        deadLetters(installation),
      ],
    },
    teardown: {
      ...writes,
      deletion: [
        ...hostDeletion(installation),
        ...cacheDeletion(installation),
        ...poolDeletion(installation),
        ...stateForgetting(installation),
        {
          sid: "LetCollect",
          why: "Machines are marked by the one function and deleted by the other, never by people's role.",
          actions: ["lambda:InvokeFunction"],
          resources: ["collect", "reconcile"].map((one) =>
            installation.arn("lambda", `function:${installation.settings.name}-${one}`),
          ),
        },
      ],
      // Untagged machines are for the ask worker alone: this role has every document.
      // IAM attaches ten policies to a role, and no more: what is small goes together.
      machines: [
        ...machineQuestions(installation, documents.asking).filter(({ sid }) => sid !== "AskUntagged"),
        ...rehearsalGrants(installation),
      ],
      never: [ownParts(installation, changesOfFunctions)],
    },
  };
}

function functionGrants(
  installation: Installation,
  name: "plan" | "reconcile" | "collect",
  ...workers: readonly ("planWorker" | "reconcileWorker" | "collectWorker" | "askWorker")[]
): readonly Grant[] {
  return [
    ...logs(installation, name),
    fleetNameReads(installation),
    {
      sid: "BecomeWorker",
      why: "All work on a fleet is done as its worker, with the fleet's name as session tag.",
      actions: ["sts:AssumeRole", "sts:TagSession"],
      resources: workers.map((worker) => installation.iam(`role/${installation.roles[worker]}`)),
    },
  ];
}

function logs({ arn, functions }: Installation, name: keyof Installation["functions"]): readonly Grant[] {
  return [
    {
      sid: "Log",
      why: "The function's own log group, which the stack makes.",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [arn("logs", `log-group:/aws/lambda/${functions[name]}:*`)],
    },
  ];
}

function deadLetters({ arn, deadLetters: queue }: Installation): Grant {
  return {
    sid: "DeadLetters",
    why: "What failed at every attempt is kept.",
    actions: ["sqs:SendMessage"],
    resources: [arn("sqs", queue)],
  };
}

/** @param name of the one schedule that may be made */
function requeueGrants({ arn, iam, scheduleGroup, roles }: Installation, name: string): readonly Grant[] {
  return [
    {
      sid: "Requeue",
      why: "The fleet's own one-shot schedule, by which it is run again.",
      actions: ["scheduler:CreateSchedule", "scheduler:UpdateSchedule"],
      resources: [arn("scheduler", `schedule/${scheduleGroup}/${name}`)],
    },
    {
      sid: "PassScheduleRole",
      why: "Such a schedule invokes `dispatch` by a role that can do nothing else.",
      actions: ["iam:PassRole"],
      resources: [iam(`role/${roles.schedule}`)],
      conditions: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
    },
  ];
}

function functionArn({ arn, functions }: Installation, name: keyof Installation["functions"]): string {
  return arn("lambda", `function:${functions[name]}`);
}
