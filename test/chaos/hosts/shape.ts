import fc from "fast-check";
import { parseDocument } from "yaml";
import { sampleFile } from "../../harness/fleet-world.ts";

/** What a generated file says of a host and its runners, in plain data. Everything else is the sample fleet's. */
export interface HostShape {
  readonly team: string;
  readonly instanceType: string;
  /** `old` is another image: the host is replaced on its data volume, once a person has approved that. */
  readonly ami: "newest" | "old";
  /** GiB. A volume never shrinks: what a file says that is less than an earlier one's is raised by {@link after}. */
  readonly dataSize: 200 | 220;
  readonly url: string;
  readonly grafana: boolean;
  readonly runnerVersion: string;
  readonly concurrent: number;
  readonly sections: readonly SectionShape[];
}

export interface SectionShape {
  readonly name: "build" | "next";
  readonly limit: number;
  readonly image: string;
  readonly tags: readonly string[];
}

const images = { newest: undefined, old: "ami-0a1b2c3d4e5f60001" } as const;

/** The host that all lives begin with. */
export const firstShape: HostShape = {
  team: "platform",
  instanceType: "t3.xlarge",
  ami: "newest",
  dataSize: 200,
  url: "https://gitlab.example.com",
  grafana: true,
  runnerVersion: "19.5.1",
  concurrent: 30,
  sections: [
    { name: "build", limit: 20, image: "alpine:3.22", tags: ["docker", "linux"] },
    { name: "next", limit: 10, image: "alpine:3.22", tags: ["docker", "next"] },
  ],
};

const section = (name: "build" | "next"): fc.Arbitrary<SectionShape> =>
  fc.record({
    name: fc.constant(name),
    limit: fc.constantFrom(10, 20, 25),
    image: fc.constantFrom("alpine:3.22", "alpine:3.23"),
    tags: fc.constantFrom(["docker"], ["docker", "linux"], ["Größe 7"]),
  });

/** Mostly as the first one: each difference costs a change of the host in its turn. */
export const anyHostShape: fc.Arbitrary<HostShape> = fc
  .record({
    team: mostly("platform", "search"),
    instanceType: mostly("t3.xlarge", "t3.large"),
    ami: mostly<HostShape["ami"]>("newest", "old"),
    dataSize: mostly<HostShape["dataSize"]>(200, 220),
    url: mostly("https://gitlab.example.com", "https://git.example.com"),
    grafana: mostly(true, false),
    runnerVersion: mostly("19.5.1", "19.5.2"),
    concurrent: fc.constantFrom(30, 7),
    build: fc.option(section("build"), { nil: undefined, freq: 4 }),
    next: fc.option(section("next"), { nil: undefined, freq: 3 }),
  })
  .map(({ build, next, ...rest }) => ({
    ...rest,
    sections: [build, next].filter((one) => one !== undefined),
  }));

function mostly<Value>(usual: Value, other: Value): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(other) });
}

/** What a file says when it follows another one. */
export function after(before: HostShape, next: HostShape): HostShape {
  return { ...next, dataSize: before.dataSize === 220 ? 220 : next.dataSize };
}

interface Section {
  readonly name: string;
  readonly docker: object;
  readonly registration: object;
}

/** Without windows, so that nothing waits for Saturday, and without backups, which become due by themselves. */
export async function hostFileOf(shape: HostShape): Promise<string> {
  const document = parseDocument(await sampleFile("acme"));
  document.deleteIn(["spec", "maintenance"]);
  document.deleteIn(["spec", "host", "backups"]);
  const set = (path: readonly (string | number)[], value: unknown) => document.setIn(["spec", ...path], value);
  set(["tags", "team"], shape.team);
  set(["host", "instanceType"], shape.instanceType);
  if (images[shape.ami] !== undefined) set(["host", "ami"], { id: images[shape.ami] });
  set(["host", "dataVolume", "sizeGiB"], shape.dataSize);
  set(["host", "externalUrl"], shape.url);
  set(["host", "monitoring", "grafana", "enabled"], shape.grafana);
  if (!shape.grafana) document.deleteIn(["spec", "host", "monitoring", "grafana", "adminPasswordSecret"]);
  set(["runners", "version"], shape.runnerVersion);
  set(["runners", "manager", "concurrent"], shape.concurrent);
  const { spec } = document.toJS() as { readonly spec: { readonly runners: { readonly fleets: readonly Section[] } } };
  const fleets = shape.sections.flatMap(({ name, limit, image, tags }) => {
    const sample = spec.runners.fleets.find((one) => one.name === name);
    const { docker, registration } = sample ?? {};
    return [{ ...sample, limit, docker: { ...docker, image }, registration: { ...registration, tags } }];
  });
  if (fleets.length === 0) document.deleteIn(["spec", "runners"]);
  else set(["runners", "fleets"], fleets);
  return String(document);
}
