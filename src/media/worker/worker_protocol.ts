/** What crosses between `MediaWorker` and its thread: plain JSON both ways. */
import type { ErrorJson } from "../../base/mod.ts";
import type { AccountId } from "../../core/account/mod.ts";
import type { CallLevels, MediaEffect, MediaInput } from "../../core/ports/mod.ts";
import type { IceSettings } from "../transport/ice/mod.ts";
import type { PortRange } from "../transport/mod.ts";

/** Settings of a media worker that cross to its thread. */
export interface MediaSettings {
  /** UDP ports for RTP and RTCP, inclusive; absent: the system's choice. */
  ports?: PortRange;
  /** Local IP address to bind; absent: all of them, IPv6 and IPv4. */
  address?: string;
  /** Encodings that calls may use: loaded before the first call, but not while the phone opens. */
  codecs?: readonly string[];
}

export type ToWorker =
  /** What the configuration says now, as the thread asked. */
  | { type: "ice"; question: number; settings: IceSettings }
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
  | { type: "stop"; /** Whether what is heard of a call's end is heard out. */ finishes: boolean };

export type FromWorker =
  /** With which servers does this account gather? */
  | { type: "ice"; question: number; account: AccountId }
  | { type: "input"; input: MediaInput }
  | { type: "levels"; levels: CallLevels[] }
  /** Something broke that belongs to no call. */
  | { type: "broken"; error: ErrorJson }
  | { type: "pong" }
  | { type: "stopped" };
