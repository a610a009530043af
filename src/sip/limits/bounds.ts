/**
 * How much of us a peer may have: memory in bytes, connections, time, lines of the log; each source, and
 * all together. Every bound on what the network can make us keep stands here.
 *
 *     what                                  a source          in all
 *     accepted connections                  32                256
 *     of these without a whole message      30 s, then closed
 *     silent, and in no call                5 min, then closed
 *     bytes that wait to be sent            128 KiB each connection; 1 MiB on those that we opened
 *     a message, and the buffer for it      64 KiB each connection
 *     finished server transactions          4 MiB             24 MiB, and 20,000
 *     OPTIONS, and requests for others      5 a second        50 a second: answered; burst 20, 200
 *     lines of the log about messages       2 a minute        30 a minute
 *
 * A source is an address without its port. Where a bound is reached the oldest of what nobody needs any
 * more makes way, so that nobody can lock others out by taking all there is.
 */
import { hash } from "../message/mod.ts";

/** Connections that peers opened to us. */
export const CONNECTIONS = {
  perSource: 32,
  inAll: 256,
  /** ms until the first whole message must be there; TLS and WebSocket handshakes included. */
  firstMessageMs: 30_000,
  /** ms that a message which has begun may take to be complete. */
  wholeMessageMs: 30_000,
  /** ms without a byte, in no call. Keepalives come each two minutes at most (RFC 5626 §4.4.1). */
  idleMs: 300_000,
} as const;

/** Headers and body of one message together, bytes. */
export const MAX_MESSAGE_BYTES = 65_536;

/** Bytes that may wait for a peer that does not read; beyond it the connection is given up. */
export function maxWaitingBytes(accepted: boolean): number {
  return accepted ? 1 << 17 : 1 << 20;
}

/** Request and last response of what is kept to absorb repetitions. */
export const SERVER_TRANSACTIONS = {
  bytesPerSource: 4 << 20,
  bytesInAll: 24 << 20,
  count: 20_000,
} as const;

/**
 * Requests of strangers that are answered although nobody here wants them (RFC 3261 §8.2.2.1, §11.2):
 * OPTIONS, and those for users that we are not. What is more gets no answer, and nothing of it is kept.
 */
export const PROBES: ProbeBounds = {
  perSource: { perSecond: 5, burst: 20 },
  inAll: { perSecond: 50, burst: 200 },
  /** Addresses that are told apart. */
  sources: 1_024,
};

export interface ProbeBounds {
  perSource: Rate;
  inAll: Rate;
  sources: number;
}

export interface Rate {
  perSecond: number;
  /** At once, after a pause. */
  burst: number;
}

/** Lines of the log about messages that were not taken: two each source, and one for all others. */
export const REJECTION_LINES = { sources: 14 } as const;

const MAX_KEY = 256;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A value of a message as a key that may be kept: a string of its own, since a part of a message keeps
 * all of the message alive, and of bounded length.
 */
export function keptKey(value: string): string {
  if (value.length > MAX_KEY) return hash("sha256", value);
  return decoder.decode(encoder.encode(value));
}
