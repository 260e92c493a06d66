import * as z from "zod/mini";
import { field, optional, section, withDefault } from "../field.ts";
import { amiSchema } from "../host.ts";
import { awsId, matching, wholeNumber } from "../values.ts";

/** What a docker-autoscaler fleet's instances are made of: a launch template and an Auto Scaling group of its own. */
export const poolSchema = section({
  instanceTypes: field(
    z
      .array(matching(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "an instance type such as m6i.large"))
      .check(z.minLength(1, { error: "at least one instance type" }), z.maxLength(20, { error: "at most 20" })),
    {
      description: "Instance types, the preferred first. More of them make spot capacity likelier.",
      example: ["m6i.large", "m5.large"],
    },
  ),
  ami: field(amiSchema, {
    description: "Image with Docker in it and the login user in the docker group.",
    example: { id: "ami-0a1b2c3d4e5f60718" },
  }),
  spot: field(withDefault(z.boolean(), true), {
    description: "Whether instances are spot instances.",
    example: true,
  }),
  subnetIds: field(optional(z.array(awsId("subnet")).check(z.minLength(1, { error: "at least one subnet" }))), {
    description: "Subnets of the group. Default: network.machineSubnetIds.",
    example: ["subnet-0bbbbbbbbbbbbbbb2"],
  }),
  rootSizeGiB: field(withDefault(wholeNumber(8, 16384), 50), {
    description: "Size of the root volume.",
    unit: "GiB",
    example: 50,
  }),
  volumeType: field(withDefault(z.enum(["gp2", "gp3", "io1", "io2"]), "gp3"), {
    description: "Type of the root volume.",
    example: "gp3",
  }),
  iops: field(optional(wholeNumber(100, 256000)), {
    description: "Operations a second of the root volume. Types io1 and io2 need it.",
    unit: "operations a second",
    example: 3000,
  }),
  groupName: field(
    optional(matching(/^[a-zA-Z0-9().\-/_]{3,128}$/, "3 to 128 letters, digits and ( ) . - / _, such as acme-build")),
    {
      description:
        "Name of the Auto Scaling group and of its launch template. Default: the fleet's name and the section's.",
      example: "acme-build",
    },
  ),
  adopt: field(withDefault(z.boolean(), false), {
    description: "Whether a group or launch template of that name without the fleet's mark is taken over.",
    example: false,
  }),
});

/** Name of a section's Auto Scaling group and of its launch template. @param fleetName `metadata.name` */
export function poolGroupName(
  fleetName: string,
  section: { readonly name: string; readonly pool?: { readonly groupName?: string | undefined } | undefined },
): string {
  return section.pool?.groupName ?? `${fleetName}-${section.name}`;
}
