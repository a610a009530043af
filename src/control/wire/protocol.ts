/** Figures of the control API that both ends of a connection know, without the tables of its methods. */

/** Grows when a method or event changes its meaning; additions do not count. */
export const PROTOCOL_VERSION = 1;

/** Bytes of the largest message that is read. */
export const MAX_MESSAGE_BYTES = 1 << 20;

/** Error codes of JSON-RPC 2.0 §5.1; everything of ours is -32000 with the typed error as data. */
export const RPC_CODES = {
  parse: -32700,
  request: -32600,
  method: -32601,
  params: -32602,
  offhook: -32000,
} as const;
