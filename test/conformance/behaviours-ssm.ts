import { type Behaviour, type Clients, codeOf, during } from "./behaviours.ts";

const api = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_";

function behaviour(name: string, aws: string, page: string, look: Behaviour["look"]): Behaviour {
  return { name: `ssm: ${name}`, aws, source: `${api}${page}.html`, look };
}

/** With a parameter `/PREFIX/p` of value `one`. */
function withParameter(look: (clients: Clients, name: string) => Promise<string>) {
  return async (clients: Clients): Promise<string> => {
    const Name = `/${clients.place.prefix}/p`;
    await clients.ssm.putParameter({ Name, Value: "one", Type: "String" });
    return await during(
      () => look(clients, Name),
      () => clients.ssm.deleteParameter({ Name }),
    );
  };
}

const contentOf = (word: string) =>
  JSON.stringify({
    schemaVersion: "2.2",
    description: "conformance",
    parameters: { word: { type: "String", default: word, allowedPattern: "^[a-z]+$" } },
    mainSteps: [{ action: "aws:runShellScript", name: "say", inputs: { runCommand: ["echo {{ word }}"] } }],
  });

/** With a document of one version. */
function withDocument(look: (clients: Clients, name: string) => Promise<string>) {
  return async (clients: Clients): Promise<string> => {
    const Name = `${clients.place.prefix}-document`;
    await clients.ssm.createDocument({ Name, Content: contentOf("one"), DocumentType: "Command" });
    return await during(
      () => look(clients, Name),
      () => clients.ssm.deleteDocument({ Name }),
    );
  };
}

const absent = "i-0123456789abcdef0";

