import * as z from "zod/mini";
import { field, optional, section, withDefault } from "../field.ts";
import { amiSchema } from "../host.ts";
import { awsId, line, matching, wholeNumber } from "../values.ts";

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
  groupName: field(optional(line(255)), {
    description: "Name of the Auto Scaling group. Default: the fleet's name and the section's.",
    example: "acme-build",
  }),
});
