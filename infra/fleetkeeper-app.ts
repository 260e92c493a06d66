import { App, Tags } from "aws-cdk-lib";
import { acknowledge } from "./acknowledgments.ts";
import { type HostDocument, hostDocuments } from "./host-documents/documents.ts";
import { type Installation, installationOf } from "./installation.ts";
import type { Documents } from "./policies/role-policies.ts";
import type { Settings } from "./settings.ts";
import { DocumentStack } from "./stacks/document-stack.ts";
import { type CodeOf, FunctionStack } from "./stacks/function-stack.ts";
import { PeopleStack } from "./stacks/people-stack.ts";
import { PipelineStack } from "./stacks/pipeline-stack.ts";
import { StateStack } from "./stacks/state-stack.ts";
import { VpcStack } from "./stacks/vpc-stack.ts";
import { WatchStack } from "./stacks/watch-stack.ts";

export interface FleetkeeperApp {
  readonly app: App;
  readonly installation: Installation;
}

/** The whole installation as stacks. Asks nothing of the network, so that it can be synthesised anywhere. */
export function fleetkeeperApp(settings: Settings, codeOf: CodeOf, app = new App()): FleetkeeperApp {
  const installation = installationOf(settings);
  // CloudFormation takes a template of 1 MB, and indentation is an eighth of the documents'.
  const props = { env: { account: settings.account, region: settings.region }, suppressTemplateIndentation: true };
  const title = (part: string) => `${settings.name}-${part}`;
  const files = hostDocuments();
  const documents = documentNames(files);
  const state = new StateStack(app, title("state"), installation, props);
  const document = new DocumentStack(app, title("documents"), files, props);
  const functions = new FunctionStack(app, title("functions"), installation, { state, documents, codeOf }, props);
  const watch = new WatchStack(app, title("watch"), installation, { state, functions }, props);
  const people =
    settings.people.length === 0
      ? {}
      : { People: new PeopleStack(app, title("people"), installation, documents, props) };
  const pipelines =
    settings.pipelines.length === 0
      ? {}
      : { Pipelines: new PipelineStack(app, title("pipelines"), installation, props) };
  const vpc = settings.vpc === undefined ? {} : { Vpc: new VpcStack(app, title("vpc"), settings, settings.vpc, props) };
  acknowledge({
    State: state,
    Documents: document,
    Functions: functions,
    Watch: watch,
    ...people,
    ...pipelines,
    ...vpc,
  });
  Tags.of(app).add("fleetkeeper:installation", settings.name);
  return { app, installation };
}

const collectingDocuments: readonly string[] = [
  "ask-gitlab",
  "list-machines",
  "remove-directories",
  "remove-manager-rows",
];
const readingDocuments: readonly string[] = ["facts", "check-gitlab", "read-runner"];

/** The plan function is given those that only read, the collect function those that collecting needs. */
export function documentNames(documents: readonly HostDocument[]): Documents {
  const those = (folders: readonly string[]) =>
    documents.filter(({ folder }) => folders.includes(folder)).map(({ name }) => name);
  return {
    reading: those(readingDocuments),
    collecting: those(collectingDocuments),
    asking: those(["list-jobs"]),
    all: documents.map(({ name }) => name),
  };
}
