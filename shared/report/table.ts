/** A cell: its text, and how that text is painted once its width is known. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Left-aligned columns, two spaces apart; the last column is not padded. Painting never moves a column. */
export function table(rows: readonly (readonly Cell[])[], indent = ""): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.text.length);
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const padding = column === row.length - 1 ? "" : " ".repeat((widths[column] ?? 0) - cell.text.length);
      return `${cell.paint === undefined ? cell.text : cell.paint(cell.text)}${padding}`;
    });
    return `${indent}${cells.join("  ")}`.trimEnd();
  });
}
