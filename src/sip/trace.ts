/**
 * Trace of SIP messages: every message with time, direction and peer, credentials redacted.
 * Not on the real-time path.
 */
import type { TransportName } from "../core/account.ts";

/** One message on the wire. */
export interface TraceRecord {
  /** Milliseconds since the Unix epoch. */
  time: number;
  direction: "in" | "out";
  transport: TransportName;
  local: { host: string; port: number };
  remote: { host: string; port: number };
  /** The message as it stood on the wire. */
  text: string;
}

/** Receives every message; must not throw and must not wait. */
export type TraceSink = (record: TraceRecord) => void;
