import * as z from "zod/mini";
import { duration } from "./duration.ts";
import { field, section, withDefault } from "./field.ts";
import { wholeNumber } from "./values.ts";

export const garbageCollectionSchema = section({
  mode: field(withDefault(z.enum(["report", "collect"]), "report"), {
    description: "`report` finds orphans and says so; `collect` also deletes those that are proven.",
    example: "collect",
  }),
  gracePeriod: field(withDefault(duration({ min: "15m", max: "7d" }), "15m"), {
    description:
      "How old a machine must be, and for how long it must have been suspected without a break, before it is deleted.",
    unit: "duration such as 15m",
    example: "15m",
  }),
  perRunMaximum: field(withDefault(wholeNumber(1, 1000), 10), {
    description: "How many machines one run deletes at most. It paces, it doesn't stop.",
    unit: "machines",
    example: 10,
  }),
  fuse: field(
    withDefault(
      section({
        count: field(withDefault(wholeNumber(0, 10_000), 5), {
          description:
            "More suspects than this, and a greater share than below: nobody is deleted until a person approves.",
          unit: "machines",
          example: 5,
        }),
        share: field(
          withDefault(
            z.number().check(z.gte(0, { error: "a share from 0 to 1" }), z.lte(1, { error: "a share from 0 to 1" })),
            0.5,
          ),
          {
            description: "The share of the fleet's machines that goes with the count.",
            unit: "share from 0 to 1",
            example: 0.5,
          },
        ),
      }),
      {},
    ),
    { description: "Stops collection when suspiciously many machines look orphaned at once." },
  ),
});
