import type { FailureClass } from "../engine/failure.ts";

export type ErrorKind =
  | "NotFound"
  | "BucketMissing"
  | "AlreadyThere"
  | "InUse"
  | "Conflict"
  | "ConditionFailed"
  | "WriteRace"
  | "Throttled"
  | "AccessDenied"
  | "CredentialsMissing"
  | "CredentialsExpired"
  | "CredentialsInvalid"
  | "ClockSkew"
  | "WrongRegion"
  | "RegionDisabled"
  | "LimitExceeded"
  | "NoCapacity"
  | "DryRunOnly"
  | "RequestRefused";

export interface ErrorRule {
  readonly kind: ErrorKind;
  /** Matches the whole code. */
  readonly codes: RegExp;
  /** Where one code means several things, what the message says. */
  readonly message?: RegExp;
  readonly class: FailureClass;
  readonly hint: (message: string, bucketRegion: string | undefined) => string | undefined;
}

/** No connection was made, or no host found: nothing was sent. Node's system errors. */
export const unsentCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** The connection broke: what was sent may have arrived. And those of {@link unsentCodes}. */
export const connectionCodes: ReadonlySet<string> = new Set([
  ...unsentCodes,
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
]);

const anyHint = (text: string) => () => text;
const noHint = () => undefined;

/**
 * The first rule that fits wins. Codes from the API references' error pages:
 * EC2 https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
 * S3 https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
 * IAM and STS https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and each operation's page,
 * SNS https://docs.aws.amazon.com/sns/latest/api/API_Publish.html.
 */
