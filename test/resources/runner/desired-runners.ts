import * as z from "zod/mini";
import { type Runners, runnersSchema } from "../../../shared/desired/runners/runners-schema.ts";

/** `spec.runners` as a file has it, validated. */
export function runnersOf(data: unknown): Runners {
  const parsed = z.safeParse(runnersSchema, data);
  if (!parsed.success) throw new Error(JSON.stringify(parsed.error.issues, null, 1));
  return parsed.data;
}

/** The article's fleet, shortened. */
export const articleRunners = {
  gitlab: { url: "https://gitlab.example.com" },
  manager: { concurrent: 20, checkInterval: "3s", listenAddress: ":9252", sessionServer: { sessionTimeout: "30m" } },
  fleets: [
    {
      name: "build",
      executor: "docker+machine",
      limit: 20,
      environment: ["DOCKER_DRIVER=overlay2"],
      featureFlags: { FF_NETWORK_PER_BUILD: true },
      docker: {
        image: "alpine",
        privileged: false,
        pullPolicy: ["always", "if-not-present"],
        tmpfs: { "/tmp": "rw" },
        services: [{ name: "docker:28-dind", alias: "docker", command: ["--mtu=1400"] }],
      },
      cache: { type: "s3", shared: true, path: "runner", s3: { bucketName: "cache", bucketLocation: "eu-central-1" } },
      unhealthyInterval: "1h",
      extraConfig: { referees: { metrics: { prometheus_address: "prometheus:9090", query_interval: 10 } } },
      machine: {
        idleCount: 0,
        idleTime: "30m",
        maxBuilds: 100,
        machineName: "acme-build-%s",
        instanceType: "m6i.large",
        ami: { id: "ami-0a1b2c3d4e5f60718" },
        requestSpotInstance: true,
        spotPrice: "0.08",
        autoscaling: [
          {
            periods: ["* * 9-17 * * mon-fri *"],
            timezone: "Asia/Tokyo",
            idleCount: 10,
            idleCountMin: 2,
            idleScaleFactor: 1,
            idleTime: "1h",
          },
        ],
      },
    },
    {
      name: "auto",
      executor: "docker-autoscaler",
      limit: 10,
      autoscaler: {
        plugin: "aws",
        maxInstances: 10,
        capacityPerInstance: 1,
        updateInterval: "1m",
        pluginConfig: { name: "acme-auto" },
        connector: { username: "ec2-user" },
        policies: [{ periods: ["* * * * *"], idleCount: 1, idleTime: "20m", scaleFactor: 0.5 }],
      },
    },
  ],
};
