import type { Hosts } from "./hosts/hosts.ts";
import { Sandbox, type SandboxOptions } from "./sandbox.ts";
import type { Service } from "./service.ts";
import { autoScalingService } from "./services/autoscaling/service.ts";
import { settleGroupsOf } from "./services/autoscaling/settle.ts";
import type { Disks } from "./services/ec2/disks.ts";
import { ec2Service } from "./services/ec2/service.ts";
import { iamService } from "./services/iam/service.ts";
import type { FunctionCode } from "./services/lambda/delivery.ts";
import { lambdaService } from "./services/lambda/service.ts";
import { route53Service } from "./services/route53/service.ts";
import { s3Service } from "./services/s3/service.ts";
import { schedulerService } from "./services/scheduler/service.ts";
import { snsService } from "./services/sns/service.ts";
import { type SsmOptions, ssmService } from "./services/ssm/service.ts";
import { stsService } from "./services/sts/service.ts";
import { callerOfSession, STS_STATE } from "./services/sts/sessions.ts";

export interface AwsServicesOptions {
  readonly ssm?: SsmOptions;
  /** What keeps the content of volumes. */
  readonly disks?: Disks;
  /** What Lambda functions do. Without it they can be invoked asynchronously only. */
  readonly functions?: (name: string) => FunctionCode;
}

/** Every service that the embedded AWS has, as quick and as consistent as they come. */
export function awsServices(options: AwsServicesOptions = {}): readonly Service[] {
  return [
    autoScalingService(),
    ec2Service(undefined, settleGroupsOf, options.disks),
    iamService(),
    lambdaService(options.functions),
    route53Service(),
    s3Service(),
    schedulerService(),
    snsService(),
    ssmService(options.ssm),
    stsService(),
  ];
}

/**
 * The embedded AWS, with temporary credentials known to the sessions that STS gave them to.
 * @param options hosts: they run the documents that are sent to instances; without them commands are only recorded
 */
export function createSandbox(
  options: Omit<SandboxOptions, "services"> & { readonly services?: readonly Service[]; readonly hosts?: Hosts },
): Sandbox {
  const { hosts } = options;
  const sandbox: Sandbox = new Sandbox({
    services: awsServices(hosts === undefined ? {} : { ssm: { runner: hosts }, disks: hosts }),
    callerOf: (scope) => callerOfSession(sandbox.state(STS_STATE), scope, options.clock.now()),
    ...options,
  });
  hosts?.attach(sandbox);
  return sandbox;
}
