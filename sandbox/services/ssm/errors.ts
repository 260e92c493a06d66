import { ServiceError } from "../../service-error.ts";

/** Systems Manager answers its errors with 400; the code is the exception's name. */
export function ssmError(code: string, message: string): ServiceError {
  return new ServiceError(code, message, { status: 400 });
}

export function validation(message: string): ServiceError {
  return ssmError("ValidationException", message);
}

/** What the model's own constraints answer. */
export function constraint(value: unknown, member: string, must: string): ServiceError {
  return validation(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: Member must ${must}`,
  );
}

export function required<T>(value: T | undefined, member: string): T {
  if (value !== undefined) return value;
  throw validation(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}
