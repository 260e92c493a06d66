import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { App, Validations } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { AwsSolutionsChecks } from "cdk-nag";
import { fleetkeeperApp } from "./fleetkeeper-app.ts";
import { readSettings } from "./settings.ts";

/** What `cdk` runs. `-c settings=FILE` names another settings file. */
const app = new App();
const named: unknown = app.node.tryGetContext("settings");
const file = typeof named === "string" ? named : fileURLToPath(new URL("settings.yaml", import.meta.url));

const { app: made } = fleetkeeperApp(
  readSettings(file),
  (name) => {
    const folder = fileURLToPath(new URL(`../dist/${name}`, import.meta.url));
    if (!existsSync(folder)) throw new Error(`${folder} is missing: run \`npm run build\` first`);
    return Code.fromAsset(folder);
  },
  app,
);
Validations.of(made).addPlugins(new AwsSolutionsChecks(made));
made.synth();
