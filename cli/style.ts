import { colourStyle, plainStyle, type Style } from "../shared/report/style.ts";
import { type Io, type Output, wantsColour } from "./io.ts";

/** Coloured on a terminal that wants it, plain otherwise. */
export function styleOf(output: Output, io: Io): Style {
  return wantsColour(output, io.env) ? colourStyle() : plainStyle;
}
