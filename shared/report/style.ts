import { styleText } from "node:util";

/** How report text is coloured. Plain text carries the same information: colour never says what a character doesn't. */
export interface Style {
  added(text: string): string;
  removed(text: string): string;
  changed(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
}

const same = (text: string): string => text;

export const plainStyle: Style = {
  added: same,
  removed: same,
  changed: same,
  strong: same,
  faint: same,
  good: same,
  bad: same,
  warning: same,
};

type Format = Parameters<typeof styleText>[0];

/** ANSI colours, whatever the stream: the caller has already decided that its stream is a terminal. */
export function colourStyle(): Style {
  const paint =
    (format: Format) =>
    (text: string): string =>
      styleText(format, text, { validateStream: false });
  return {
    added: paint("green"),
    removed: paint("red"),
    changed: paint("yellow"),
    strong: paint("bold"),
    faint: paint("dim"),
    good: paint("green"),
    bad: paint("red"),
    warning: paint("yellow"),
  };
}
