import { describe, expect, test } from "vitest";
import { awsError } from "../sdk-world.ts";
import { scalingWorld } from "./scaling-world.ts";

const LaunchTemplateName = "acme";

describe("a launch template", () => {
  test("is made with its tags and version 1, and the same token makes it once", async () => {
    const { ec2, template } = scalingWorld();
    const Tags = [{ Key: "team", Value: "platform" }];
    const input = {
      LaunchTemplateName,
      ClientToken: "once",
      LaunchTemplateData: template(),
      TagSpecifications: [{ ResourceType: "launch-template" as const, Tags }],
    };
    const { LaunchTemplate } = await ec2.createLaunchTemplate(input);
    expect(LaunchTemplate).toMatchObject({ LaunchTemplateName, DefaultVersionNumber: 1, LatestVersionNumber: 1, Tags });
    const again = await ec2.createLaunchTemplate(input);
    expect(again.LaunchTemplate?.LaunchTemplateId).toBe(LaunchTemplate?.LaunchTemplateId);
    const found = await ec2.describeLaunchTemplates({ Filters: [{ Name: "tag:team", Values: ["platform"] }] });
    expect(found.LaunchTemplates).toHaveLength(1);
  });

  test("of a name that is taken, or that has signs that EC2 doesn't know, is refused", async () => {
    const { ec2, makeTemplate, template } = scalingWorld();
    await makeTemplate();
    const make = (name: string) =>
      ec2.createLaunchTemplate({ LaunchTemplateName: name, LaunchTemplateData: template() });
    await expect(make("acme")).rejects.toEqual(awsError("InvalidLaunchTemplateName.AlreadyExistsException"));
    await expect(make("a b")).rejects.toEqual(awsError("InvalidLaunchTemplateName.MalformedException"));
  });

  test("has versions that nobody changes, of which one is the default", async () => {
    const { ec2, makeTemplate } = scalingWorld();
    await makeTemplate();
    const LaunchTemplateData = { InstanceType: "m5.xlarge" as const };
    await ec2.createLaunchTemplateVersion({ LaunchTemplateName, SourceVersion: "1", LaunchTemplateData });
    const versions = (Versions: string[]) => ec2.describeLaunchTemplateVersions({ LaunchTemplateName, Versions });
    const latest = await versions(["$Latest"]);
    expect(latest.LaunchTemplateVersions).toMatchObject([
      {
        VersionNumber: 2,
        DefaultVersion: false,
        LaunchTemplateData: { ImageId: "ami-0b1b2c3d4e5f60001", InstanceType: "m5.xlarge" },
      },
    ]);
    expect((await versions(["$Default"])).LaunchTemplateVersions).toMatchObject([{ VersionNumber: 1 }]);
    await ec2.modifyLaunchTemplate({ LaunchTemplateName, DefaultVersion: "2" });
    expect((await versions(["$Default"])).LaunchTemplateVersions).toMatchObject([{ VersionNumber: 2 }]);
    await expect(versions(["3"])).rejects.toEqual(awsError("InvalidLaunchTemplateId.VersionNotFound"));
    const deleted = await ec2.deleteLaunchTemplateVersions({ LaunchTemplateName, Versions: ["1", "2", "7"] });
    expect(deleted).toMatchObject({
      SuccessfullyDeletedLaunchTemplateVersions: [{ VersionNumber: 1 }],
      UnsuccessfullyDeletedLaunchTemplateVersions: [
        { VersionNumber: 2 },
        { VersionNumber: 7, ResponseError: { Code: "launchTemplateVersionDoesNotExist" } },
      ],
    });
  });

  test("that is deleted is gone by name and by id", async () => {
    const { ec2, makeTemplate } = scalingWorld();
    const id = await makeTemplate();
    await ec2.deleteLaunchTemplate({ LaunchTemplateId: id });
    await expect(ec2.describeLaunchTemplates({ LaunchTemplateNames: ["acme"] })).rejects.toEqual(
      awsError("InvalidLaunchTemplateName.NotFoundException"),
    );
    await expect(ec2.deleteLaunchTemplate({ LaunchTemplateId: id })).rejects.toEqual(
      awsError("InvalidLaunchTemplateId.NotFound"),
    );
  });

  test("launches instances, with what the call says over it", async () => {
    const { ec2, makeTemplate } = scalingWorld();
    const id = await makeTemplate({ MetadataOptions: { HttpTokens: "required" } });
    const { Instances } = await ec2.runInstances({
      LaunchTemplate: { LaunchTemplateId: id },
      InstanceType: "m5.xlarge",
      MinCount: 1,
      MaxCount: 1,
    });
    expect(Instances).toMatchObject([
      { InstanceType: "m5.xlarge", ImageId: "ami-0b1b2c3d4e5f60001", MetadataOptions: { HttpTokens: "required" } },
    ]);
    expect(Instances?.[0]?.Tags).toContainEqual({ Key: "aws:ec2launchtemplate:id", Value: id });
  });
});
