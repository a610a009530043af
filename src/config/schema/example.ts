/**
 * The commented example configuration, written from the schema: every key with its description, what
 * is allowed and its default. A key without a default stands as a comment. Pure.
 */
import { stringify } from "smol-toml";
import { configJsonSchema } from "./schema.ts";

interface Node {
  type?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Node>;
  required?: string[];
  additionalProperties?: Node | boolean;
  items?: Node;
}

const WIDTH = 100;

const HEADER = `Configuration of offhook: every key, what it means and what it may be.
It is read from $XDG_CONFIG_HOME/offhook/config.toml (~/.config/offhook/config.toml), or from the file that --config or OFFHOOK_CONFIG names.
Flags override environment variables, which override this file, which overrides the defaults. A key in a comment shows an example value; every other key shows its default.
This file is generated from the schema: \`deno task offhook config init --example\` prints it.`;

/** Name of the account in the example. */
const EXAMPLE_ACCOUNT = "work";

/** The text of `config/offhook.example.toml`. */
export function exampleToml(): string {
  const lines = comment(HEADER);
  writeTable(configJsonSchema() as Node, [], lines);
  return `${lines.join("\n").replace(/\n{3,}/g, "\n\n")}\n`;
}

/** Values first, tables after them, as TOML needs it. */
function writeTable(node: Node, path: string[], lines: string[]): void {
  const entries = Object.entries(node.properties ?? {});
  for (const [key, child] of entries.filter(([, child]) => !isTable(child))) {
    lines.push("", ...comment(described(child)));
    writeValue(key, child, node.required?.includes(key) === true, lines);
  }
  for (const [key, child] of entries.filter(([, child]) => isTable(child))) {
    const isRecord = child.properties === undefined && child.type === "object";
    const below = isRecord ? [...path, key, EXAMPLE_ACCOUNT] : [...path, key];
    lines.push("", ...comment(described(child)));
    if (child.type === "array") writeRule(child.items!, below, lines);
    else {
      lines.push(`[${below.join(".")}]`);
      writeTable(isRecord ? child.additionalProperties as Node : child, below, lines);
    }
  }
}

function isTable(node: Node): boolean {
  return node.type === "object" || (node.type === "array" && node.items?.type === "object");
}

function writeValue(key: string, node: Node, required: boolean, lines: string[]): void {
  const value = node.default ?? node.examples?.[0];
  const assignment = stringify({ [key]: value }).trim();
  lines.push(node.default === undefined && !required ? `# ${assignment}` : assignment);
}

/** A list of tables: one example entry, as a comment. */
function writeRule(item: Node, path: string[], lines: string[]): void {
  lines.push(`# [[${path.join(".")}]]`);
  for (const [key, child] of Object.entries(item.properties ?? {})) {
    lines.push(`# ${stringify({ [key]: child.examples?.[0] }).trim()}  # ${child.description}`);
  }
}

function described(node: Node): string {
  const allowed = node.enum ?? node.items?.enum;
  const parts = [node.description ?? ""];
  if (allowed !== undefined) parts.push(`Allowed: ${allowed.join(", ")}.`);
  if (node.minimum !== undefined && node.maximum !== undefined) {
    parts.push(`Allowed: ${node.minimum} to ${node.maximum}.`);
  }
  return parts.join(" ");
}

/** `text` as comment lines of at most {@link WIDTH} columns. */
function comment(text: string): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines = ["#"];
    for (const word of paragraph.split(" ")) {
      if (lines.at(-1)!.length + 1 + word.length > WIDTH) lines.push("#");
      lines[lines.length - 1] += ` ${word}`;
    }
    return lines;
  });
}
