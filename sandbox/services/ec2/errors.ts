import { ServiceError } from "../../service-error.ts";

/**
 * EC2's errors by their codes; most are 400.
 * Source: "Error codes for the Amazon EC2 API" (AWSEC2/latest/APIReference/errors-overview.html).
 */
const STATUS: Readonly<Record<string, number>> = {
  DryRunOperation: 412,
  UnauthorizedOperation: 403,
  InsufficientInstanceCapacity: 500,
  InternalError: 500,
  RequestLimitExceeded: 503,
  Unavailable: 503,
};

export function ec2Error(code: string, message: string): ServiceError {
  return new ServiceError(code, message, { status: STATUS[code] ?? 400 });
}

export function missingParameter(name: string): ServiceError {
  return ec2Error("MissingParameter", `The request must contain the parameter ${name}`);
}

export function invalidValue(value: unknown, parameter: string, why: string): ServiceError {
  return ec2Error("InvalidParameterValue", `Value (${String(value)}) for parameter ${parameter} is invalid. ${why}`);
}

/** The value, or EC2's MissingParameter error naming it. An empty string counts as missing, as it does for EC2. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === "") throw missingParameter(name);
  return value;
}
