import {
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  paginateGetParametersByPath,
} from "@aws-sdk/client-ssm";
import { describe, expect, it } from "vitest";
import { awsError, sdkWorld } from "../sdk-world.ts";

const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) =>
  new PutParameterCommand({ Name, Value, Type: "String", ...more });

describe("a parameter", () => {
  it("counts its versions up and overwrites only when told to", async () => {
    const { ssm } = sdkWorld();
    expect(await ssm.send(put("/acme/url", "one"))).toMatchObject({ Version: 1, Tier: "Standard" });
    await expect(ssm.send(put("/acme/url", "two"))).rejects.toEqual(awsError("ParameterAlreadyExists"));
    expect(await ssm.send(put("/acme/url", "two", { Overwrite: true }))).toMatchObject({ Version: 2 });
    await ssm.send(new LabelParameterVersionCommand({ Name: "/acme/url", ParameterVersion: 1, Labels: ["good"] }));
    const read = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value;
    expect(await read("/acme/url")).toBe("two");
    expect(await read("/acme/url:1")).toBe("one");
    expect(await read("/acme/url:good")).toBe("one");
    expect(await read("arn:aws:ssm:eu-central-1:123456789012:parameter/acme/url")).toBe("two");
    const history = await ssm.send(new GetParameterHistoryCommand({ Name: "/acme/url" }));
    expect(history.Parameters?.map((entry) => [entry.Version, entry.Value, entry.Labels])).toEqual([
      [1, "one", ["good"]],
      [2, "two", []],
    ]);
  });

  it("that is secret shows its value only when it is decrypted", async () => {
    const { ssm } = sdkWorld();
    await ssm.send(put("/acme/token", "s3cret-value", { Type: "SecureString" }));
    const read = async (WithDecryption: boolean) =>
      (await ssm.send(new GetParameterCommand({ Name: "/acme/token", WithDecryption }))).Parameter?.Value;
    expect(await read(false)).not.toContain("s3cret");
    expect(await read(true)).toBe("s3cret-value");
    const listed = await ssm.send(new DescribeParametersCommand({}));
    expect(JSON.stringify(listed)).not.toContain("s3cret");
    expect(listed.Parameters?.[0]?.KeyId).toBe("alias/aws/ssm");
  });

  it.each([
    ["over 4 KB", put("/acme/big", "x".repeat(4097)), "ValidationException"],
    ["over 8 KB in the advanced tier", put("/acme/big", "x".repeat(8193), { Tier: "Advanced" }), "ValidationException"],
    ["with double braces", put("/acme/nested", "a {{ssm:b}} c"), "ValidationException"],
    ["under aws", put("/aws/acme", "x"), "AccessDeniedException"],
    ["with a path that doesn't begin with a slash", put("acme/x", "x"), "ValidationException"],
    ["deeper than fifteen levels", put("/a".repeat(16), "x"), "HierarchyLevelLimitExceededException"],
    ["against its pattern", put("/acme/n", "x", { AllowedPattern: "\\d+" }), "ParameterPatternMismatchException"],
  ])("%s is refused", async (_what, command, code) => {
    const { ssm } = sdkWorld();
    await expect(ssm.send(command)).rejects.toEqual(awsError(code));
  });

  it("that doesn't exist is an error alone and a name in a list", async () => {
    const { ssm } = sdkWorld();
    const missing = awsError("ParameterNotFound");
    await expect(ssm.send(new GetParameterCommand({ Name: "/none" }))).rejects.toEqual(missing);
    await expect(ssm.send(new DeleteParameterCommand({ Name: "/none" }))).rejects.toEqual(missing);
    const many = await ssm.send(new GetParametersCommand({ Names: ["/none"] }));
    expect(many).toMatchObject({ Parameters: [], InvalidParameters: ["/none"] });
  });

  it("is found by path, one level or all, ten a page", async () => {
    const { ssm } = sdkWorld();
    for (let index = 0; index < 12; index += 1) await ssm.send(put(`/acme/p${index}`, "x"));
    await ssm.send(put("/acme/deep/p", "x"));
    await ssm.send(put("/acmeother", "x"));
    const names = async (Recursive: boolean) => {
      const found: (string | undefined)[] = [];
      for await (const page of paginateGetParametersByPath({ client: ssm }, { Path: "/acme", Recursive })) {
        expect(page.Parameters?.length).toBeLessThanOrEqual(10);
        found.push(...(page.Parameters ?? []).map((parameter) => parameter.Name));
      }
      return found;
    };
    expect(await names(false)).toHaveLength(12);
    expect(await names(true)).toHaveLength(13);
  });
});

describe("AWS's public parameters", () => {
  it("name the newest image, and a newer one once it is out", async () => {
    const { ssm, clock } = sdkWorld();
    const Name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
    const read = async () => (await ssm.send(new GetParameterCommand({ Name }))).Parameter;
    expect(await read()).toMatchObject({ Value: "ami-0a1b2c3d4e5f60002", Version: 2, DataType: "aws:ec2:image" });
    await clock.advance(330 * 24 * 3_600_000);
    expect(await read()).toMatchObject({ Value: "ami-0a1b2c3d4e5f60004", Version: 3 });
  });
});