export const errorRules: readonly ErrorRule[] = [
  {
    kind: "Throttled",
    codes: whole(
      "Throttling|ThrottlingException|ThrottledException|RequestThrottled|RequestThrottledException|RequestLimitExceeded|TooManyRequestsException|SlowDown|BandwidthLimitExceeded|EC2ThrottledException|PriorRequestNotComplete|Throttled|KMSThrottling|KMSThrottlingException",
    ),
    class: "retry",
    hint: anyHint("AWS limits the rate of calls in this account and region; it is tried again later."),
  },
  {
    kind: "BucketMissing",
    codes: whole("NoSuchBucket"),
    class: "terminal",
    hint: anyHint(
      "The bucket doesn't exist in this account. Check its name (--bucket, FLEETKEEPER_BUCKET) and the region, or make it first.",
    ),
  },
  {
    kind: "NotFound",
    codes: whole(
      "NoSuchKey|NoSuchEntity|NoSuchEntityException|NotFound|NoSuchUpload|NoSuchVersion|ParameterNotFound|ParameterVersionNotFound|InvalidDocument|InvocationDoesNotExist|" +
        "NoSuchTagSet|NoSuchTagSetError|NoSuchBucketPolicy|NoSuchLifecycleConfiguration|NoSuchPublicAccessBlockConfiguration|OwnershipControlsNotFoundError|" +
        "ServerSideEncryptionConfigurationNotFoundError|NoSuchConfiguration|NoSuchCORSConfiguration|ReplicationConfigurationNotFoundError|" +
        "Invalid[A-Za-z]+\\.NotFound|InvalidLaunchTemplateName\\.NotFoundException|InvalidLaunchTemplateId\\.VersionNotFound|ResourceNotFoundException|NotFoundException",
    ),
    class: "terminal",
    hint: noHint,
  },
  {
    // Auto Scaling has no code of its own for it.
    kind: "NotFound",
    codes: whole("ValidationError"),
    message: /AutoScalingGroup name not found|No managed instance found/,
    class: "terminal",
    hint: noHint,
  },
  {
    kind: "AlreadyThere",
    codes: whole(
      "EntityAlreadyExists|EntityAlreadyExistsException|BucketAlreadyOwnedByYou|BucketAlreadyExists|ParameterAlreadyExists|AlreadyExistsException|AlreadyExists|AlreadyExistsFault|Invalid[A-Za-z]+\\.Duplicate|" +
        "Invalid[A-Za-z]+\\.AlreadyExists|Resource\\.AlreadyAssociated|InvalidLaunchTemplateName\\.AlreadyExistsException",
    ),
    class: "terminal",
    hint: anyHint(
      "Something of that name exists already: rename yours, or set `adopt: true` if it is meant to be this fleet's.",
    ),
  },
  {
    kind: "InUse",
    codes: whole(
      "DependencyViolation|DeleteConflict|DeleteConflictException|BucketNotEmpty|ResourceInUse|ResourceInUseFault|Invalid[A-Za-z]+\\.InUse|[A-Za-z]+InUse",
    ),
    class: "retry",
    hint: anyHint("Something else still uses it; it is tried again once that is gone."),
  },
  { kind: "WriteRace", codes: whole("ConditionalRequestConflict"), class: "retry", hint: noHint },
  {
    kind: "ConditionFailed",
    codes: whole("PreconditionFailed"),
    class: "retry",
    hint: noHint,
  },
  {
    kind: "Conflict",
    codes: whole(
      "ConcurrentModification|ConcurrentModificationException|OperationAborted|ConflictException|EntityTemporarilyUnmodifiable|EntityTemporarilyUnmodifiableException|IncorrectState|IncorrectInstanceState|IncorrectSpotRequestState|TransactionInProgressException|ResourceContention|ResourceContentionFault|ScalingActivityInProgress|ScalingActivityInProgressFault",
    ),
    class: "retry",
    hint: anyHint("Another change of the same thing is under way; it is tried again."),
  },
  {
    kind: "CredentialsMissing",
    codes: whole(
      "CredentialsProviderError|TokenProviderError|ProviderError|MissingAuthenticationToken|MissingAuthenticationTokenException",
    ),
    class: "retry",
    hint: anyHint(
      "No AWS credentials were found. Log in (aws sso login), set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    ),
  },
  {
    kind: "CredentialsExpired",
    codes: whole("ExpiredToken|ExpiredTokenException|TokenRefreshRequired|RequestExpiredToken"),
    class: "retry",
    hint: anyHint("The AWS session has expired: log in again and repeat the command."),
  },
  {
    kind: "ClockSkew",
    codes: whole(
      "RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure",
    ),
    message: /skew|too large|not yet current|expired|in the future|time/i,
    class: "retry",
    hint: anyHint("This machine's clock is wrong by more than AWS accepts: set it (NTP) and repeat the command."),
  },
  {
    kind: "CredentialsInvalid",
    codes: whole(
      "InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure|InvalidToken|InvalidSecurity|IncompleteSignature|RequestTimeTooSkewed|RequestExpired|RequestInTheFuture",
    ),
    class: "retry",
    hint: anyHint(
      "AWS doesn't accept these credentials: check the access key, its secret and, for temporary ones, the session token.",
    ),
  },
  {
    kind: "AccessDenied",
    codes: whole(
      "AccessDenied|AccessDeniedException|UnauthorizedOperation|UnauthorizedAccess|Client\\.UnauthorizedOperation|AuthorizationError|NotAuthorized|AllAccessDisabled|AccountProblem|KMS\\.AccessDeniedException|KMSAccessDenied|KMSAccessDeniedException",
    ),
    class: "terminal",
    hint: deniedHint,
  },
  {
    kind: "WrongRegion",
    codes: whole(
      "PermanentRedirect|AuthorizationHeaderMalformed|TemporaryRedirect|Redirect|IllegalLocationConstraintException|301|307",
    ),
    class: "terminal",
    hint: (message, bucketRegion) => {
      const expected = bucketRegion ?? /expecting '([a-z0-9-]+)'/.exec(message)?.[1];
      return expected === undefined
        ? "The bucket is in another region: give the region that it is in (--region, AWS_REGION)."
        : `The bucket is in ${expected}: use --region ${expected}, or the bucket of the fleet's own region.`;
    },
  },
  {
    kind: "RegionDisabled",
    codes: whole("OptInRequired|RegionDisabledException|InvalidRegion|UnknownEndpoint|SubscriptionRequiredException"),
    class: "terminal",
    hint: anyHint(
      "The region, or the product's subscription, isn't enabled in this account: enable it, or take another.",
    ),
  },
  {
    kind: "NoCapacity",
    codes: whole(
      "Insufficient[A-Za-z]*Capacity|SpotMaxPriceTooLow|InsufficientFreeAddressesInSubnet|InsufficientAddressCapacity|UnfulfillableCapacity",
    ),
    class: "retry",
    hint: anyHint("AWS has no capacity of that type now: allow more zones or instance types if it stays."),
  },
  {
    kind: "LimitExceeded",
    codes: whole(
      "LimitExceeded|LimitExceededException|LimitExceededFault|TooManyBuckets|[A-Za-z]+LimitExceeded|[A-Za-z]+\\.LimitExceeded|MaxSpotInstanceCountExceeded|ParameterLimitExceeded",
    ),
    class: "terminal",
    hint: anyHint("A quota of the account is used up: raise it in Service Quotas, or remove what isn't needed."),
  },
  { kind: "DryRunOnly", codes: whole("DryRunOperation"), class: "terminal", hint: noHint },
  {
    kind: "RequestRefused",
    codes: whole(
      "Invalid[A-Za-z.]*|Malformed[A-Za-z.]*|Validation[A-Za-z]*|Missing[A-Za-z]*|Unsupported[A-Za-z]*|IdempotentParameterMismatch|Unmodifiable[A-Za-z]*|OperationNotPermitted|VolumeInUse|KeyTooLongError|EntityTooLarge|MetadataTooLarge|MethodNotAllowed|NotImplemented",
    ),
    class: "terminal",
    hint: anyHint("AWS refused the request's values: correct the field that the message names."),
  },
];

/** Names action and principal where AWS says them. The message's form: "User: ARN is not authorized to perform: ACTION on resource: ARN because ...". */
function deniedHint(message: string): string {
  const action = /not authorized to perform:? ([A-Za-z0-9-]+:[A-Za-z0-9*]+)/.exec(message)?.[1];
  const principal = /User: (arn:\S+)/.exec(message)?.[1];
  const resource = /on resource: "?([^\s"]+?)"?(?:[,.]?\s|[,.]?$)/.exec(message)?.[1];
  const why = /because (.+?)(?:\. |\.?$)/.exec(message)?.[1];
  if (action === undefined) return "The caller's policies don't allow the call: allow the action that was being done.";
  const parts = [`Allow ${action}`];
  if (resource !== undefined) parts.push(`on ${resource}`);
  if (principal !== undefined) parts.push(`for ${principal}`);
  return `${parts.join(" ")}${why === undefined ? "" : ` (${why})`}.`;
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}
