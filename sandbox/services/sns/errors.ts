import { ServiceError } from "../../service-error.ts";

/*
 * SNS's wire codes lack the `Exception` of the SDK's names; statuses are those of each operation's page of the API reference.
 */

export function invalidParameter(what: string): ServiceError {
  return new ServiceError("InvalidParameter", `Invalid parameter: ${what}`);
}

export function topicMissing(): ServiceError {
  return new ServiceError("NotFound", "Topic does not exist", { status: 404 });
}

/** What tagging says of a topic that isn't there. */
export function resourceMissing(): ServiceError {
  return new ServiceError("ResourceNotFound", "Resource does not exist", { status: 404 });
}

export function notAuthorized(caller: string, action: string, resource: string): ServiceError {
  return new ServiceError(
    "AuthorizationError",
    `User: ${caller} is not authorized to perform: SNS:${action} on resource: ${resource} because no resource-based policy allows the SNS:${action} action`,
    { status: 403 },
  );
}

export function notModelled(what: string): ServiceError {
  return new ServiceError("NotImplemented", `The sandbox doesn't model ${what}.`, { status: 501 });
}
