import type { DocumentRecord } from "./document-state.ts";

const CONTENT = JSON.stringify({
  schemaVersion: "2.2",
  description: "Run a shell script or specify the commands to run.",
  parameters: {
    commands: { type: "StringList", description: "The commands to run.", minItems: 1, displayType: "textarea" },
    workingDirectory: {
      type: "String",
      default: "",
      description: "The path of the working directory.",
      maxChars: 4096,
    },
    executionTimeout: {
      type: "String",
      default: "3600",
      description: "Seconds until the command is considered to have failed.",
      allowedPattern: "([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})|(172[0-7][0-9]{2})|(172800)",
    },
  },
  mainSteps: [
    {
      action: "aws:runShellScript",
      name: "aws-runShellScript",
      inputs: {
        runCommand: ["{{ commands }}"],
        workingDirectory: "{{ workingDirectory }}",
        timeoutSeconds: "{{ executionTimeout }}",
      },
    },
  ],
});

/** Amazon's document that runs whatever it is given: what our roles must not be allowed to send. */
export const AWS_RUN_SHELL_SCRIPT: DocumentRecord = {
  name: "AWS-RunShellScript",
  createdAt: 0,
  defaultVersion: 1,
  owner: "Amazon",
  tags: [],
  versions: [{ version: 1, content: CONTENT, format: "JSON", hash: "", createdAt: 0, activeAt: 0 }],
};
