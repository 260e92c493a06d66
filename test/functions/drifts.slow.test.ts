import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { synthesise } from "../infra/synthesis.ts";
import { drifts } from "../resources/drifts.ts";
import { drifts as hostDrifts } from "../resources/host/drifts.ts";
import { poolDrifts } from "../resources/pool/drifts.ts";
import { account } from "./environment.ts";
import { HostLife } from "./host-life.ts";
import { PeopleRole } from "./people-role.ts";
import { expectProof, refusals, takeRefused } from "./proof.ts";

interface Drift {
  readonly what: string;
  readonly cause: (life: HostLife) => Promise<unknown>;
}

const boundary = `arn:aws:iam::${account}:policy/fleetkeeper-boundary`;

/** Both are healed, but a host that has lost its tags and its profile at once isn't known to IAM any more. */
const byProfile = hostDrifts.filter(({ what }) => what.includes("tags"));
const drift: readonly Drift[] = [
  ...hostDrifts.filter((one) => !byProfile.includes(one)),
  ...drifts,
  ...poolDrifts("acme-next"),
  {
    // Not among the others: only an installation has a boundary.
    what: "a role without its boundary",
    cause: ({ iam }) => iam.deleteRolePermissionsBoundary({ RoleName: "acme-host" }),
  },
];

/** Somebody does everything that they can think of; where one thing takes the ground from another, that comes in the next round. */
async function meddle(life: HostLife, heal: () => Promise<void>): Promise<void> {
  const { judgements } = life.world.enforcement;
  for (const one of byProfile) await one.cause(life);
  await heal();
  // Without its mark a host can't be asked anything, until it has it back.
  expect(takeRefused(judgements)).toEqual(["ssm:SendCommand"]);
  let left = drift;
  while (left.length > 0) {
    const later: Drift[] = [];
    for (const one of left) {
      try {
        await one.cause(life);
      } catch {
        later.push(one);
      }
    }
    expect(later.length, later.map(({ what }) => what).join()).toBeLessThan(left.length);
    await heal();
    left = later;
  }
}

describe("drift of every kind under the deployed permissions", { shuffle: false }, () => {
  let life: HostLife;
  let people: PeopleRole;
  beforeAll(async () => {
    life = await HostLife.open(synthesise());
    people = await PeopleRole.open(life.world, "acme");
    await life.settle();
  });
  afterAll(async () => {
    await people.close();
    await life.close();
  });

  test("is healed by the functions, which are refused nothing", async () => {
    await meddle(life, () => life.settle());
    expect(refusals(life.world.enforcement.judgements)).toEqual([]);
    for (const { healed, what } of hostDrifts) expect(await healed(life), what).toBe(true);
  });

  test("is healed by a person in the role that people assume, who is refused nothing", async () => {
    await meddle(life, () => people.settle(life));
    expect(boundary).toBe(
      (await life.iam.getRole({ RoleName: "acme-host" })).Role?.PermissionsBoundary?.PermissionsBoundaryArn,
    );
    await expectProof("drifts", life.world.enforcement.judgements);
  });
});
