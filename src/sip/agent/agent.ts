/**
 * What the parts of one user agent share: transactions and dialogs, the network, time, and the way to the
 * phone's core. Types only.
 */
import type { Account } from "../../core/account/mod.ts";
import type { Clock } from "../../base/time/mod.ts";
import type { ErrorJson } from "../../base/mod.ts";
import type { CallId, RequestOrigin, SipEffect, SipInput } from "../../core/ports/mod.ts";
import type { AccountKeys } from "../auth/mod.ts";
import type { InfoMemory } from "../message/mod.ts";
import type { Dialog, Log, SipStack } from "../library/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";

/** Effects about one call. */
export type CallEffect = Extract<SipEffect, { call: CallId }>;

/** One call in any of its stages: it takes the effects that the stage allows and ignores others. */
export interface Leg {
  perform(effect: CallEffect): void;
  /** The dialog, when there is a confirmed one: for Replaces. */
  readonly dialog: Dialog | undefined;
  /** Tells the core when the peer has an address for the sound that is not ours any more. */
  checkAddress?(): void;
  /** Ends it for good without a word to the core: BYE or CANCEL as far as that is possible. */
  abandon(): void;
}

export interface Agent {
  readonly account: Account;
  /** `urn:uuid:…` that stays over restarts (RFC 5626 §4.1); undefined: registrations say none. */
  readonly instance: string | undefined;
  readonly stack: SipStack;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly notify: (input: SipInput) => void;
  readonly log: Log;
  /** The account's password for its server; absent without an account. */
  readonly keys: AccountKeys | undefined;
  /** How digits go by INFO. */
  readonly digits: InfoMemory;
  /** Our identity as From says it: the display name as inside a quoted-string. */
  identityOn(flow: Flow): { uri: string; displayName: string };
  /** The flow that a request to `uri` will take. @throws OffhookError when there is none */
  flowToward(uri: string): Promise<Flow>;
  /** Whether what comes on a flow comes from the account's server. */
  originOf(flow: Flow): RequestOrigin;
  /** Undefined: requests have their way. Else a try to get it, which may reject. */
  reach(): Promise<unknown> | undefined;
  /** The local address for SDP of a call that began on `flow`: that of the account's flow of now. */
  localAddress(flow: Flow): string;
  /** The line `Contact: <…>`. */
  contactLine(): string;
  /** Why the transport could not deliver a request of ours, told once. */
  failureOf(sipCallId: string, method: string): ErrorJson | undefined;
  /** Another call of this user agent. */
  leg(call: CallId): Leg | undefined;
  /** The call of a confirmed dialog. */
  callOf(dialog: Dialog): { call: CallId; leg: Leg } | undefined;
  /** No more calls are taken. */
  isStopping(): boolean;
  /** Puts what takes the effects of `call` from now on. */
  setLeg(call: CallId, leg: Leg | undefined): void;
}
