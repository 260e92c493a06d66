import type { FleetShape } from "./fleet-shape.ts";
import type { History } from "./history.ts";

const shape: FleetShape = {
  hostRole: "acme-host",
  machineRole: "acme-machine",
  adopt: false,
  boundary: false,
  team: "platform",
  cidrs: [],
  vpc: "vpc-0a1b2c3d4e5f60718",
  cache: {
    bucket: "acme-cache",
    days: 1,
    enabled: false,
    prefix: "runner/",
    kms: false,
    deletionPolicy: "Retain",
  },
};
const calm = { seed: 1, pageSize: 1, listingLag: 0, strangers: [], first: shape };

/** Every history that ever broke a property, as it was shrunk, and what it found. */
export const regressions: readonly { readonly why: string; readonly history: History }[] = [
  {
    why: "a role of somebody else's that a failed listing had remembered got no answer for ever",
    history: {
      seed: 1,
      pageSize: 1,
      listingLag: 0,
      strangers: ["a role below our path with another fleet's mark"],
      first: {
        hostRole: "acme-host",
        machineRole: "acme-machine",
        adopt: false,
        boundary: false,
        team: "platform",
        cidrs: [],
        vpc: "vpc-0a1b2c3d4e5f60718",
        cache: {
          bucket: "acme-cache-2",
          days: 1,
          enabled: false,
          prefix: "runner/",
          kms: false,
          deletionPolicy: "Retain",
        },
      },
      steps: [
        {
          do: "run",
          faults: [
            { after: 110, times: 3, effect: { type: "lost" } },
            { after: 111, times: 3, effect: { type: "lost" } },
          ],
          force: false,
        },
      ],
    },
  },
  {
    why: "groups of another network that name each other could not be deleted",
    history: {
      ...calm,
      steps: [
        { do: "run", faults: [], force: false },
        { do: "push", file: { ...shape, vpc: "vpc-0d3fa017000000000" } },
        { do: "approve" },
      ],
    },
  },
];
