import type { CreateScheduleCommandInput } from "@aws-sdk/client-scheduler";
import * as client from "@aws-sdk/client-scheduler";
import { defineService, type Service, type ServiceContext } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import { SCHEDULER_STATE, type ScheduleRecord, type SchedulerState } from "./state.ts";

type Context = ServiceContext<SchedulerState>;

/**
 * EventBridge Scheduler: schedules that fire once. Others than `at(...)` in UTC are refused as not modelled.
 * @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 */
export function schedulerService(): Service {
  return defineService<typeof client>()({
    name: "scheduler",
    protocol: "restJson1",
    client,
    state: SCHEDULER_STATE,
    operations: {
      CreateSchedule(input, context) {
        const record = recordOf(input, context);
        const key = keyOf(record.group, record.name);
        if (Object.hasOwn(context.state.schedules, key)) {
          throw new ServiceError("ConflictException", `Schedule ${record.name} already exists.`, { status: 409 });
        }
        context.state.schedules[key] = record;
        return { ScheduleArn: arnOf(record, context) };
      },
      UpdateSchedule(input, context) {
        const record = recordOf(input, context);
        found(record.group, record.name, context);
        context.state.schedules[keyOf(record.group, record.name)] = record;
        return { ScheduleArn: arnOf(record, context) };
      },
      GetSchedule({ GroupName, Name }, context) {
        const record = found(GroupName ?? "default", Name ?? "", context);
        return {
          Arn: arnOf(record, context),
          GroupName: record.group,
          Name: record.name,
          ScheduleExpression: record.expression,
          Target: { Arn: record.targetArn, RoleArn: record.roleArn, Input: record.input },
        };
      },
      DeleteSchedule({ GroupName, Name }, context) {
        const record = found(GroupName ?? "default", Name ?? "", context);
        delete context.state.schedules[keyOf(record.group, record.name)];
        return {};
      },
    },
    throttle: { code: "ThrottlingException", status: 429 },
  });
}

function recordOf(input: CreateScheduleCommandInput, { state }: Context): ScheduleRecord {
  const group = input.GroupName ?? "default";
  const name = input.Name ?? "";
  if (!/^[0-9A-Za-z_.-]{1,64}$/.test(name)) throw invalid("Invalid schedule name.");
  if (!Object.hasOwn(state.groups, group)) {
    throw new ServiceError("ResourceNotFoundException", `Schedule group ${group} does not exist.`, { status: 404 });
  }
  const expression = input.ScheduleExpression ?? "";
  const at = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression)?.[1];
  if (at === undefined || (input.ScheduleExpressionTimezone ?? "UTC") !== "UTC") {
    throw new ServiceError("NotImplemented", "The sandbox models one-time schedules in UTC.", { status: 501 });
  }
  if (input.FlexibleTimeWindow?.Mode !== "OFF") {
    throw new ServiceError("NotImplemented", "The sandbox models no flexible time windows.", { status: 501 });
  }
  const { Arn, RoleArn, Input } = input.Target ?? {};
  if (Arn === undefined || RoleArn === undefined) throw invalid("A target needs an ARN and a role.");
  return {
    group,
    name,
    expression,
    at: Date.parse(`${at}Z`),
    deleteAfter: input.ActionAfterCompletion === "DELETE",
    targetArn: Arn,
    roleArn: RoleArn,
    input: Input ?? "{}",
  };
}

function found(group: string, name: string, { state }: Context): ScheduleRecord {
  const record = state.schedules[keyOf(group, name)];
  if (record !== undefined) return record;
  throw new ServiceError("ResourceNotFoundException", `Schedule ${name} does not exist.`, { status: 404 });
}

function arnOf({ group, name }: ScheduleRecord, { partition, region, account }: Context): string {
  return `arn:${partition}:scheduler:${region}:${account}:schedule/${group}/${name}`;
}

function keyOf(group: string, name: string): string {
  return `${group}/${name}`;
}

function invalid(message: string): ServiceError {
  return new ServiceError("ValidationException", message);
}
