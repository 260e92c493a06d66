import fc from "fast-check";
import type { Member, Shape } from "../../../sandbox/wire/shape.ts";

/** Where a value is written decides what its text may hold. */
type Place = "body" | "header" | "path";

const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
/** Headers can't hold line breaks or blanks at their ends; lists in them are split at commas and unquoted. */
const headerText = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ;=/.:_-]{0,12}[A-Za-z0-9]$/);
const bodyText = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
  // XML has no way to say control characters, and readers may trim what is only blank.
  .filter((text) => text.trim() === text && text !== "" && !/[\p{Cc}\uFFFE\uFFFF]/u.test(text));
const pathText = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
  .filter((text) => !/[\p{Cc}./]/u.test(text));

/**
 * Values of a shape, as an SDK's caller would give them. Members with documents or streams of events are left out, as are
 * those that `skip` names.
 */
export function arbitraryValue(
  shape: Shape,
  skip: (member: Member) => boolean,
  place: Place = "body",
  depth = 0,
): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case "structure": {
      const members = shape.members.filter(
        (member) =>
          !skip(member) && !isUnwritable(member.shape) && (depth < 4 || isLeaf(member.shape) || member.required),
      );
      const models = members.map((member) => [member.name, memberValue(member, skip, depth)] as const);
      if (shape.union) {
        return fc.oneof(...models.map(([name, value]) => value.map((inner) => ({ [name]: inner }))));
      }
      const requiredKeys = members.filter((member) => member.required).map((member) => member.name);
      return fc.record(Object.fromEntries(models), { requiredKeys });
    }
    case "list":
      return fc.array(arbitraryValue(shape.element.shape, skip, place, depth + 1), { minLength: 1, maxLength: 3 });
    case "map":
      return fc.dictionary(token, arbitraryValue(shape.value.shape, skip, place, depth + 1), {
        minKeys: 1,
        maxKeys: 2,
      });
    case "string":
      return place === "header" ? headerText : place === "path" ? pathText : bodyText;
    case "boolean":
      return fc.boolean();
    case "number":
      return fc.integer({ min: 0, max: 2 ** 31 - 1 });
    case "bigInteger":
      return fc.bigInt({ min: 0n, max: 10n ** 12n });
    case "timestamp":
      return fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));
    case "blob":
      return fc.uint8Array({ minLength: 1, maxLength: 16 });
    default:
      return fc.constant(undefined);
  }
}

function memberValue(member: Member, skip: (member: Member) => boolean, depth: number): fc.Arbitrary<unknown> {
  const { traits } = member;
  const inHeader = traits.httpHeader !== undefined || traits.httpPrefixHeaders !== undefined;
  const place: Place = inHeader ? "header" : traits.httpLabel === undefined ? "body" : "path";
  return arbitraryValue(member.shape, skip, place, depth + 1);
}

function isLeaf(shape: Shape): boolean {
  return shape.type !== "structure" && shape.type !== "list" && shape.type !== "map";
}

function isUnwritable(shape: Shape): boolean {
  return shape.type === "document" || shape.type === "bigDecimal" || shape.type === "unit";
}

/** A value without what no protocol can say: undefined members, empty lists and structures. */
export function meant(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(meant).filter((item) => item !== undefined);
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .map(([key, inner]) => [key, meant(inner)] as const)
      .filter(([, inner]) => inner !== undefined && !(Array.isArray(inner) && inner.length === 0));
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  return value ?? undefined;
}
