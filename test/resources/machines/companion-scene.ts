import { classifyFleet } from "../../../shared/resources/machines/classify.ts";
import type { CompanionEvidence } from "../../../shared/resources/machines/companion.ts";
import { judgeCompanions } from "../../../shared/resources/machines/companions.ts";
import type { Evidence } from "../../../shared/resources/machines/evidence.ts";
import type { Machine } from "../../../shared/resources/machines/machine.ts";
import { answered, unanswered } from "../../../shared/resources/machines/span.ts";
import { hear } from "../../../shared/resources/machines/witnesses.ts";
import * as scene from "./scene.ts";

const { group, hour, manager, noon, profile } = scene;

/** When what goes with machines was listed: after the instances, before the disks. */
export const listed = scene.span(-50, -45);
export const made = noon - 2 * hour;
export const name = scene.nameAt(2 * hour);
export const tags = { "fleetkeeper:fleet": "acme", Name: name };
export const silent = [manager([], { disk: unanswered("no agent") })];

/** What is thought of everything found, in a fleet of which nothing else speaks for anything. */
export function found(
  companions: Partial<CompanionEvidence>,
  fields: Partial<Evidence> = {},
  machines: readonly Machine[] = [],
) {
  const none = answered(listed, []);
  const all = { requests: none, keyPairs: none, volumes: none, interfaces: none, managerRows: none, systemIds: none };
  const seen = scene.evidence(machines, fields);
  return judgeCompanions({ ...all, ...companions }, hear(seen, noon), classifyFleet(seen, noon));
}

/** The verdict on the first thing found, and everything that it rests on. */
export const verdict = (...input: Parameters<typeof found>) => found(...input)[0]?.verdict;

export const requestOf = (fields: object = {}): Pick<CompanionEvidence, "requests"> => {
  const plain = { id: "sir-1", state: "open", type: "one-time", createdAt: made, keyName: name } as const;
  return { requests: answered(listed, [{ ...plain, profileArn: profile, groupIds: [group], tags: {}, ...fields }]) };
};
export const keyPairOf = (keyName = name, createdAt = made): Pick<CompanionEvidence, "keyPairs"> => ({
  keyPairs: answered(listed, [{ name: keyName, createdAt }]),
});
export const volumeOf = (fields: object = {}, span = listed): Pick<CompanionEvidence, "volumes"> => {
  const plain = { id: "vol-1", state: "available", createdAt: made, attachedTo: [], endsWithInstance: false } as const;
  return { volumes: answered(span, [{ ...plain, tags, ...fields }]) };
};
export const interfaceOf = (fields: object = {}, span = listed): Pick<CompanionEvidence, "interfaces"> => {
  const plain = { id: "eni-1", state: "available", createdAt: made, requesterManaged: false, groupIds: [] } as const;
  return { interfaces: answered(span, [{ ...plain, tags, ...fields }]) };
};
