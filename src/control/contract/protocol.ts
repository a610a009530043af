/**
 * The control API on a wire: JSON-RPC 2.0, one message a WebSocket text frame.
 *
 *     client ── initialize{version, client, token?} ──► server ── {version, station, role, seq}
 *     client ── any method of the table ──────────────► server ── result + seq | error
 *     client ── subscribe{since?, filter?} ───────────► server ── {snapshot, seq}, then `event`s
 *     client ── levels{on} ───────────────────────────► server ── {}, then `levels` ten times a second
 */
import type { z } from "zod";
import type { ErrorJson } from "../../base/mod.ts";
import type { CallLevels } from "../../core/ports/mod.ts";
import type { Sequenced } from "./phone.ts";
import type { initialized, subscribed } from "./session.ts";

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
