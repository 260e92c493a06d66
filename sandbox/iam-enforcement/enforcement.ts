import type { AuthorizedCall, Sandbox } from "../sandbox.ts";
import { ServiceError } from "../service-error.ts";
import { autoScalingStateKey } from "../services/autoscaling/state.ts";
import { LAUNCH_TEMPLATES } from "../services/ec2/launch-template-state.ts";
import { ec2StateKey } from "../services/ec2/service.ts";
import { iamArn } from "../services/iam/context.ts";
import { iamStateKey } from "../services/iam/service.ts";
import { type IamState, nameKey } from "../services/iam/state.ts";
import { s3State } from "../services/s3/state.ts";
import { SNS_STATE } from "../services/sns/state.ts";
import { STS_STATE } from "../services/sts/sessions.ts";
import type { SessionRecord } from "../services/sts/state.ts";
import { type Decision, evaluate, type NamedPolicy, type Principal, parsePolicy } from "./evaluate.ts";
import { requestOf } from "./question.ts";
import { questionsOf } from "./questions.ts";

/** One answer that enforcement gave. */
export interface Judgement {
  /** Name of the role behind the session. */
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly decision: Decision;
}

/**
 * IAM, enforced: what a role's session asks for is judged by the role's policies as they are in the embedded IAM. Other
 * callers, the account's root user and keys that nobody made, may do everything.
 */
export class IamEnforcement {
  readonly judgements: Judgement[] = [];
  #sandbox: Sandbox | undefined;

  /** To be called once the sandbox is there, which is made with {@link authorize}. */
  attach(sandbox: Sandbox): void {
    this.#sandbox = sandbox;
  }

  readonly authorize = (call: AuthorizedCall): void => {
    const sandbox = this.#sandbox;
    const session = sandbox?.state(STS_STATE).sessions[call.caller.accessKeyId];
    if (sandbox === undefined || session === undefined) return;
    const iam = sandbox.state(iamStateKey());
    const principal = principalOf(session, iam);
    const judged = {
      service: call.service,
      operation: call.operation.name,
      input: call.input,
      region: call.region,
      account: sandbox.account,
      partition: "aws",
    };
    const world = {
      iam,
      ec2: sandbox.state(ec2StateKey(), call.region),
      templates: sandbox.state(LAUNCH_TEMPLATES, call.region),
      scaling: sandbox.state(autoScalingStateKey(), call.region),
      s3: sandbox.state(s3State),
      sns: sandbox.state(SNS_STATE, call.region),
    };
    for (const question of questionsOf(judged, world)) {
      const decision = evaluate(principal, requestOf(question, sharedContext(session, iam, call.region)));
      const { action, resource } = question;
      this.judgements.push({ role: session.roleName, action, resource, decision });
      if (!decision.allowed) throw refusal(call.service, session, action, resource, decision.why);
    }
  };
}

function principalOf(session: SessionRecord, iam: IamState): Principal {
  const role = iam.roles[nameKey(session.roleName)];
  if (role === undefined) return { policies: [], limits: [] };
  const managed = (arn: string): NamedPolicy[] => {
    const record = iam.policies[nameKey(arn.slice(arn.lastIndexOf("/") + 1))];
    const version = record?.versions.find(({ versionId }) => versionId === record.defaultVersionId);
    return version === undefined ? [] : [parsePolicy(record?.policyName ?? arn, version.document)];
  };
  const boundary = role.permissionsBoundary;
  return {
    policies: [
      ...role.inlinePolicies.map(({ name, document }) => parsePolicy(name, document)),
      ...role.attachedPolicies.flatMap(managed),
    ],
    limits: [
      // One that is gone allows nothing.
      ...(boundary === undefined ? [] : [managed(boundary)[0] ?? { name: boundary, statements: [] }]),
      ...(session.policy === undefined ? [] : [parsePolicy("session", session.policy)]),
    ],
  };
}

function sharedContext(session: SessionRecord, iam: IamState, region: string): Record<string, string> {
  const role = iam.roles[nameKey(session.roleName)];
  const tags = [...(role?.tags ?? []), ...session.tags];
  return {
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:PrincipalTag/${Key}`, Value])),
    "aws:PrincipalArn":
      role === undefined
        ? session.roleArn
        : iamArn({ partition: "aws", account: session.account }, "role", role.path, role.roleName),
    "aws:RequestedRegion": region,
    "aws:SecureTransport": "true",
    "ec2:Region": region,
  };
}

/** As each service words it. */
function refusal(service: string, { arn }: SessionRecord, action: string, resource: string, why: string): ServiceError {
  const message = `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} (${why})`;
  switch (service) {
    case "ec2":
      return new ServiceError("UnauthorizedOperation", `You are not authorized to perform this operation. ${message}`, {
        status: 403,
      });
    case "autoscaling":
    case "iam":
    case "s3":
    case "sts":
    case "route53":
      return new ServiceError("AccessDenied", message, { status: 403 });
    case "sns":
      return new ServiceError("AuthorizationError", message, { status: 403 });
    default:
      return new ServiceError("AccessDeniedException", message, { status: service === "ssm" ? 400 : 403 });
  }
}