export const ssmBehaviours: readonly Behaviour[] = [
  behaviour("a parameter that isn't there", "ParameterNotFound", "GetParameter", ({ ssm, place }) =>
    codeOf(() => ssm.getParameter({ Name: `/${place.prefix}/none` })),
  ),
  behaviour("deleting a parameter that isn't there", "ParameterNotFound", "DeleteParameter", ({ ssm, place }) =>
    codeOf(() => ssm.deleteParameter({ Name: `/${place.prefix}/none` })),
  ),
  behaviour(
    "a parameter that is there is not overwritten unless that is asked for",
    "ParameterAlreadyExists",
    "PutParameter",
    withParameter(({ ssm }, Name) => codeOf(() => ssm.putParameter({ Name, Value: "two", Type: "String" }))),
  ),
  behaviour(
    "overwriting makes the next version",
    "2 two",
    "PutParameter",
    withParameter(async ({ ssm }, Name) => {
      await ssm.putParameter({ Name, Value: "two", Type: "String", Overwrite: true });
      const { Parameter } = await ssm.getParameter({ Name });
      return `${Parameter?.Version} ${Parameter?.Value}`;
    }),
  ),
  behaviour(
    "an older version is read by its number",
    "one",
    "GetParameter",
    withParameter(async ({ ssm }, Name) => {
      await ssm.putParameter({ Name, Value: "two", Type: "String", Overwrite: true });
      return (await ssm.getParameter({ Name: `${Name}:1` })).Parameter?.Value ?? "nothing";
    }),
  ),
  behaviour(
    "a version is read by its label",
    "one",
    "LabelParameterVersion",
    withParameter(async ({ ssm }, Name) => {
      await ssm.labelParameterVersion({ Name, ParameterVersion: 1, Labels: ["kept"] });
      await ssm.putParameter({ Name, Value: "two", Type: "String", Overwrite: true });
      return (await ssm.getParameter({ Name: `${Name}:kept` })).Parameter?.Value ?? "nothing";
    }),
  ),
  behaviour(
    "tags are not given with an overwrite",
    "ValidationException",
    "PutParameter",
    withParameter(({ ssm }, Name) => {
      const Tags = [{ Key: "k", Value: "v" }];
      return codeOf(() => ssm.putParameter({ Name, Value: "two", Type: "String", Overwrite: true, Tags }));
    }),
  ),
  behaviour("a name that AWS keeps for itself", "ValidationException", "PutParameter", ({ ssm }) =>
    codeOf(() => ssm.putParameter({ Name: "ssm-mine", Value: "x", Type: "String" })),
  ),
  behaviour("a path of sixteen levels", "HierarchyLevelLimitExceededException", "PutParameter", ({ ssm, place }) => {
    const Name = `/${place.prefix}${"/a".repeat(15)}`;
    return during(
      () => codeOf(() => ssm.putParameter({ Name, Value: "x", Type: "String" })),
      () => ssm.deleteParameter({ Name }),
    );
  }),
  behaviour(
    "a value of more than 4 KB in the standard tier",
    "ValidationException",
    "PutParameter",
    ({ ssm, place }) => {
      const Name = `/${place.prefix}/large`;
      return during(
        () => codeOf(() => ssm.putParameter({ Name, Value: "x".repeat(4097), Type: "String", Tier: "Standard" })),
        () => ssm.deleteParameter({ Name }),
      );
    },
  ),
  behaviour("a secret is shown only decrypted", "hidden, then secret", "GetParameter", ({ ssm, place }) => {
    const Name = `/${place.prefix}/secret`;
    return during(
      async () => {
        await ssm.putParameter({ Name, Value: "secret", Type: "SecureString" });
        const hidden = (await ssm.getParameter({ Name })).Parameter?.Value;
        const shown = (await ssm.getParameter({ Name, WithDecryption: true })).Parameter?.Value;
        return `${hidden === "secret" ? "shown" : "hidden"}, then ${shown}`;
      },
      () => ssm.deleteParameter({ Name }),
    );
  }),
  behaviour(
    "of several parameters those that aren't there are named",
    "1 found, 1 not",
    "GetParameters",
    withParameter(async ({ ssm }, Name) => {
      const { Parameters = [], InvalidParameters = [] } = await ssm.getParameters({ Names: [Name, `${Name}-none`] });
      return `${Parameters.length} found, ${InvalidParameters.length} not`;
    }),
  ),
  behaviour("parameters below a path go by pages", "a,b,c/d", "GetParametersByPath", ({ ssm, place }) => {
    const Path = `/${place.prefix}/tree`;
    const names = ["a", "b", "c/d"].map((name) => `${Path}/${name}`);
    return during(
      async () => {
        for (const Name of names) await ssm.putParameter({ Name, Value: "x", Type: "String" });
        const found: string[] = [];
        let NextToken: string | undefined;
        do {
          const page = await ssm.getParametersByPath({
            Path,
            Recursive: true,
            MaxResults: 1,
            ...(NextToken && { NextToken }),
          });
          found.push(...(page.Parameters ?? []).map(({ Name = "" }) => Name.slice(Path.length + 1)));
          NextToken = page.NextToken;
        } while (NextToken !== undefined);
        return found.sort().join();
      },
      () => ssm.deleteParameters({ Names: names }),
    );
  }),
  behaviour(
    "parameters below a path are those of one level unless told",
    "a",
    "GetParametersByPath",
    ({ ssm, place }) => {
      const Path = `/${place.prefix}/flat`;
      const names = [`${Path}/a`, `${Path}/b/c`];
      return during(
        async () => {
          for (const Name of names) await ssm.putParameter({ Name, Value: "x", Type: "String" });
          const { Parameters = [] } = await ssm.getParametersByPath({ Path });
          return Parameters.map(({ Name = "" }) => Name.slice(Path.length + 1)).join();
        },
        () => ssm.deleteParameters({ Names: names }),
      );
    },
  ),
  behaviour("tags of a parameter that isn't there", "InvalidResourceId", "AddTagsToResource", ({ ssm, place }) => {
    const Tags = [{ Key: "k", Value: "v" }];
    const ResourceId = `/${place.prefix}/none`;
    return codeOf(() => ssm.addTagsToResource({ ResourceType: "Parameter", ResourceId, Tags }));
  }),
  behaviour("a document that isn't there", "InvalidDocument", "DescribeDocument", ({ ssm, place }) =>
    codeOf(() => ssm.describeDocument({ Name: `${place.prefix}-none` })),
  ),
  behaviour(
    "a document of a name that is taken",
    "DocumentAlreadyExists",
    "CreateDocument",
    withDocument(({ ssm }, Name) =>
      codeOf(() => ssm.createDocument({ Name, Content: contentOf("two"), DocumentType: "Command" })),
    ),
  ),
  behaviour("a document that isn't JSON", "InvalidDocumentContent", "CreateDocument", ({ ssm, place }) => {
    const Name = `${place.prefix}-bad`;
    return during(
      () => codeOf(() => ssm.createDocument({ Name, Content: "{", DocumentType: "Command" })),
      () => ssm.deleteDocument({ Name }),
    );
  }),
  behaviour(
    "the same content again is no new version",
    "DuplicateDocumentContent",
    "UpdateDocument",
    withDocument(({ ssm }, Name) =>
      codeOf(() => ssm.updateDocument({ Name, Content: contentOf("one"), DocumentVersion: "$LATEST" })),
    ),
  ),
  behaviour(
    "a new version is not the default one until that is said",
    "1, then 2",
    "UpdateDocumentDefaultVersion",
    withDocument(async ({ ssm }, Name) => {
      await ssm.updateDocument({ Name, Content: contentOf("two"), DocumentVersion: "$LATEST" });
      const version = async () => (await ssm.describeDocument({ Name })).Document?.DefaultVersion;
      const before = await version();
      await ssm.updateDocumentDefaultVersion({ Name, DocumentVersion: "2" });
      return `${before}, then ${await version()}`;
    }),
  ),
  behaviour(
    "a version that isn't there",
    "InvalidDocumentVersion",
    "UpdateDocumentDefaultVersion",
    withDocument(({ ssm }, Name) => codeOf(() => ssm.updateDocumentDefaultVersion({ Name, DocumentVersion: "9" }))),
  ),
  behaviour(
    "the default version is not deleted alone",
    "InvalidDocumentOperation",
    "DeleteDocument",
    withDocument(async ({ ssm }, Name) => {
      await ssm.updateDocument({ Name, Content: contentOf("two"), DocumentVersion: "$LATEST" });
      return await codeOf(() => ssm.deleteDocument({ Name, DocumentVersion: "1" }));
    }),
  ),
  behaviour("deleting a document that isn't there", "InvalidDocument", "DeleteDocument", ({ ssm, place }) =>
    codeOf(() => ssm.deleteDocument({ Name: `${place.prefix}-none` })),
  ),
  behaviour("a command by a document that isn't there", "InvalidDocument", "SendCommand", ({ ssm, place }) =>
    codeOf(() => ssm.sendCommand({ DocumentName: `${place.prefix}-none`, InstanceIds: [absent] })),
  ),
  behaviour(
    "a command for an instance that isn't there",
    "InvalidInstanceId",
    "SendCommand",
    withDocument(({ ssm }, DocumentName) => codeOf(() => ssm.sendCommand({ DocumentName, InstanceIds: [absent] }))),
  ),
  behaviour(
    "a command with a parameter that its document doesn't have",
    "InvalidParameters",
    "SendCommand",
    withDocument(({ ssm, place }, DocumentName) => {
      const Targets = [{ Key: "tag:Name", Values: [`${place.prefix}-none`] }];
      return codeOf(() => ssm.sendCommand({ DocumentName, Targets, Parameters: { other: ["x"] } }));
    }),
  ),
  behaviour(
    "a command with a parameter that its document's pattern forbids",
    "InvalidParameters",
    "SendCommand",
    withDocument(({ ssm, place }, DocumentName) => {
      const Targets = [{ Key: "tag:Name", Values: [`${place.prefix}-none`] }];
      return codeOf(() => ssm.sendCommand({ DocumentName, Targets, Parameters: { word: ["x; reboot"] } }));
    }),
  ),
  behaviour(
    "a command that is to be delivered within less than 30 seconds",
    "ValidationException",
    "SendCommand",
    withDocument(({ ssm, place }, DocumentName) => {
      const Targets = [{ Key: "tag:Name", Values: [`${place.prefix}-none`] }];
      return codeOf(() => ssm.sendCommand({ DocumentName, Targets, TimeoutSeconds: 29 }));
    }),
  ),
  behaviour(
    "a command for targets of which there are none",
    "ok 0",
    "SendCommand",
    withDocument(async ({ ssm, place }, DocumentName) => {
      const Targets = [{ Key: "tag:Name", Values: [`${place.prefix}-none`] }];
      const { Command } = await ssm.sendCommand({ DocumentName, Targets });
      const CommandId = Command?.CommandId ?? "";
      const { CommandInvocations = [] } = await ssm.listCommandInvocations({ CommandId });
      return `ok ${CommandInvocations.length}`;
    }),
  ),
  behaviour("the outcome of a command that nobody sent", "InvocationDoesNotExist", "GetCommandInvocation", ({ ssm }) =>
    codeOf(() => ssm.getCommandInvocation({ CommandId: "01234567-89ab-4def-8123-456789abcdef", InstanceId: absent })),
  ),
  behaviour("managed nodes by an instance that is none", "0", "DescribeInstanceInformation", async ({ ssm }) => {
    const Filters = [{ Key: "InstanceIds", Values: [absent] }];
    return String((await ssm.describeInstanceInformation({ Filters })).InstanceInformationList?.length);
  }),
];
