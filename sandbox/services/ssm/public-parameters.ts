import type { ImageRecord } from "../ec2/image-catalog.ts";
import { ec2StateKey } from "../ec2/service.ts";
import type { SsmContext } from "./context.ts";
import type { ParameterRecord } from "./parameter-state.ts";

interface ImageFamily {
  readonly name: string;
  readonly architecture: "x86_64" | "arm64";
  readonly pattern: RegExp;
}

const AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest";
const UBUNTU = "/aws/service/canonical/ubuntu/server/24.04/stable/current";

/** AWS's and Canonical's public parameters that name the newest image of a family. */
const FAMILIES: readonly ImageFamily[] = (["x86_64", "arm64"] as const).flatMap((architecture) => {
  const debian = architecture === "x86_64" ? "amd64" : "arm64";
  const amazon = { architecture, pattern: /^al2023-ami-2023/ };
  const ubuntu = { architecture, pattern: /^ubuntu\/images\/hvm-ssd-gp3\/ubuntu-noble-24\.04-/ };
  return [
    { name: `${AMAZON_LINUX}/al2023-ami-kernel-default-${architecture}`, ...amazon },
    { name: `${AMAZON_LINUX}/al2023-ami-kernel-6.1-${architecture}`, ...amazon },
    { name: `${UBUNTU}/${debian}/hvm/ebs-gp3/ami-id`, ...ubuntu },
  ];
});

/** They follow the images that the embedded EC2 has at that time: a newer image is a newer version. */
export function publicParameters(context: SsmContext): readonly ParameterRecord[] {
  const { images } = context.stateOf(ec2StateKey());
  const now = context.clock.now();
  return FAMILIES.flatMap(({ name, architecture, pattern }) => {
    const family = Object.values(images)
      .filter((image) => image.architecture === architecture && pattern.test(image.name))
      .sort((a, b) => a.createdAt - b.createdAt);
    const out = family.filter((image) => image.createdAt <= now);
    const shown = out.length > 0 ? out : family.slice(0, 1);
    return shown.length === 0 ? [] : [{ name, type: "String" as const, tags: [], versions: shown.map(version) }];
  });
}

function version(image: ImageRecord, index: number): ParameterRecord["versions"][number] {
  return {
    version: index + 1,
    value: image.imageId,
    tier: "Standard",
    dataType: "aws:ec2:image",
    modifiedAt: image.createdAt,
    modifiedBy: "",
    labels: [],
  };
}
