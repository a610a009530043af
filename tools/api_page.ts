/** The reference page of the control API, Markdown, from its JSON Schema. Pure. */
import type { ApiSchema, Json, MethodSchema } from "../src/control/schemas/api.ts";

/** The whole of `docs/api.md`. */
export function apiPage(api: ApiSchema): string {
  const parts = [
    introduction(api),
    "## The connection",
    ...methodsOf(api.session),
    "## Methods",
    "Every result has, besides what is listed, `seq`: the event that the answer had reached.",
    ...methodsOf(api.methods, new Set(["seq"])),
    "## Events",
    "Every event has `type`, `seq` (its place in the order of all events) and `at` (ms since the epoch).",
    ...Object.entries(api.events).map(([type, schema]) =>
      section(type, fieldTable(schema, new Set(["type", "seq", "at"])))
    ),
    "## Level meters",
    `The notification \`levels\` carries these. They have no \`seq\`; what comes late is not sent.`,
    fieldTable(api.levels).trim(),
    "## A call's sound",
    audio(api),
    "## Types",
    ...Object.entries(api.$defs).map(([name, schema]) => section(name, typeBody(schema))),
  ];
  return `${parts.join("\n\n")}\n`;
}

function introduction({ version, roles }: ApiSchema): string {
  return `# Control API

<!-- Written by \`deno task api-docs\` from src/control/contract. Do not edit. -->

JSON-RPC 2.0 over a WebSocket, one message a text frame, on the station's Unix socket or over TCP
([station](station.md), [security](security.md#roles)). This is version ${version} of the protocol: it changes when
a method or an event changes its meaning; new fields, methods and events do not count.
\`offhook schema --api\` prints all of this as JSON Schema.

Roles, each with everything that those before it may: ${
    roles.map((role) => `\`${role}\``).join(", ")
  }.

An error of the phone has the code -32000, and an [Error](#error) as \`data\`; other codes are those of JSON-RPC.`;
}

function methodsOf(
  methods: Record<string, MethodSchema>,
  without?: ReadonlySet<string>,
): string[] {
  return Object.entries(methods).map(([name, { does, least, params, result }]) =>
    section(
      name,
      `${does.charAt(0).toUpperCase()}${does.slice(1)}. ${
        least === null ? "Needs no role." : `Least role: \`${least}\`.`
      }`,
      `Params:${fieldTable(params)}`,
      `Result:${fieldTable(result, without)}`,
    )
  );
}

function audio({ audio: { path, least, query, message } }: ApiSchema): string {
  return [
    `A WebSocket of its own at \`${path}\`. Least role: \`${least}\`, because it hears any call, unnoticed. ` +
    "Binary frames are s16le mono samples, both ways. Text frames go to the client only.",
    `Query:${fieldTable(query)}`,
    "Text frames:",
    (message.oneOf as Json[]).map((each) => `- ${typeOf(each)}: ${each.description}`).join("\n"),
  ].join("\n\n");
}

function section(title: string, ...body: string[]): string {
  return [`### ${title}`, ...body.map((each) => each.trim())].filter(Boolean).join("\n\n");
}

function typeBody(schema: Json): string {
  return schema.properties === undefined ? `${typeOf(schema)}` : fieldTable(schema);
}

function fieldTable(schema: Json, without: ReadonlySet<string> = new Set()): string {
  const required = new Set(schema.required as string[] | undefined);
  const rows = Object.entries((schema.properties ?? {}) as Record<string, Json>)
    .filter(([name]) => !without.has(name))
    .map(([name, field]) => {
      const note = [
        field.description,
        field.default === undefined ? "" : `Default: ${field.default}.`,
      ];
      const mark = required.has(name) ? "" : "?";
      return `| \`${name}\`${mark} | ${cell(typeOf(field))} | ${
        cell(note.filter(Boolean).join(" "))
      } |`;
    });
  if (rows.length === 0) return " nothing.";
  return ["", "", "| field | type | |", "| --- | --- | --- |", ...rows].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** A type in one line, as TypeScript would have it. */
function typeOf(schema: Json): string {
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.replace("#/$defs/", "");
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) {
    return (schema.enum as unknown[]).map((each) => `\`${each}\``).join(" | ");
  }
  for (const several of ["oneOf", "anyOf", "allOf"]) {
    const members = schema[several] as Json[] | undefined;
    if (members !== undefined) return members.map(typeOf).join(" | ");
  }
  if (schema.type === "array") return `list of ${typeOf(schema.items as Json)}`;
  if (schema.properties !== undefined) return inline(schema);
  return String(schema.type ?? "any");
}

function inline(schema: Json): string {
  const required = new Set(schema.required as string[] | undefined);
  const fields = Object.entries(schema.properties as Record<string, Json>)
    .map(([name, field]) => `${name}${required.has(name) ? "" : "?"}: ${typeOf(field)}`);
  return `{ ${fields.join(", ")} }`;
}
