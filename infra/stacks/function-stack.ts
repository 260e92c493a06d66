import { Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { type CfnRole, Role } from "aws-cdk-lib/aws-iam";
import { Architecture, type Code, Function as LambdaCode, Runtime } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { CfnScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { type IQueue, Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { FunctionName } from "../../functions/build.ts";
import type { Variable } from "../../functions/common/environment.ts";
import type { Installation } from "../installation.ts";
import { boundaryGrants } from "../policies/boundary.ts";
import { type Documents, rolePolicies } from "../policies/role-policies.ts";
import { managedPolicy, role, trustForFleet, trustService } from "./role.ts";
import type { StateStack } from "./state-stack.ts";

/** Where a function's bundle comes from: the folder that the build made, or something small in tests. */
export type CodeOf = (name: FunctionName) => Code;

interface Shape {
  readonly memory: number;
  readonly timeout: Duration;
  readonly concurrency?: number;
  readonly role: CfnRole;
  readonly environment: Partial<Readonly<Record<Variable, string>>>;
}

/** The functions, each with its role, the workers that they become, and what invokes them. */
export class FunctionStack extends Stack {
  readonly functions: Readonly<Record<FunctionName, LambdaCode>>;

  constructor(
    scope: Construct,
    id: string,
    installation: Installation,
    parts: { readonly state: StateStack; readonly documents: Documents; readonly codeOf: CodeOf },
    props: StackProps,
  ) {
    super(scope, id, props);
    const { settings, arn, iam, roles } = installation;
    this.addStackDependency(parts.state);
    // By ARN: the queue's stack doesn't have to know whom it serves.
    const deadLetters = Queue.fromQueueArn(this, "DeadLetters", arn("sqs", installation.deadLetters));
    const policies = rolePolicies(installation, parts.documents);
    managedPolicy(this, "Boundary", {
      name: installation.boundary,
      description: "The most that roles of hosts and machines can have.",
      grants: boundaryGrants(installation),
    });
    new CfnScheduleGroup(this, "Schedules", { name: installation.scheduleGroup });
    const lambda = trustService("lambda.amazonaws.com");
    const own = {
      dispatch: role(this, installation, "dispatch", [lambda], policies.dispatch),
      plan: role(this, installation, "plan", [lambda], policies.plan),
      reconcile: role(this, installation, "reconcile", [lambda], policies.reconcile),
      collect: role(this, installation, "collect", [lambda], policies.collect),
    };
    for (const [worker, ...of] of [
      ["planWorker", "plan"],
      ["reconcileWorker", "reconcile"],
      ["collectWorker", "collect"],
      ["askWorker", "reconcile", "collect"],
    ] as const) {
      const trust = trustForFleet(of.map((name) => iam(`role/${roles[name]}`)));
      const made = role(this, installation, worker, [trust], policies[worker]);
      for (const name of of) made.addResourceDependency(own[name]);
    }
    const schedules = {
      StringEquals: { "aws:SourceAccount": settings.account },
      ArnLike: { "aws:SourceArn": arn("scheduler", `schedule-group/${installation.scheduleGroup}`) },
    };
    role(
      this,
      installation,
      "schedule",
      [trustService("scheduler.amazonaws.com", { Condition: schedules })],
      policies.schedule,
    );

    const state = { FLEETKEEPER_BUCKET: installation.bucket, FLEETKEEPER_ACCOUNT: settings.account };
    const boundary = { FLEETKEEPER_BOUNDARY: iam(`policy/${installation.boundary}`) };
    const requeue = {
      FLEETKEEPER_SCHEDULE_GROUP: installation.scheduleGroup,
      FLEETKEEPER_SCHEDULE_ROLE: iam(`role/${roles.schedule}`),
      FLEETKEEPER_SCHEDULE_TARGET: arn("lambda", `function:${installation.functions.dispatch}`),
      FLEETKEEPER_SCHEDULE_QUEUE: arn("sqs", installation.deadLetters),
      FLEETKEEPER_TICK_SECONDS: String(settings.tickMinutes * 60),
    };
    const asks = { FLEETKEEPER_ASK_ROLE: iam(`role/${roles.askWorker}`) };
    const make = (name: FunctionName, shape: Shape) =>
      this.#function(installation, { deadLetters, codeOf: parts.codeOf }, name, shape);
    this.functions = {
      dispatch: make("dispatch", {
        memory: 256,
        timeout: Duration.minutes(1),
        role: own.dispatch,
        environment: {
          FLEETKEEPER_BUCKET: installation.bucket,
          FLEETKEEPER_ACCOUNT: settings.account,
          FLEETKEEPER_RECONCILE_FUNCTION: arn("lambda", `function:${installation.functions.reconcile}`),
        },
      }),
      plan: make("plan", {
        memory: settings.reconcileMemory,
        timeout: Duration.minutes(5),
        concurrency: 5,
        role: own.plan,
        environment: { ...state, ...boundary, FLEETKEEPER_WORKER_ROLE: iam(`role/${roles.planWorker}`) },
      }),
      reconcile: make("reconcile", {
        memory: settings.reconcileMemory,
        timeout: Duration.minutes(15),
        concurrency: settings.concurrency,
        role: own.reconcile,
        environment: {
          ...state,
          ...boundary,
          FLEETKEEPER_WORKER_ROLE: iam(`role/${roles.reconcileWorker}`),
          ...asks,
          FLEETKEEPER_COLLECT_FUNCTION: arn("lambda", `function:${installation.functions.collect}`),
          ...requeue,
        },
      }),
      collect: make("collect", {
        memory: settings.reconcileMemory,
        timeout: Duration.minutes(15),
        concurrency: 5,
        role: own.collect,
        environment: { ...state, ...requeue, ...asks, FLEETKEEPER_WORKER_ROLE: iam(`role/${roles.collectWorker}`) },
      }),
    };
    this.#triggers(installation, deadLetters);
  }

  #function(
    { functions, settings }: Installation,
    { deadLetters, codeOf }: { readonly deadLetters: IQueue; readonly codeOf: CodeOf },
    name: FunctionName,
    shape: Shape,
  ): LambdaCode {
    const id = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
    const logGroup = new LogGroup(this, `${id}Log`, {
      logGroupName: `/aws/lambda/${functions[name]}`,
      retention: settings.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const made = new LambdaCode(this, id, {
      functionName: functions[name],
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: "handler.handler",
      code: codeOf(name),
      memorySize: shape.memory,
      timeout: shape.timeout,
      role: Role.fromRoleArn(this, `${id}Execution`, shape.role.attrArn, { mutable: false }),
      environment: shape.environment,
      logGroup,
      // Who asks for a plan waits for it. And Lambda takes no queue to which the function's role may not send.
      ...(name === "plan" ? {} : { deadLetterQueue: deadLetters }),
      maxEventAge: Duration.hours(1),
      retryAttempts: name === "plan" ? 0 : 2,
      ...(shape.concurrency === undefined ? {} : { reservedConcurrentExecutions: shape.concurrency }),
    });
    return made;
  }

  #triggers({ settings, bucket }: Installation, deadLetters: IQueue): void {
    const dispatch = new LambdaFunction(this.functions.dispatch, { retryAttempts: 10, maxEventAge: Duration.hours(1) });
    new Rule(this, "Tick", {
      ruleName: `${settings.name}-tick`,
      description: "Every fleet is looked at.",
      schedule: Schedule.rate(Duration.minutes(settings.tickMinutes)),
      targets: [dispatch],
    });
    new Rule(this, "Push", {
      ruleName: `${settings.name}-push`,
      description: "A fleet's file was pushed.",
      eventPattern: {
        source: ["aws.s3"],
        detailType: ["Object Created"],
        detail: { bucket: { name: [bucket] }, object: { key: [{ wildcard: "fleets/*/desired.yaml" }] } },
      },
      targets: [dispatch],
    });
    // Off, so that what failed stays until a person has looked at it: the runbook says how to switch it on.
    this.functions.dispatch.addEventSource(new SqsEventSource(deadLetters, { enabled: false, batchSize: 10 }));
  }
}
