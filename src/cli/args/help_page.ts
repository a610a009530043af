/** The page of `offhook COMMAND --help`, made of the command's fields. Pure. */
import { type Command, fieldsOf, type NamedCommand } from "./command.ts";
import { type Field, type Fields, namesOf } from "./fields.ts";
import { commandLine } from "./usage_errors.ts";

export interface PageLook {
  /** Of the terminal. */
  columns: number;
  coloured: boolean;
}

/** Longer lines are hard to read. */
const WIDEST = 100;
const NARROWEST = 40;
/** Columns of the names, at the left. */
const TERM = 26;

type Row = readonly [term: string, does: string];

export function helpPage({ name, brief, command }: NamedCommand, look: PageLook): string {
  const width = Math.min(WIDEST, Math.max(NARROWEST, look.columns));
  const style = (code: number, text: string) =>
    look.coloured ? `\u001b[${code}m${text}\u001b[0m` : text;
  const heading = (title: string) => `${style(1, `${title}:`)}\n`;
  const rows = (list: readonly Row[]) =>
    list.map(([term, does]) => rowText(term, does, width, look.coloured)).join("");
  const { groups, commands, description, examples = [] } = command;
  const { "": own = {}, ...shared } = groups;
  const listed = Object.entries(commands).map(([word, { brief }]): Row => [word, brief]);
  const blocks = [
    `${brief}\n${style(1, "Usage:")} ${style(1, `offhook ${name}`)} ${synopsisOf(command)}`
      .trimEnd() + "\n",
    description === undefined
      ? ""
      : wrapped(description, width).map((line) => `${line}\n`).join(""),
    rows([...listed, ...fieldRows(own), ["--help, -h", "Show help information."]]),
    ...Object.entries(shared).map(([title, fields]) => heading(title) + rows(fieldRows(fields))),
    examples.length === 0
      ? ""
      : heading("Examples") + examples.map((each) => `  ${commandLine(each)}\n`).join(""),
  ];
  return blocks.filter((block) => block !== "").join("\n");
}

/** Options before arguments. */
function fieldRows(fields: Fields): Row[] {
  const all = Object.values(fields);
  const named = all.filter((field) => namesOf(field).length > 0);
  const nameless = all.filter((field) => namesOf(field).length === 0);
  return [...named, ...nameless].map((field) => [termOf(field), field.does]);
}

function termOf(field: Field): string {
  return [namesOf(field).join(", "), metavarOf(field)].filter((part) => part !== "").join(" ");
}

function metavarOf(field: Field): string {
  return field.kind === "flag" ? "" : field.metavar;
}

/** `[OPTIONS] TARGET`, `list|test [OPTIONS]` */
function synopsisOf(command: Command): string {
  if (command.synopsis !== undefined) return command.synopsis;
  const words = Object.keys(command.commands).join("|");
  const fields = Object.values(fieldsOf(command));
  const options = words !== "" || fields.some((field) => namesOf(field).length > 0);
  const nameless = fields.map((field) => {
    if (field.kind === "words") return `[${field.metavar}...]`;
    return field.kind === "argument" ? field.metavar : "";
  });
  return [words, options ? "[OPTIONS]" : "", ...nameless].filter((part) => part !== "").join(" ");
}

function rowText(term: string, does: string, width: number, coloured: boolean): string {
  const [first = "", ...more] = wrapped(does, width - TERM - 4);
  const shown = coloured ? painted(term) : term;
  const indent = " ".repeat(TERM + 4);
  const start = term.length > TERM
    ? `  ${shown}\n${indent}`
    : `  ${shown}${" ".repeat(TERM - term.length + 2)}`;
  return [start + first, ...more.map((line) => indent + line)].map((line) => `${line}\n`).join("");
}

/** Names of options slanted, what stands for a value underlined. */
function painted(term: string): string {
  return term
    .replace(/[A-Z][A-Z0-9]*(?:[[\]:|A-Z0-9]*[A-Z0-9\]])?/g, "\u001b[4m$&\u001b[0m")
    .replace(/(?<![\w[])--?[a-z][a-z-]*/g, "\u001b[3m$&\u001b[0m");
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
