/** Rows as aligned columns, two spaces between them. Pure. */
import { clean } from "../../base/mod.ts";

/** UTF-16 units of the longest cell: a name of a thousand letters must not push the rest away. */
const LONGEST_CELL = 120;

/** @param rows cells, whatever others put into them */
export function table(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map((cell) => clean(cell, LONGEST_CELL)));
  const widths: number[] = [];
  for (const row of cells) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, [...cell].length);
    });
  }
  return cells.map((row) => {
    const padded = row.map((cell, column) => cell + " ".repeat(widths[column]! - [...cell].length));
    return padded.join("  ").trimEnd();
  });
}
