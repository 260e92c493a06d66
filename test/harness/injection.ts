import { expect } from "vitest";
import { parse, stringify } from "yaml";
import { type Fleet, parseFleet } from "../../shared/desired/fleet.ts";
import type { Json } from "../../shared/engine/json.ts";
import { sampleFile } from "./fleet-world.ts";
import { filesOf, hostReadings, mapTexts } from "./host-readings.ts";
import { type TextField, textFields } from "./text-fields.ts";

/** A word that no metacharacter is in. */
const word = "plainword";

/** Every text of a file, and what becomes of it where it is another one. */
export class Injection {
  readonly fields: readonly TextField[];
  readonly #plain = new Map<string, { readonly readings: Json; readonly marks: readonly string[] } | undefined>();

  private constructor(document: Json) {
    this.fields = textFields(document);
  }

  static async open(): Promise<Injection> {
    return new Injection(parse(await sampleFile("acme")) as Json);
  }

  /** Refused, or the same to every program that reads it as a plain word would be, but for the text itself; else it throws. */
  judge(field: TextField, text: string): "refused" | "arrives" | "stays away" {
    const fleet = fleetOf(field.with(text));
    if (fleet === undefined) return "refused";
    const plain = this.#plainly(field);
    expect(plain, `${field.path} takes ${text} and not a plain word`).toBeDefined();
    let found = false;
    const readings = mapTexts(hostReadings(fleet), (one) => {
      found ||= one.includes(text);
      return one.replaceAll(text, word);
    });
    expect(readings, field.path).toEqual(plain?.readings);
    expect(marksOf(fleet), field.path).toEqual(plain?.marks);
    return found ? "arrives" : "stays away";
  }

  #plainly(field: TextField) {
    if (!this.#plain.has(field.path)) {
      const fleet = fleetOf(field.with(word));
      const plain = fleet && { readings: hostReadings(fleet), marks: marksOf(fleet) };
      this.#plain.set(field.path, plain);
    }
    return this.#plain.get(field.path);
  }
}

export function fleetOf(document: Json): Fleet | undefined {
  const read = parseFleet(stringify(document), "acme.fleet.yaml");
  return read.ok ? read.fleet : undefined;
}

/** What the host fills secrets in for. */
function marksOf(fleet: Fleet): readonly string[] {
  return filesOf(fleet)
    .flatMap(({ content }) => content.match(/@@fleetkeeper-secret:[^@]*@@/g) ?? [])
    .sort();
}
