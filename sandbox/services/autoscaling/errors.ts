import { ServiceError } from "../../service-error.ts";

/** Wire codes and statuses from the `awsQueryError` traits of the SDK's schemas. */
const STATUS: Readonly<Record<string, number>> = { ResourceContention: 500, ServiceLinkedRoleFailure: 500 };

export function scalingError(code: string, message: string): ServiceError {
  return new ServiceError(code, message, { status: STATUS[code] ?? 400 });
}

export function invalid(message: string): ServiceError {
  return scalingError("ValidationError", message);
}

export function required<Value>(value: Value | undefined, member: string): Value {
  if (value !== undefined && value !== "") return value;
  throw invalid(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}
