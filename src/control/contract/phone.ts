/**
 * The control API: everything that a face can do, as methods with plain JSON values.
 *
 *     tui, cli ──► Phone ──► core (in process, or over a socket: the same interface)
 *
 * The methods are those of the table in `methods.ts`, by their types only: a client does not load zod.
 * A face never goes round it. Every response names the `seq` that it reached, every event carries
 * one; a subscription begins with a snapshot, so that nothing is missed between the two.
 */
import type { z } from "zod";
import type { CallView, PhoneEvent } from "../../core/state/mod.ts";
import type { AudioListener, AudioParams, CallAudio, LevelListener } from "../wire/mod.ts";
import type { METHODS } from "./methods.ts";
import type { snapshot } from "./values.ts";

/** What a face needs to draw everything. */
export type Snapshot = z.infer<typeof snapshot>;

/** Methods: what goes in, and what comes out. */
export type Methods = {
  [M in keyof typeof METHODS]: {
    params: z.infer<(typeof METHODS)[M]["params"]>;
    result: z.infer<(typeof METHODS)[M]["result"]>;
  };
};

export type MethodName = keyof Methods;

/** Events between the last one delivered and this one were dropped: read `status` again. */
export interface Lagged {
  type: "lagged";
  /** How many were dropped, at least. */
  dropped: number;
}

/** An event with its place in the order of all events. */
export type Sequenced = (PhoneEvent | Lagged) & {
  seq: number; /** ms since the epoch. */
  at: number;
};

export interface SubscribeOptions {
  /** Deliver what came after this event first, as far as it is still remembered. */
  since?: number;
}

export interface Subscription {
  snapshot: Snapshot;
  /** The events after this one are delivered. */
  seq: number;
  close(): void;
}

/** One phone, local or remote. */
export interface Phone {
  /** @throws OffhookError as the method's command does; nothing changes then */
  request<M extends MethodName>(
    method: M,
    params: Methods[M]["params"],
  ): Promise<Methods[M]["result"] & { seq: number }>;
  /** Events arrive in the order of their `seq`, after the snapshot. */
  subscribe(
    listener: (event: Sequenced) => void,
    options?: SubscribeOptions,
  ): Promise<Subscription>;
  /**
   * A program joins a call's sound.
   * @throws OffhookError `no-such-call`, `invalid-state`, `usage`, `station-refused`
   */
  audio(params: AudioParams, listener: AudioListener): Promise<CallAudio>;
  /**
   * Level meters of every call with sound, about ten times a second, until it is stopped. They are
   * no events: what comes late is not sent, and a phone without sound tells none.
   * @returns stops them
   * @throws OffhookError `station-refused` from a station that knows no meters
   */
  levels(listener: LevelListener): Promise<() => void>;
  /** Ends every call, un-registers, releases everything; bounded in time. */
  close(): Promise<void>;
}

export type { CallView };
