import type { WireRequest } from "./message.ts";
import type { OperationModel } from "./shape.ts";

/** What a request is about, once its path has been taken apart. */
export interface RestTarget {
  readonly operation: OperationModel;
  /** Decoded path labels by member name. */
  readonly labels: Readonly<Record<string, string>>;
}

interface Route {
  readonly operation: OperationModel;
  readonly method: string;
  readonly segments: readonly Segment[];
  readonly hasBucket: boolean;
  /** Query that must be there as said: `list-type=2`, or `tagging` alone. */
  readonly literals: readonly (readonly [string, string])[];
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
  /** Set only by AWS's SDKs: `x-id=GetObject`. A tie-break. */
  readonly id: string | undefined;
}

type Segment = { readonly text: string } | { readonly label: string; readonly greedy: boolean };

/**
 * Finds operations by method, path and query of their `http` traits. Where several fit (PutObject, CopyObject and
 * UploadPart all PUT a key), the one whose required query and headers are most, and present, is meant.
 * @param bucketInHost whether the operations are S3's: the bucket is the path's first segment, or in the host's name
 */
export function restRouter(
  operations: ReadonlyMap<string, OperationModel>,
  bucketInHost: boolean,
): (request: WireRequest) => RestTarget | undefined {
  const routes = new Map<string, Route[]>();
  for (const operation of operations.values()) {
    const route = routeOf(operation);
    if (route === undefined) continue;
    routes.set(route.method, [...(routes.get(route.method) ?? []), route]);
  }
  for (const list of routes.values()) list.sort((a, b) => weight(b) - weight(a));
  return (request) => {
    const { bucket, path } = bucketInHost ? splitBucket(request) : { bucket: undefined, path: request.path };
    let found: RestTarget | undefined;
    let foundWeight = -1;
    for (const route of routes.get(request.method) ?? []) {
      if (found !== undefined && weight(route) < foundWeight) break;
      if (bucketInHost && route.hasBucket !== (bucket !== undefined)) continue;
      if (!fits(route, request)) continue;
      const labels = match(route.segments, path);
      if (labels === undefined) continue;
      const target = {
        operation: route.operation,
        labels: bucket === undefined ? labels : { ...labels, Bucket: bucket },
      };
      if (found === undefined || route.id === request.query.get("x-id")?.[0]) found = target;
      foundWeight = weight(route);
    }
    return found;
  };
}

function weight(route: Route): number {
  return route.literals.length * 10 + route.requiredQuery.length + route.requiredHeaders.length;
}

function fits(route: Route, request: WireRequest): boolean {
  return (
    route.literals.every(([key, value]) => request.query.get(key)?.[0] === value) &&
    route.requiredQuery.every((key) => request.query.has(key)) &&
    route.requiredHeaders.every((name) => request.headers[name] !== undefined)
  );
}

function routeOf(operation: OperationModel): Route | undefined {
  if (operation.http === undefined) return undefined;
  const [method, template] = operation.http;
  const [path = "/", query = ""] = template.split("?");
  const pairs = [...new URLSearchParams(query)].map(([key, value]) => [key, value] as const);
  const { shape } = operation.input;
  const members = shape.type === "structure" ? shape.members : [];
  const required = members.filter((member) => member.required);
  return {
    operation,
    method,
    segments: path
      .split("/")
      .filter((part) => part !== "")
      .map((part) => {
        const label = /^\{([^}+]+)(\+?)\}$/.exec(part);
        return label === null ? { text: part } : { label: label[1] ?? "", greedy: label[2] === "+" };
      }),
    hasBucket: members.some((member) => member.name === "Bucket"),
    literals: pairs.filter(([key]) => key !== "x-id"),
    requiredQuery: required.flatMap((member) => member.traits.httpQuery ?? []),
    requiredHeaders: required.flatMap((member) => member.traits.httpHeader?.toLowerCase() ?? []),
    id: pairs.find(([key]) => key === "x-id")?.[1],
  };
}

function match(segments: readonly Segment[], path: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  let rest = path.startsWith("/") ? path.slice(1) : path;
  for (const segment of segments) {
    if (rest === "") return undefined;
    if ("label" in segment && segment.greedy) {
      labels[segment.label] = decode(rest);
      return labels;
    }
    const slash = rest.indexOf("/");
    const part = slash < 0 ? rest : rest.slice(0, slash);
    rest = slash < 0 ? "" : rest.slice(slash + 1);
    if ("label" in segment) labels[segment.label] = decode(part);
    else if (segment.text !== part) return undefined;
  }
  return rest === "" ? labels : undefined;
}

/** Virtual-hosted style: AWS's own names, and `bucket.localhost` as the SDKs build it for a local endpoint. */
const virtualHost =
  /^(.+)\.(?:s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com|s3(?:[.-][a-z0-9-]+)*\.localhost|localhost)(?::\d+)?$/;

function splitBucket(request: WireRequest): { bucket: string | undefined; path: string } {
  const host = virtualHost.exec(request.headers["host"] ?? "")?.[1];
  if (host !== undefined && host !== "s3") return { bucket: host, path: request.path };
  const rest = request.path.slice(1);
  if (rest === "") return { bucket: undefined, path: "/" };
  const slash = rest.indexOf("/");
  if (slash < 0) return { bucket: decode(rest), path: "/" };
  return { bucket: decode(rest.slice(0, slash)), path: rest.slice(slash) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
