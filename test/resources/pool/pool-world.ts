import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { SandboxHandler } from "../../../sandbox/sdk-handler.ts";
import type { Fleet } from "../../../shared/desired/fleet.ts";
import { fleetOf } from "../sample-fleet.ts";
import { cloud } from "../world.ts";

export const group = "acme-build";

/** `spec.runners` of it, as text. */
export const runners = `
  runners:
    version: 19.5.1
    gitlab: { url: "https://gitlab.example.com", apiTokenSecret: gitlab-api-token }
    manager: { concurrent: 10 }
    fleets:
      - name: build
        executor: docker-autoscaler
        docker: { image: alpine }
        registration: { tags: [docker] }
        autoscaler:
          maxInstances: 10
          connector: { username: ubuntu }
          policies: [{ periods: ["* * * * *"], idleCount: 1, idleTime: 20m }]
        pool:
          instanceTypes: [m6i.large, m5.large]
          ami: { id: ami-0b1b2c3d4e5f60001 }
`;

/** The sample fleet with one docker-autoscaler section and its pool. */
export function pooledFleet(...edits: readonly (readonly [string, string])[]): Fleet {
  return fleetOf(["cache: { bucket: acme-gitlab-cache }", `cache: { bucket: acme-gitlab-cache }${runners}`], ...edits);
}

export function poolWorld(options: Parameters<typeof cloud>[0] = {}) {
  const world = cloud(options);
  const scaling = new AutoScaling({
    region: "eu-central-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    requestHandler: new SandboxHandler(world.sandbox),
    maxAttempts: 1,
  });
  const { ec2 } = world.person;
  return {
    ...world,
    /** What a person uses who doesn't care for Fleetkeeper, and the runner. */
    person: { ...world.person, scaling },
    resize: (DesiredCapacity: number) => scaling.setDesiredCapacity({ AutoScalingGroupName: group, DesiredCapacity }),
    async group() {
      const { AutoScalingGroups: [found] = [] } = await scaling.describeAutoScalingGroups({
        AutoScalingGroupNames: [group],
      });
      return found;
    },
    async versions() {
      const { LaunchTemplateVersions = [] } = await ec2.describeLaunchTemplateVersions({ LaunchTemplateName: group });
      return LaunchTemplateVersions;
    },
    async living() {
      const Filters = [{ Name: "instance-state-name", Values: ["pending", "running"] }];
      const { Reservations = [] } = await ec2.describeInstances({ Filters });
      return Reservations.flatMap(({ Instances = [] }) => Instances);
    },
  };
}
