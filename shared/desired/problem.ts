/** Where in the file's data: `["spec", "network", "allowedCidrs", 0]`. Empty is the whole file. */
export type Path = readonly (string | number)[];

/** `error` refuses the file; `warning` is what is allowed but likely regretted. */
export type Severity = "error" | "warning";

/** Something wrong with the data, before it is known where in the text that is. What schemas and checks return. */
export interface Finding {
  readonly severity: Severity;
  readonly path: Path;
  /** Whether the key or the value is to blame. Default: the value. */
  readonly at?: "key" | "value";
  /** What is wrong, as a clause without a full stop: "host bits are set". Never a secret's value. */
  readonly message: string;
  /** "10.0.0.0/24", "one of Retain, Delete", "a duration such as 15m". */
  readonly expected?: string;
  /** What stands there instead, shortened. Left out where it may be a secret. */
  readonly got?: string;
  /** What to do or why, as a sentence. */
  readonly hint?: string;
}

/** A finding with its place in the text. */
export interface Problem extends Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** In UTF-16 units, from 1. */
  readonly column: number;
  /** The line without its end, in part where it is long, with what may be a secret starred out. */
  readonly source: string;
  /** Where in `source` the place is, from 0. */
  readonly caret: number;
  /** How many characters the place spans, at least 1. */
  readonly length: number;
  /** Where the value came here by an alias or a merge key: the line of that. */
  readonly usedAt?: number;
}

/** `spec.network.allowedCidrs[0]`; a key that isn't a plain word stands in brackets and quotes. */
export function pathText(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^[\w-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}
