import { parse as parseYaml } from "yaml";
import type { Fleet } from "../../shared/desired/fleet.ts";
import type { Json } from "../../shared/engine/json.ts";
import { stackPaths } from "../../shared/resources/common/stack-files.ts";
import { type RunnerDesired, runnerDesired } from "../../shared/resources/runner/desired.ts";
import { renderConfig } from "../../shared/resources/runner/render.ts";
import { parseToml, renderToml } from "../../shared/resources/runner/toml.ts";
import { type FileDesired, stackDesired } from "../../shared/resources/stack/desired.ts";
import { readSettings } from "./ruby-reader.ts";

/** Every file that the services of a fleet are made of, as write-files gets them. */
export function filesOf(fleet: Fleet): readonly FileDesired[] {
  return [...stackDesired(fleet).values()].flatMap((desired) => (desired.type === "files" ? desired.files : []));
}

/**
 * All that the host gets of a file, as the programs there read it: YAML, JSON, TOML and Ruby as values, the rest as text.
 * Throws where one of them is not of its language. Digests of other files are left out.
 */
export function hostReadings(fleet: Fleet): Readonly<Record<string, Json>> {
  const readings: Record<string, Json> = {};
  for (const { path, content } of filesOf(fleet)) readings[path] = reading(path, content);
  const { runners } = fleet.spec;
  if (runners !== undefined) {
    const context = { fleetName: fleet.metadata.name, gitlabUrl: fleet.spec.host?.externalUrl ?? "" };
    readings["config.toml"] = parseToml(renderToml(renderConfig(runners, context))) as Json;
    readings["registrations"] = [...runnerDesired(fleet).values()].map(registration);
  }
  return readings;
}

/** Tags by name: they have no order. */
function registration(desired: RunnerDesired): Json {
  if (desired.type !== "section") return desired.type;
  const { tag_list, ...attributes } = desired.attributes;
  const tags = Object.fromEntries(tag_list.map((tag) => [tag, true]));
  return { section: desired.section, ...attributes, tags };
}

function reading(path: string, content: string): Json {
  if (path === stackPaths.omnibus) return readSettings(content);
  if (path === stackPaths.compose) return composeReading(content);
  if (/\.ya?ml$/.test(path)) return parseYaml(content) as Json;
  if (path.endsWith(".json")) return JSON.parse(content) as Json;
  return content;
}

/** As docker compose reads it: two dollars are one; a single one begins a variable, and only versions are. */
function composeReading(content: string): Json {
  const variables = content.replaceAll("$$", "").match(/\$(?:\{[A-Z_]+\})?/g) ?? [];
  const strange = variables.filter((one) => !/^\$\{(GITLAB|RUNNER)_(IMAGE|VERSION)\}$/.test(one));
  if (strange.length > 0) throw new Error(`the compose file has other variables than versions: ${strange.join()}`);
  const model = parseYaml(content) as { services: Record<string, { labels?: unknown; image?: unknown }> };
  for (const service of Object.values(model.services)) delete service.labels;
  delete model.services["gitlab-runner"]?.image;
  return mapTexts(model as Json, (text) => text.replaceAll("$$", "$"));
}

/** Every text in it, and every key. */
export function mapTexts(value: Json, map: (text: string) => string): Json {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map((member) => mapTexts(member, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [map(key), mapTexts(member, map)]));
}
