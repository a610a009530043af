/**
 * The control API as JSON Schema (draft 2020-12): every method, event and message of its sockets. Made
 * from the tables of the contract.
 */
import { z } from "zod";
import {
  AUDIO_LEAST,
  AUDIO_PATH,
  audioMessage,
  audioQuery,
  errorJson,
  EVENTS,
  levels,
  METHODS,
  SESSION_METHODS,
} from "../contract/mod.ts";
import { PROTOCOL_VERSION } from "../wire/mod.ts";
import { type Role, ROLES } from "../../base/names/mod.ts";

/** A JSON Schema, or a part of one. */
export type Json = { [key: string]: unknown };

export interface MethodSchema {
  does: string;
  /** Null: any client, before it has a role. */
  least: Role | null;
  params: Json;
  result: Json;
}

export interface ApiSchema {
  $schema: string;
  title: string;
  version: number;
  roles: readonly Role[];
  /** Of a connection: `initialize` comes first. */
  session: Record<string, MethodSchema>;
  methods: Record<string, MethodSchema>;
  /** What the notification `event` carries, by its `type`. */
  events: Record<string, Json>;
  /** What the notification `levels` carries. */
  levels: Json;
  /** A WebSocket of its own: query, and the text frames to the client. */
  audio: { path: string; least: Role; query: Json; message: Json };
  /** `data` of an error with the code -32000. */
  error: Json;
  $defs: Record<string, Json>;
}

const seq = z.int().min(0).describe("The event that the answer had reached.");

/** References point to `$defs` of the whole. */
export function apiSchema(): ApiSchema {
  const methods = Object.fromEntries(
    Object.entries(METHODS).map(([name, row]) => [name, schemasOf(row, { seq })]),
  );
  const session = Object.fromEntries(
    Object.entries(SESSION_METHODS).map(([name, row]) => [name, schemasOf(row)]),
  );
  // As one schema, so that what is named is defined once.
  const whole = z.toJSONSchema(z.object({
    methods: z.object(methods),
    session: z.object(session),
    events: z.object(EVENTS),
    levels,
    message: audioMessage,
    error: errorJson,
  })) as Json & { $defs: Record<string, Json> };
  const parts = partsOf(whole);
  const { $schema: _, ...query } = z.toJSONSchema(audioQuery, { io: "input" }) as Json;
  return {
    $schema: String(whole.$schema),
    title: "The control API of offhook",
    version: PROTOCOL_VERSION,
    roles: ROLES,
    session: rowsOf(SESSION_METHODS, parts.session!),
    methods: rowsOf(METHODS, parts.methods!),
    events: partsOf(parts.events!),
    levels: parts.levels!,
    audio: { path: AUDIO_PATH, least: AUDIO_LEAST, query, message: parts.message! },
    error: parts.error!,
    $defs: whole.$defs,
  };
}

function schemasOf(
  { params, result }: { params: z.ZodObject; result: z.ZodObject },
  more: z.ZodRawShape = {},
) {
  return z.object({ params, result: result.extend(more) });
}

function rowsOf(
  table: Record<string, { does: string; least: Role | null }>,
  schemas: Json,
): Record<string, MethodSchema> {
  const parts = partsOf(schemas);
  return Object.fromEntries(
    Object.entries(table).map(([name, { does, least }]) => {
      const { params, result } = partsOf(parts[name]!);
      return [name, { does, least, params: params!, result: result! }];
    }),
  );
}

function partsOf(schema: Json): Record<string, Json> {
  return schema.properties as Record<string, Json>;
}
