/**
 * What the parts of one user agent share: SIP.js's core, the transport layer, time, and the way to the
 * phone's core. Types only.
 */
import type { SessionDialog, UserAgentCore } from "sip.js/lib/core/index.js";
import type { Account } from "../../core/account/account.ts";
import type { Clock } from "../../base/clock.ts";
import type { ErrorJson } from "../../base/errors.ts";
import type { CallId, RequestOrigin, SipEffect, SipInput } from "../../core/ports/sip_port.ts";
import type { Keys } from "../auth/authentication.ts";
import type { Log } from "../library/log.ts";
import type { Flow } from "../transport/flow/types.ts";

/** Effects about one call. */
export type CallEffect = Extract<SipEffect, { call: CallId }>;

/** One call in any of its stages: it takes the effects that the stage allows and ignores others. */
export interface Leg {
  perform(effect: CallEffect): void;
  /** The dialog, when there is a confirmed one: for Replaces. */
  readonly dialog: SessionDialog | undefined;
  /** Ends it for good without a word to the core: BYE or CANCEL as far as that is possible. */
  abandon(): void;
}

export interface Agent {
  readonly account: Account;
  /** `urn:uuid:…` that stays over restarts (RFC 5626 §4.1); undefined: registrations say none. */
  readonly instance: string | undefined;
  readonly core: UserAgentCore;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly notify: (input: SipInput) => void;
  readonly log: Log;
  /** The account's password for its server; absent without an account. */
  readonly keys: Keys | undefined;
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
  /** Puts what takes the effects of `call` from now on. */
  setLeg(call: CallId, leg: Leg | undefined): void;
}
