import { field, section } from "./field.ts";
import { instant, line } from "./values.ts";

export const suspendSchema = section({
  until: field(instant(), {
    description: "When the reconciler acts again by itself. Until then it observes and reports.",
    unit: "RFC 3339 time with offset",
    example: "2026-12-01T06:00:00Z",
  }),
  reason: field(line(200), { description: "Why, for whoever meets it.", example: "moving to another VPC" }),
});
