/** What crosses between `MediaWorker` and its thread: plain JSON both ways. */
import type { ErrorJson } from "../../base/mod.ts";
import type { CallLevels, MediaEffect, MediaInput } from "../../core/ports/mod.ts";
import type { PortRange } from "../transport/mod.ts";

/** Settings of a media worker that cross to its thread. */
export interface MediaSettings {
  /** UDP ports for RTP and RTCP, inclusive; absent: the system's choice. */
  ports?: PortRange;
  /** Local IP address to bind; absent: all of them, IPv6 and IPv4. */
  address?: string;
}

export type ToWorker =
  | { type: "configure"; settings: MediaSettings; /** To the device host. */ devices?: MessagePort }
  | {
    type: "effect";
    effect: MediaEffect; /** Of an AttachAudio: to the program. */
    port?: MessagePort;
  }
  /** Level meters are wanted from now on, or not any more. */
  | { type: "levels"; on: boolean }
  /** Asks for a pong: does the thread turn? */
  | { type: "ping" }
  | { type: "stop" };

export type FromWorker =
  | { type: "input"; input: MediaInput }
  | { type: "levels"; levels: CallLevels[] }
  /** Something broke that belongs to no call. */
  | { type: "broken"; error: ErrorJson }
  | { type: "pong" }
  | { type: "stopped" };
