/**
 * The control API on a wire: JSON-RPC 2.0, one message a WebSocket text frame.
 *
 *     client ── initialize{version, client, token?} ──► server ── {version, station, role, seq}
 *     client ── any method of the table ──────────────► server ── result + seq | error
 *     client ── subscribe{since?, filter?} ───────────► server ── {snapshot, seq}, then `event`s
 *     client ── levels{on} ───────────────────────────► server ── {}, then `levels` ten times a second
 */
import type { z } from "zod";
import type { ErrorJson } from "../../base/errors.ts";
import type { CallLevels } from "../../core/ports/media_port.ts";
import type { Sequenced } from "./phone.ts";
import type { initialized, subscribed } from "./session.ts";

/** Grows when a method or event changes its meaning; additions do not count. */
export const PROTOCOL_VERSION = 1;

/** Bytes of the largest message that is read. */
export const MAX_MESSAGE_BYTES = 1 << 20;

export type Initialized = z.infer<typeof initialized>;

export type Subscribed = z.infer<typeof subscribed>;

export type RequestId = number | string;

export interface RpcRequest {
  jsonrpc: "2.0";
  id: RequestId;
  method: string;
  params?: unknown;
}

export interface RpcResponse {
  jsonrpc: "2.0";
  id: RequestId | null;
  result?: unknown;
  error?: RpcError;
}

export interface RpcError {
  code: number;
  message: string;
  data?: ErrorJson;
}

export interface RpcEvent {
  jsonrpc: "2.0";
  method: "event";
  params: Sequenced;
}

/** Level meters; only to who asked for them, and only while calls have sound. */
export interface RpcLevels {
  jsonrpc: "2.0";
  method: "levels";
  params: { levels: readonly CallLevels[] };
}

/** Error codes of JSON-RPC 2.0 §5.1; everything of ours is -32000 with the typed error as data. */
export const RPC_CODES = {
  parse: -32700,
  request: -32600,
  method: -32601,
  params: -32602,
  offhook: -32000,
} as const;
