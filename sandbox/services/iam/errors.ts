import { ServiceError } from "../../service-error.ts";

/** HTTP statuses of IAM's wire codes, from the `awsQueryError` traits of the SDK's schemas. Others are 400. */
const STATUS: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  ConcurrentModification: 409,
  DeleteConflict: 409,
  EntityAlreadyExists: 409,
  LimitExceeded: 409,
  NoSuchEntity: 404,
};

export function iamError(code: string, message: string): ServiceError {
  return new ServiceError(code, message, { status: STATUS[code] ?? 400 });
}

/** What the model's own constraints (length, range, pattern) answer. */
export function constraint(value: unknown, member: string, must: string): ServiceError {
  return iamError(
    "ValidationError",
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: Member must ${must}`,
  );
}

export function required<T>(value: T | undefined, member: string): T {
  if (value === undefined) {
    throw iamError(
      "ValidationError",
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  }
  return value;
}

export function malformed(message: string): ServiceError {
  return iamError("MalformedPolicyDocument", message);
}
