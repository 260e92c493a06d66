import { randomUUID } from "node:crypto";
import { hostDocuments } from "../../infra/host-documents/documents.ts";
import { createSandbox } from "../../sandbox/aws.ts";
import type { Call } from "../../sandbox/calls.ts";
import { wallClock } from "../../sandbox/clock.ts";
import { Hosts } from "../../sandbox/hosts/hosts.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import type { AwsConfig } from "../../shared/aws/clients.ts";
import type { RunEvents } from "../../shared/engine/event.ts";
import { openReconciler, type Reconciler } from "../../shared/reconciler/reconciler.ts";
import { compose } from "../../shared/resources/stack/pins.ts";
import type { Io } from "../io.ts";
import { Person } from "./person.ts";

/** An AWS in this process, the reconciler that works in it, and a person who meddles. */
export interface Stage {
  readonly aws: Sandbox;
  readonly bucket: string;
  readonly reconciler: Reconciler;
  readonly person: Person;
  /** Lets time pass. @param milliseconds */
  pass(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(io: Io, region: string, events: RunEvents): Promise<Stage> {
  // What would wait moves the stage's time on instead: nobody watches a demo that sleeps.
  const clock = wallClock(io.now);
  const hosts = new Hosts({ artifacts: { [compose.x86_64.url]: compose.x86_64.sha256 } });
  const aws = createSandbox({ clock, region, hosts });
  const config: AwsConfig = {
    region,
    endpoint: "http://sandbox.invalid",
    credentials: { accessKeyId: "demo", secretAccessKey: "demo" },
    requestHandler: new SandboxHandler(aws),
  };
  const person = new Person(config);
  const bucket = "fleetkeeper-demo-state";
  await person.makeBucket(bucket);
  for (const { name, content } of hostDocuments()) await person.makeDocument(name, content);
  const reconciler = await openReconciler({
    aws: config,
    bucket,
    clock: { now: clock.now, sleep: clock.advance },
    clocks: { wall: clock.now, monotonic: clock.now },
    random: io.random,
    newId: randomUUID,
    holder: "demo",
    events,
  });
  return { aws, bucket, reconciler, person, pass: clock.advance, close: () => hosts.close() };
}

const readingDocuments = /^fleetkeeper-(?:ask-gitlab|facts|list-jobs|list-machines|read-runner)$/;

/** Writes beside the lease, the heartbeat and questions to hosts, which read: what a run that finds everything as declared must not make. */
export function changingWrites(calls: readonly Call[]): readonly Call[] {
  return calls.filter(({ access, input }) => {
    if (access !== "write") return false;
    const { Key, DocumentName } = input as { readonly Key?: unknown; readonly DocumentName?: unknown };
    if (typeof DocumentName === "string" && readingDocuments.test(DocumentName)) return false;
    return typeof Key !== "string" || !/\/(?:lease|heartbeat)\.json$/.test(Key);
  });
}
