import type { S3State } from "../services/s3/state.ts";
import type { SnsState } from "../services/sns/state.ts";
import { autoScalingQuestions, type ScalingWorld } from "./autoscaling-questions.ts";
import { ec2Questions } from "./ec2-questions.ts";
import { iamQuestions } from "./iam-questions.ts";
import {
  lambdaQuestions,
  route53Questions,
  schedulerQuestions,
  snsQuestions,
  ssmQuestions,
  stsQuestions,
} from "./other-questions.ts";
import type { JudgedCall, Question } from "./question.ts";
import { s3Questions } from "./s3-questions.ts";

export interface JudgedWorld extends ScalingWorld {
  readonly s3: S3State;
  readonly sns: SnsState;
}

/** Everything that must be allowed for a call to go through. Throws for a service that it doesn't know: nothing passes unasked. */
export function questionsOf(call: JudgedCall, world: JudgedWorld): readonly Question[] {
  switch (call.service) {
    case "autoscaling":
      return autoScalingQuestions(call, world);
    case "ec2":
      return ec2Questions(call, world);
    case "iam":
      return iamQuestions(call, world.iam);
    case "s3":
      return s3Questions(call, world.s3);
    case "sns":
      return snsQuestions(call, world.sns);
    case "ssm":
      return ssmQuestions(call, world.ec2);
    case "sts":
      return stsQuestions(call);
    case "lambda":
      return lambdaQuestions(call);
    case "scheduler":
      return schedulerQuestions(call);
    case "route53":
      return route53Questions(call);
    default:
      throw new Error(`it isn't modelled what ${call.service} ${call.operation} is judged by`);
  }
}
