import { randomUUID } from "node:crypto";
import { notifierOf } from "../../shared/aws/notifier.ts";
import { Failure } from "../../shared/engine/failure.ts";
import type { Delivery } from "../../shared/engine/record.ts";
import { tryTopics } from "../../shared/reconciler/try-topics.ts";
import { openFleet } from "../fleet-session.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { awsConfig, personOf } from "../state.ts";
import { styleOf } from "../style.ts";

interface Options extends CommonOptions {
  readonly fleet?: string;
  readonly test?: true;
}

/** `notify --test`: a message to each topic of the file in force, by these credentials. Exit 0 where all took it, else 1. */
export async function run(io: Io, _: readonly string[], options: Options): Promise<number> {
  if (options.test !== true) {
    throw new Failure({
      code: "InvalidArgument",
      class: "terminal",
      message: "notify sends only test messages: what is new is told by the runs themselves",
      hint: "add --test",
    });
  }
  const { fleet } = await openFleet(io, options);
  const notifier = notifierOf(awsConfig(io, options, fleet.spec.region), () => undefined);
  const deliveries = await tryTopics(notifier, fleet, { at: io.now(), by: personOf(io), requestId: randomUUID() });
  const answer = { version: 1, fleet: fleet.metadata.name, deliveries };
  const style = styleOf(io.stdout, io);
  io.stdout.write(
    options.output === "json"
      ? `${JSON.stringify(answer, null, 2)}\n`
      : deliveries.length === 0
        ? "the file in force names no topic under spec.notifications.topics\n"
        : deliveries.map((one) => line(one, style.good, style.bad)).join(""),
  );
  return deliveries.every(({ state }) => state === "sent") ? 0 : 1;
}

function line(delivery: Delivery, good: (text: string) => string, bad: (text: string) => string): string {
  if (delivery.state === "sent") return `${good("sent  ")} ${delivery.topic}\n`;
  const hint = delivery.hint === undefined ? "" : `       to mend it: ${delivery.hint}\n`;
  return `${bad("failed")} ${delivery.topic}: ${delivery.message}\n${hint}`;
}
