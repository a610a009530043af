/**
 * One turn of the core: a draft of the next state, and what the turn asks for and tells.
 *
 * A transition gets a turn and writes on it; `step` reads the result. The state that came in is never
 * touched: maps are copied at the first write.
 */
import type { Call, Phase } from "./call.ts";
import { viewOf } from "./call_view.ts";
import type { AccountState } from "../account/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { CallEvent, CallEventDetails, CallEventType, PhoneEvent } from "./events.ts";
import type { Dialled, Effect, Moment, PhoneState, StepResult } from "./state.ts";
import type { TimerNames } from "./timer.ts";

/** A call in one named phase. */
export type CallIn<Name extends Phase["name"]> = Call & { phase: Extract<Phase, { name: Name }> };

/** What `tell` is given for an event: nothing where it tells nothing beside the call. */
type DetailOf<T extends CallEventType> = undefined extends CallEventDetails[T]
  ? [detail?: CallEventDetails[T]]
  : [detail: CallEventDetails[T]];

export class Turn {
  readonly moment: Moment;
  readonly effects: Effect[] = [];
  readonly events: PhoneEvent[] = [];
  /** Calls that this turn has changed, added or dropped: what rules look at. */
  readonly touched: string[] = [];
  #state: PhoneState;
  #calls: Map<string, Call> | undefined;

  constructor(state: PhoneState, moment: Moment) {
    this.#state = state;
    this.moment = moment;
  }

  /** The draft as it is now; what is written later does not change it. */
  get state(): PhoneState {
    if (this.#calls !== undefined) {
      this.#state = { ...this.#state, calls: this.#calls };
      this.#calls = undefined;
    }
    return this.#state;
  }

  get settings(): PhoneState["settings"] {
    return this.#state.settings;
  }

  get accounts(): PhoneState["accounts"] {
    return this.#state.accounts;
  }

  get calls(): ReadonlyMap<string, Call> {
    return this.#calls ?? this.#state.calls;
  }

  find(id: string): Call | undefined {
    return this.calls.get(id);
  }

  /** @throws OffhookError `no-such-call`, with the calls that exist */
  need(id: string): Call {
    const call = this.find(id);
    if (call !== undefined) return call;
    const calls = [...this.calls.keys()];
    throw new OffhookError("no-such-call", `there is no call "${id}"`, {
      hint: calls.length === 0 ? "No call is on." : `Calls: ${calls.join(", ")}.`,
      data: { call: id, calls },
    });
  }

  put<C extends Call>(call: C): C {
    this.#calls ??= new Map(this.#state.calls);
    this.#calls.set(call.id, call);
    this.#touch(call.id);
    return call;
  }

  /** The call with another phase, stored. */
  enter<Name extends Phase["name"]>(
    call: Call,
    phase: Extract<Phase, { name: Name }>,
  ): CallIn<Name> {
    return this.put({ ...call, phase }) as CallIn<Name>;
  }

  drop(id: string): void {
    this.#calls ??= new Map(this.#state.calls);
    this.#calls.delete(id);
    this.#touch(id);
  }

  #touch(id: string): void {
    const { touched } = this;
    if (touched.at(-1) !== id && !touched.includes(id)) touched.push(id);
  }

  putAccount(account: AccountState): void {
    const accounts = new Map(this.#state.accounts).set(account.account.id, account);
    this.#state = { ...this.#state, accounts };
  }

  putAccounts(accounts: readonly AccountState[]): void {
    const byId = new Map(accounts.map((each) => [each.account.id, each]));
    this.#state = { ...this.#state, accounts: byId };
  }

  get lastDialled(): PhoneState["lastDialled"] {
    return this.#state.lastDialled;
  }

  remember(lastDialled: Dialled): void {
    this.#state = { ...this.#state, lastDialled };
  }

  get volume(): number {
    return this.#state.volume;
  }

  putVolume(volume: number): void {
    this.#state = { ...this.#state, volume };
  }

  get speech(): PhoneState["speech"] {
    return this.#state.speech;
  }

  putSpeech(speech: PhoneState["speech"]): void {
    this.#state = { ...this.#state, speech };
  }

  get strangers(): PhoneState["strangers"] {
    return this.#state.strangers;
  }

  putStrangers(strangers: PhoneState["strangers"]): void {
    this.#state = { ...this.#state, strangers };
  }

  putSettings(settings: PhoneState["settings"]): void {
    this.#state = { ...this.#state, settings };
  }

  ask(effect: Effect): void {
    this.effects.push(effect);
  }

  /** A timer of a call. */
  startTimer(timer: TimerNames["call"], call: string, ms: number): void {
    this.ask({ type: "StartTimer", subject: "call", timer, call, ms });
  }

  stopTimer(timer: TimerNames["call"], call: string): void {
    this.ask({ type: "StopTimer", subject: "call", timer, call });
  }

  tell<T extends CallEventType>(type: T, call: Call, ...detail: DetailOf<T>): void;
  tell(type: CallEventType, call: Call, detail?: CallEventDetails[CallEventType]): void {
    const view = viewOf(call);
    const event = detail === undefined ? { type, call: view } : { type, call: view, detail };
    // Type and detail belong together by the signature, which the compiler does not follow up to here.
    this.events.push(event as CallEvent);
  }

  /** Something outside did not fit: told, never thrown. */
  notice(text: string, call?: string): void {
    this.events.push(
      call === undefined ? { type: "notice", text } : { type: "notice", text, call },
    );
  }

  result(): StepResult {
    return { state: this.state, effects: this.effects, events: this.events };
  }
}

/** What follows from a change, whichever transition made it: runs after each step. */
export type Rule = (before: PhoneState, after: PhoneState, turn: Turn) => void;

/** Narrows a call to a phase. */
export function isIn<Name extends Phase["name"]>(call: Call, name: Name): call is CallIn<Name> {
  return call.phase.name === name;
}

/** @throws OffhookError `invalid-state`, saying what the call is doing and when the command is right */
export function refuse(call: Call, command: string, allowed: string): never {
  throw new OffhookError(
    "invalid-state",
    `cannot ${command} call "${call.id}": it is ${viewOf(call).state}`,
    {
      hint: `${command} needs ${allowed}.`,
      data: { call: call.id, phase: call.phase.name, command },
    },
  );
}
