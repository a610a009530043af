/**
 * A captured terminal screen as an SVG picture. Pure.
 *
 *     lines with SGR sequences ─► runs of one look ─► <text> and <rect> on a grid of cells
 */

export interface Palette {
  background: string;
  foreground: string;
  border: string;
  /** Of dim text. */
  faint: string;
  /** The sixteen colours. */
  ansi: readonly string[];
}

interface Look {
  foreground?: string;
  background?: string;
  bold: boolean;
  dim: boolean;
  inverse: boolean;
}

interface Run {
  text: string;
  column: number;
  look: Look;
}

const CELL = { width: 8.4, height: 18 };
const FONT = 14;
const MARGIN = 14;
const PLAIN: Look = { bold: false, dim: false, inverse: false };
// deno-lint-ignore no-control-regex
const SGR = /\u001b\[([\d;]*)m/y;
// deno-lint-ignore no-control-regex
const OTHER = /\u001b(?:\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|\][^\u0007]*\u0007|.)/y;

export function svgOf(screen: string, columns: number, palette: Palette, title: string): string {
  const lines = screen.replace(/\n+$/, "").split("\n");
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN;
  // A look lasts until it is changed, over the end of a line too.
  let look = PLAIN;
  const body = lines.flatMap((line, row) => {
    const read = runsOf(line, look, palette);
    look = read.look;
    return rowOf(read.runs, row, palette);
  }).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${
    escaped(title)
  }">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="${palette.background}" stroke="${palette.border}"/>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${FONT}" xml:space="preserve">
${body}
</g>
</svg>
`;
}

function rowOf(runs: Run[], row: number, palette: Palette): string[] {
  const top = MARGIN + row * CELL.height;
  return runs.flatMap(({ text, column, look }) => {
    const x = round(MARGIN + column * CELL.width);
    const width = round([...text].length * CELL.width);
    const [front, back] = look.inverse
      ? [look.background ?? palette.background, look.foreground ?? palette.foreground]
      : [look.foreground, look.background];
    const parts: string[] = [];
    if (back !== undefined) {
      parts.push(
        `<rect x="${x}" y="${top}" width="${width}" height="${CELL.height}" fill="${back}"/>`,
      );
    }
    if (text.trim() === "") return parts;
    const fill = front ?? (look.dim ? palette.faint : palette.foreground);
    const weight = look.bold ? ' font-weight="bold"' : "";
    parts.push(
      `<text x="${x}" y="${round(top + 13.5)}" textLength="${width}" fill="${fill}"${weight}>${
        escaped(text)
      }</text>`,
    );
    return parts;
  });
}

function runsOf(line: string, before: Look, palette: Palette): { runs: Run[]; look: Look } {
  const runs: Run[] = [];
  let look = before;
  let column = 0;
  for (let at = 0; at < line.length;) {
    SGR.lastIndex = OTHER.lastIndex = at;
    const sequence = SGR.exec(line);
    if (sequence !== null) {
      look = changed(look, sequence[1]!, palette);
      at += sequence[0].length;
      continue;
    }
    const other = OTHER.exec(line);
    if (other !== null) {
      at += other[0].length;
      continue;
    }
    const character = String.fromCodePoint(line.codePointAt(at)!);
    const last = runs.at(-1);
    if (last !== undefined && last.look === look) last.text += character;
    else runs.push({ text: character, column, look });
    column++;
    at += character.length;
  }
  return { runs, look };
}

function changed(look: Look, codes: string, palette: Palette): Look {
  const numbers = codes.split(";").map(Number);
  let next = { ...look };
  for (let at = 0; at < numbers.length; at++) {
    const code = numbers[at]!;
    if (code === 0) next = { ...PLAIN };
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 7) next.inverse = true;
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 27) next.inverse = false;
    else if (code === 39) delete next.foreground;
    else if (code === 49) delete next.background;
    else if (code === 38 || code === 48) {
      const { colour, used } = extended(numbers.slice(at + 1), palette);
      next[code === 38 ? "foreground" : "background"] = colour;
      at += used;
    } else if (code >= 30 && code <= 37) next.foreground = palette.ansi[code - 30]!;
    else if (code >= 90 && code <= 97) next.foreground = palette.ansi[code - 82]!;
    else if (code >= 40 && code <= 47) next.background = palette.ansi[code - 40]!;
  }
  return next;
}

function extended(rest: number[], palette: Palette): { colour: string; used: number } {
  if (rest[0] === 2) return { colour: hex(rest.slice(1, 4)), used: 4 };
  const index = rest[1] ?? 0;
  if (index < 16) return { colour: palette.ansi[index]!, used: 2 };
  if (index >= 232) return { colour: hex(Array(3).fill(8 + (index - 232) * 10)), used: 2 };
  const cube = index - 16;
  const levels = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return { colour: hex(levels.map((level) => level === 0 ? 0 : 55 + 40 * level)), used: 2 };
}

function hex(parts: number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
