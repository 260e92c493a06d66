import * as z from "zod/mini";

const billSchema = z.object({
  bomFormat: z.literal("CycloneDX"),
  components: z.array(
    z.object({
      purl: z.string(),
      hashes: z.optional(z.array(z.object({ alg: z.string(), content: z.string() }))),
      licenses: z.optional(z.array(z.unknown())),
    }),
  ),
});

const documentSchema = z.looseObject({
  components: z.array(z.looseObject({ purl: z.string(), "bom-ref": z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.optional(z.array(z.string())) })),
});

/**
 * The bill of everything, cut down to what is delivered. npm's own `--omit dev` also leaves out what a tool happens to use
 * too: of ours, zod, yaml and smol-toml.
 * @param document CycloneDX as `npm sbom` prints it for everything that is installed
 * @param delivered each package as `name@version`
 */
export function deliveredBill(document: string, delivered: ReadonlySet<string>): string {
  const bill = documentSchema.parse(JSON.parse(document));
  const components = bill.components.filter(({ purl }) => delivered.has(nameOf(purl)));
  const kept = new Set(components.map((component) => component["bom-ref"]));
  const left = new Set(bill.components.map((component) => component["bom-ref"]).filter((ref) => !kept.has(ref)));
  const dependencies = bill.dependencies
    .filter(({ ref }) => !left.has(ref))
    .map(({ dependsOn = [], ...rest }) => ({ ...rest, dependsOn: dependsOn.filter((ref) => !left.has(ref)) }));
  return `${JSON.stringify({ ...bill, components, dependencies }, null, 2)}\n`;
}

/**
 * What a bill of materials lacks of what is delivered, as sentences; none where it is whole.
 * @param document CycloneDX as `npm sbom` prints it. @see https://cyclonedx.org/docs/1.5/json/
 * @param delivered each package as `name@version`
 */
export function lacksOfBill(document: string, delivered: ReadonlySet<string>): readonly string[] {
  const bill = billSchema.safeParse(JSON.parse(document));
  if (!bill.success) return ["it is no CycloneDX document with components"];
  const listed = new Map(bill.data.components.map((component) => [nameOf(component.purl), component]));
  return [...delivered].flatMap((name) => {
    const component = listed.get(name);
    if (component === undefined) return [`${name} isn't listed`];
    const { hashes = [], licenses = [] } = component;
    return [
      ...(hashes.length === 0 ? [`${name} has no hash`] : []),
      ...(licenses.length === 0 ? [`${name} has no licence`] : []),
    ];
  });
}

/** `pkg:npm/%40aws-sdk/client-iam@3.1.0` is `@aws-sdk/client-iam@3.1.0`. */
function nameOf(purl: string): string {
  return decodeURIComponent(purl.replace(/^pkg:npm\//, "").replace(/[?#].*$/, ""));
}
