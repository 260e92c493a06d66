import type {
  DescribeInstanceTypeOfferingsCommandInput,
  DescribeInstanceTypeOfferingsCommandOutput,
  DescribeInstanceTypesCommandInput,
  DescribeInstanceTypesCommandOutput,
  _InstanceType as InstanceType,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { page } from "./pages.ts";

export interface TypeSpec {
  readonly name: InstanceType;
  readonly architecture: "x86_64" | "arm64";
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** USD an hour on demand, as in eu-central-1; spot is about a third of it. */
  readonly price: number;
}

function family(
  prefix: string,
  architecture: "x86_64" | "arm64",
  rows: readonly (readonly [string, number, number, number])[],
) {
  return rows.map(
    ([size, vcpus, gib, price]): TypeSpec => ({
      name: `${prefix}.${size}` as InstanceType,
      architecture,
      vcpus,
      memoryMiB: gib * 1024,
      price,
    }),
  );
}

const T = (large: number) =>
  [
    ["micro", 2, 1, large / 8],
    ["small", 2, 2, large / 4],
    ["medium", 2, 4, large / 2],
    ["large", 2, 8, large],
    ["xlarge", 4, 16, large * 2],
    ["2xlarge", 8, 32, large * 4],
  ] as const;
const M = (large: number) =>
  [
    ["large", 2, 8, large],
    ["xlarge", 4, 16, large * 2],
    ["2xlarge", 8, 32, large * 4],
    ["4xlarge", 16, 64, large * 8],
  ] as const;
const C = (large: number) =>
  [
    ["large", 2, 4, large],
    ["xlarge", 4, 8, large * 2],
    ["2xlarge", 8, 16, large * 4],
    ["4xlarge", 16, 32, large * 8],
  ] as const;

const TYPES: readonly TypeSpec[] = [
  { name: "t2.micro", architecture: "x86_64", vcpus: 1, memoryMiB: 1024, price: 0.0134 },
  ...family("t3", "x86_64", T(0.096)),
  ...family("t3a", "x86_64", T(0.0864)),
  ...family("t4g", "arm64", T(0.0768)),
  ...family("m5", "x86_64", M(0.115)),
  ...family("m6i", "x86_64", M(0.115)),
  ...family("m6g", "arm64", M(0.092)),
  ...family("m7i", "x86_64", M(0.1208)),
  ...family("m7g", "arm64", M(0.0978)),
  ...family("c5", "x86_64", C(0.097)),
  ...family("c6i", "x86_64", C(0.097)),
  ...family("c6g", "arm64", C(0.0776)),
  ...family("c7i", "x86_64", C(0.1019)),
  ...family("c7g", "arm64", C(0.0825)),
  ...family("r6i", "x86_64", [
    ["large", 2, 16, 0.152],
    ["xlarge", 4, 32, 0.304],
    ["2xlarge", 8, 64, 0.608],
  ]),
];

export function typeSpec(name: string): TypeSpec {
  const found = TYPES.find((type) => type.name === name);
  if (found === undefined) throw ec2Error("InvalidParameterValue", `Invalid value '${name}' for InstanceType.`);
  return found;
}

export function DescribeInstanceTypes(
  input: DescribeInstanceTypesCommandInput,
  context: Ec2Context,
): Answer<DescribeInstanceTypesCommandOutput> {
  const wanted = input.InstanceTypes ?? [];
  const unknown = wanted.filter((name) => !TYPES.some((type) => type.name === name));
  if (unknown.length > 0) {
    throw ec2Error(
      "InvalidInstanceType",
      `The following supplied instance types do not exist: [${unknown.join(", ")}]`,
    );
  }
  const types = TYPES.filter((type) => wanted.length === 0 || wanted.includes(type.name));
  const matching = filterItems(types, input.Filters, {
    "instance-type": (type) => type.name,
    "processor-info.supported-architecture": (type) => type.architecture,
    "supported-usage-class": () => ["on-demand", "spot"],
    "current-generation": (type) => !type.name.startsWith("t2."),
    "vcpu-info.default-vcpus": (type) => type.vcpus,
    "memory-info.size-in-mib": (type) => type.memoryMiB,
  });
  const limits = { min: 5, max: 100, pageSize: context.pageSize ?? 100 };
  const { items, NextToken } = page(matching, (type) => type.name, input, limits);
  const InstanceTypes = items.map((type): NonNullable<DescribeInstanceTypesCommandOutput["InstanceTypes"]>[number] => ({
    InstanceType: type.name,
    CurrentGeneration: !type.name.startsWith("t2."),
    SupportedUsageClasses: ["on-demand", "spot"],
    SupportedRootDeviceTypes: ["ebs"],
    SupportedVirtualizationTypes: ["hvm"],
    BareMetal: false,
    Hypervisor: type.name.startsWith("t2.") ? "xen" : "nitro",
    ProcessorInfo: { SupportedArchitectures: [type.architecture] },
    VCpuInfo: { DefaultVCpus: type.vcpus, DefaultCores: Math.max(1, type.vcpus / 2) },
    MemoryInfo: { SizeInMiB: type.memoryMiB },
    BurstablePerformanceSupported: type.name.startsWith("t"),
  }));
  return { InstanceTypes, NextToken };
}

/** Every type is offered in every zone. */
export function DescribeInstanceTypeOfferings(
  input: DescribeInstanceTypeOfferingsCommandInput,
  context: Ec2Context,
): Answer<DescribeInstanceTypeOfferingsCommandOutput> {
  const kind = input.LocationType ?? "region";
  if (kind !== "region" && kind !== "availability-zone") {
    throw ec2Error("InvalidParameterValue", `The location type ${kind} isn't offered here.`);
  }
  const locations = kind === "region" ? [context.region] : ["a", "b", "c"].map((zone) => `${context.region}${zone}`);
  const offers = TYPES.flatMap((type) =>
    locations.map((Location) => ({ InstanceType: type.name, LocationType: kind, Location })),
  );
  const matching = filterItems(offers, input.Filters, {
    "instance-type": (offer) => offer.InstanceType,
    location: (offer) => offer.Location,
  });
  const limits = { min: 5, max: 1000, pageSize: context.pageSize ?? 1000 };
  const { items, NextToken } = page(matching, (offer) => `${offer.InstanceType} ${offer.Location}`, input, limits);
  return { InstanceTypeOfferings: items, NextToken };
}
