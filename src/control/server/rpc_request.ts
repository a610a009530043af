/** Requests of the control API as JSON-RPC 2.0 wants them, and the errors that it knows. Pure. */
import type { z } from "zod";
import { OffhookError } from "../../base/mod.ts";
import type { RpcError, RpcRequest } from "../contract/mod.ts";
import { RPC_CODES } from "../wire/mod.ts";

/** A fault of the protocol itself, with its JSON-RPC code. */
export class Refusal extends Error {
  constructor(readonly code: number, message: string) {
    super(message);
  }
}

/** @throws Refusal when the text is no request */
export function readRequest(text: string): RpcRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(RPC_CODES.parse, `not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal(RPC_CODES.request, "a request is a JSON object");
  }
  const { id, method, params } = value as Partial<RpcRequest>;
  const named = typeof id === "number" || typeof id === "string";
  if (!named || typeof method !== "string") {
    throw new Refusal(RPC_CODES.request, "a request has an id and a method");
  }
  if (params !== undefined && (typeof params !== "object" || params === null)) {
    throw new Refusal(RPC_CODES.params, "params is an object");
  }
  return { jsonrpc: "2.0", id, method, params };
}

/** @throws Refusal naming each field that is wrong */
export function readParams<Params>(schema: z.ZodType<Params>, params: unknown): Params {
  const read = schema.safeParse(params);
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, message }) =>
    `${path.join(".") || "params"}: ${message}`
  );
  throw new Refusal(RPC_CODES.params, issues.join("; "));
}

/** What a client is told of whatever was thrown. */
export function errorOf(thrown: unknown): RpcError {
  if (thrown instanceof Refusal) return { code: thrown.code, message: thrown.message };
  const error = OffhookError.from(thrown);
  return { code: RPC_CODES.offhook, message: error.message, data: error.toJSON() };
}
