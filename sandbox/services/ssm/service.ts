import * as client from "@aws-sdk/client-ssm";
import { defineService, type Service, type StateKey } from "../../service.ts";
import { getCommandInvocation, listCommandInvocations, listCommands } from "./command-listing.ts";
import { CommandRuns } from "./command-run.ts";
import { DescribeDocument, GetDocument, ListDocuments, ListDocumentVersions } from "./document-listing.ts";
import { CreateDocument, DeleteDocument, UpdateDocument, UpdateDocumentDefaultVersion } from "./documents.ts";
import { type HostRunner, recordingRunner } from "./host-runner.ts";
import { DescribeInstanceInformation } from "./instance-information.ts";
import { DescribeParameters, GetParameterHistory, GetParametersByPath } from "./parameter-listing.ts";
import { DeleteParameter, DeleteParameters, GetParameter, GetParameters } from "./parameters.ts";
import { LabelParameterVersion, PutParameter } from "./put-parameter.ts";
import { cancelCommand, sendCommand } from "./send-command.ts";
import { DEFAULT_SSM_TIMING, emptySsmState, type SsmState, type SsmTiming } from "./state.ts";
import { AddTagsToResource, ListTagsForResource, RemoveTagsFromResource } from "./tag-list.ts";

export function ssmStateKey(timing?: Partial<SsmTiming>): StateKey<SsmState> {
  return { name: "ssm", initial: () => emptySsmState({ ...DEFAULT_SSM_TIMING, ...timing }) };
}

export interface SsmOptions {
  readonly timing?: Partial<SsmTiming>;
  /** Without one, commands are recorded and fail with a message that says so. */
  readonly runner?: HostRunner;
  /** Whether looking at a command waits for its script: on a virtual clock, not on a real one. Default true. */
  readonly waitsForScripts?: boolean;
}

/** Systems Manager: parameters, documents, managed nodes and commands. */
export function ssmService(options: SsmOptions = {}): Service {
  const runs = new CommandRuns(options.runner ?? recordingRunner, options.waitsForScripts ?? true);
  return defineService<typeof client>()({
    name: "ssm",
    protocol: "awsJson1_1",
    client,
    state: ssmStateKey(options.timing),
    operations: {
      AddTagsToResource,
      CancelCommand: (input, context) => cancelCommand(input, runs, context),
      CreateDocument,
      DeleteDocument,
      DeleteParameter,
      DeleteParameters,
      DescribeDocument,
      DescribeInstanceInformation,
      DescribeParameters,
      GetCommandInvocation: (input, context) => getCommandInvocation(input, runs, context),
      GetDocument,
      GetParameter,
      GetParameterHistory,
      GetParameters,
      GetParametersByPath,
      LabelParameterVersion,
      ListCommandInvocations: (input, context) => listCommandInvocations(input, runs, context),
      ListCommands: (input, context) => listCommands(input, runs, context),
      ListDocumentVersions,
      ListDocuments,
      ListTagsForResource,
      PutParameter,
      RemoveTagsFromResource,
      SendCommand: (input, context) => sendCommand(input, runs, context),
      UpdateDocument,
      UpdateDocumentDefaultVersion,
    },
    throttle: { code: "ThrottlingException", status: 400 },
  });
}
