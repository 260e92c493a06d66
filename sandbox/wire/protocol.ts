import type { ServiceError } from "../service-error.ts";
import type { WireRequest, WireResponse } from "./message.ts";
import type { OperationModel } from "./shape.ts";

export type Input = Readonly<Record<string, unknown>>;

/** How one protocol says requests and answers. Throws a ServiceError for a request that it can't read. */
export interface Protocol {
  /** Which operation a request asks for, or undefined. */
  route(request: WireRequest): OperationModel | undefined;
  input(operation: OperationModel, request: WireRequest): Input;
  success(operation: OperationModel, output: Input, requestId: string): WireResponse;
  failure(error: ServiceError, requestId: string, request: WireRequest): WireResponse;
}
