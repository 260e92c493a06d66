import * as z from "zod/mini";
import { dockerInstallBase } from "../../desired/runners/declared-config.ts";
import { type MachineOptionName, machineOptions } from "../../desired/runners/machine-options.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import { tagsOf } from "./surroundings.ts";

/** `MachineOptions` as typed fields, and what is left as further options. */
export function importOptions(options: readonly string[]): {
  readonly fields: JsonObject;
  readonly rest: readonly string[];
} {
  const fields: Record<string, Json> = {};
  const rest: string[] = [];
  const byOption = new Map((Object.keys(machineOptions) as MachineOptionName[]).map((name) => [keyOf(name), name]));
  const counts = new Map<string, number>();
  for (const option of options) counts.set(splitOption(option).key, (counts.get(splitOption(option).key) ?? 0) + 1);
  for (const option of options) {
    const { key, value } = splitOption(option);
    const name = byOption.get(key);
    const field = name === undefined ? undefined : fieldOf(name, value, fields[name], counts.get(key) ?? 1);
    if (name === undefined || field === undefined) rest.push(option);
    else fields[name] = field;
  }
  return { fields, rest };
}

function keyOf(name: MachineOptionName): string {
  return machineOptions[name].option;
}

function splitOption(option: string): { readonly key: string; readonly value: string } {
  const at = option.indexOf("=");
  return at < 0 ? { key: option, value: "true" } : { key: option.slice(0, at), value: option.slice(at + 1) };
}

function fieldOf(name: MachineOptionName, value: string, before: Json | undefined, count: number): Json | undefined {
  const field = machineOptions[name];
  if (field.kind !== "list" && count > 1) return undefined;
  const json = jsonForm(name, value, before);
  return json !== undefined && z.safeParse(field.schema, json).success ? json : undefined;
}

function jsonForm(name: MachineOptionName, value: string, before: Json | undefined): Json | undefined {
  const { kind } = machineOptions[name];
  switch (kind) {
    case "list":
      return [...(Array.isArray(before) ? before : []), value];
    case "switch":
      return value === "true" ? true : value === "false" ? false : undefined;
    case "number":
      return /^\d+$/.test(value) ? Number(value) : undefined;
    case "tags":
      return value.split(",").length % 2 === 0 ? tagsOf(value) : undefined;
    case "image":
      return { id: value };
    case "dockerVersion":
      return value.startsWith(dockerInstallBase) && value.endsWith(".sh")
        ? value.slice(dockerInstallBase.length, -".sh".length)
        : undefined;
    case "text":
      return name === "spotPrice" && value === "" ? "on-demand" : value;
  }
}
