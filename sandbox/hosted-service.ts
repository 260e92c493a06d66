import type { Service, UntypedOperation } from "./service.ts";
import { notImplemented, ServiceError } from "./service-error.ts";
import { awsJsonProtocol } from "./wire/aws-json.ts";
import type { WireRequest } from "./wire/message.ts";
import type { Input, Protocol } from "./wire/protocol.ts";
import { queryProtocol } from "./wire/query.ts";
import { restJsonProtocol } from "./wire/rest-json.ts";
import { restXmlProtocol } from "./wire/rest-xml.ts";
import { type OperationModel, operationsOf } from "./wire/shape.ts";

export type Access = "read" | "write";

/** A call, understood: which operation, with what input. */
export interface Routed {
  readonly operation: OperationModel;
  readonly access: Access;
  readonly input: Input;
  /** Undefined where the service doesn't model it. */
  readonly run: UntypedOperation | undefined;
}

/** A service with its protocol: from a request to an operation and its input. */
export class HostedService {
  readonly service: Service;
  readonly protocol: Protocol;

  constructor(service: Service) {
    this.service = service;
    this.protocol = protocolOf(service);
  }

  /** Throws a ServiceError for a request that names no operation, or one that can't be read. */
  route(request: WireRequest): Routed {
    const operation = this.protocol.route(request);
    if (operation === undefined) {
      throw unknownOperation(this.service);
    }
    const run = Object.hasOwn(this.service.operations, operation.name)
      ? this.service.operations[operation.name]
      : undefined;
    const input = this.protocol.input(operation, request);
    return { operation, access: this.accessOf(operation.name), input, run };
  }

  accessOf(operation: string): Access {
    if (/^(Get|List|Describe|Head)/.test(operation)) return "read";
    return this.service.reads?.includes(operation) === true ? "read" : "write";
  }

  unmodelled(operation: string): ServiceError {
    return notImplemented(this.service.name, operation);
  }
}

/** As each protocol says that it has no such operation. */
function unknownOperation({ name, protocol }: Service): ServiceError {
  const message = `The sandbox knows no such operation of ${name}.`;
  if (protocol === "restXml" || protocol === "restJson1")
    return new ServiceError("MethodNotAllowed", message, { status: 405 });
  if (protocol === "awsQuery" || protocol === "ec2Query") return new ServiceError("InvalidAction", message);
  return new ServiceError("UnknownOperationException", message);
}

/** Clients are walked once a process, however many sandboxes there are. */
const protocols = new WeakMap<object, Protocol>();

function protocolOf(service: Service): Protocol {
  const known = protocols.get(service.client);
  if (known !== undefined) return known;
  const protocol = makeProtocol(service);
  protocols.set(service.client, protocol);
  return protocol;
}

function makeProtocol(service: Service): Protocol {
  const operations = operationsOf(service.client);
  const xmlNamespace = service.xmlNamespace ?? "";
  switch (service.protocol) {
    case "ec2Query":
      return queryProtocol(operations, { ec2: true, xmlNamespace });
    case "awsQuery":
      return queryProtocol(operations, { ec2: false, xmlNamespace });
    case "restXml":
      return restXmlProtocol(operations, { s3: service.name === "s3", xmlNamespace });
    case "awsJson1_0":
      return awsJsonProtocol(operations, "1.0");
    case "awsJson1_1":
      return awsJsonProtocol(operations, "1.1");
    case "restJson1":
      return restJsonProtocol(operations);
  }
}
