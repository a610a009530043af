/** Rows as aligned columns, two spaces between them. Pure. Not on the real-time path. */

/** @param rows cells, one line of text each; what others may have chosen has no control characters */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, [...cell].length);
    });
  }
  return rows.map((row) => {
    const padded = row.map((cell, column) => cell + " ".repeat(widths[column]! - [...cell].length));
    return `${padded.join("  ").trimEnd()}\n`;
  }).join("");
}
