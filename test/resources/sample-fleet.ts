import { type Fleet, parseFleet } from "../../shared/desired/fleet.ts";

const sample = `
apiVersion: fleetkeeper.dev/v1
kind: GitLabFleet
metadata: { name: acme }
spec:
  mode: Enforce
  region: eu-central-1
  accountId: "123456789012"
  tags: { team: platform }
  network:
    vpcId: vpc-0a1b2c3d4e5f60718
    hostSubnetId: subnet-0aaaaaaaaaaaaaaa1
    machineSubnetIds: [subnet-0bbbbbbbbbbbbbbb2, subnet-0ccccccccccccccc3]
    allowedCidrs: [203.0.113.0/24]
  cache: { bucket: acme-gitlab-cache }
`;

/** The sample fleet, with parts of its text replaced. */
export function fleetOf(...edits: readonly (readonly [string, string])[]): Fleet {
  const text = edits.reduce((edited, [from, to]) => {
    if (!edited.includes(from)) throw new Error(`the sample has no ${from}`);
    return edited.replace(from, to);
  }, sample);
  const read = parseFleet(text, "test.yaml");
  if (!read.ok) throw new Error(JSON.stringify(read.problems, null, 2));
  return read.fleet;
}
