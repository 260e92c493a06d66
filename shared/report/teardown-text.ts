import type { Remnant, TeardownProof } from "../reconciler/teardown-proof.ts";

/** What is left of a fleet, and how to remove it by hand. */
export function proofText({ remnants, listings }: TeardownProof): string {
  const retained = remnants.filter((one) => one.retained !== undefined);
  const left = remnants.filter((one) => one.retained === undefined);
  const lines = [`looked through: ${listings.join("; ")}`];
  if (left.length > 0) lines.push("still there, and it ought to be gone:", ...left.flatMap(remnantLines));
  if (retained.length > 0)
    lines.push("retained, and paid for until somebody removes it:", ...retained.flatMap(remnantLines));
  if (remnants.length === 0) lines.push("nothing is left");
  else if (left.length === 0) lines.push("nothing else is left");
  lines.push("not looked at: SecureStrings below /fleetkeeper/FLEET/, which people put there; they cost nothing");
  return `${lines.join("\n")}\n`;
}

function remnantLines({ sort, id, by, retained, remove }: Remnant): readonly string[] {
  return [`  ${sort} ${id} (${by})${retained === undefined ? "" : `: ${retained}`}`, `    by hand: ${remove}`];
}
