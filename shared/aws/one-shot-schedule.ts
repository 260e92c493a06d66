import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  SchedulerClient,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { Failure } from "../engine/failure.ts";
import type { JsonObject } from "../engine/json.ts";
import { isConflict, isNotFound, toFailure } from "./classify.ts";
import { type AwsConfig, writerClient } from "./clients.ts";

export interface OneShotOptions {
  /** Group of schedules, made beforehand. */
  readonly group: string;
  /** By which the scheduler invokes the target. */
  readonly roleArn: string;
  readonly targetArn: string;
  /** Queue for what could not be delivered. */
  readonly deadLetterArn: string;
}

export interface OneShotSchedules {
  /** One schedule a name: a later call moves it. @param at epoch milliseconds; precise to a minute */
  set(name: string, at: number, payload: JsonObject): Promise<void>;
}

const mostTries = 3;

/**
 * EventBridge schedules that fire once and delete themselves
 * (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time).
 */
export function oneShotSchedules(config: AwsConfig, options: OneShotOptions): OneShotSchedules {
  const client = writerClient(
    config,
    (settings) => new SchedulerClient(settings),
    () => undefined,
  );
  return {
    async set(name, at, payload) {
      const input = inputOf(name, at, payload, options);
      // It may be there from an earlier run, and fire, and so vanish, between any two calls.
      for (let tries = 0; tries < mostTries; tries += 1) {
        if (await done(() => client.send(new CreateScheduleCommand(input)), isConflict, name)) return;
        if (await done(() => client.send(new UpdateScheduleCommand(input)), isNotFound, name)) return;
      }
      throw new Failure({ code: "ScheduleContended", class: "retry", message: `schedule ${name} came and went` });
    },
  };
}

async function done(
  call: () => Promise<unknown>,
  isNotYet: (error: unknown) => boolean,
  name: string,
): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (isNotYet(error)) return false;
    throw toFailure(error, `scheduling the next run of ${name}`);
  }
}

function inputOf(name: string, at: number, payload: JsonObject, options: OneShotOptions): CreateScheduleCommandInput {
  const { group, roleArn, targetArn, deadLetterArn } = options;
  return {
    Name: name,
    GroupName: group,
    ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: "UTC",
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "DELETE",
    Target: {
      Arn: targetArn,
      RoleArn: roleArn,
      Input: JSON.stringify(payload),
      DeadLetterConfig: { Arn: deadLetterArn },
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 600 },
    },
  };
}
