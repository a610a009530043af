/**
 * Sorts incoming calls: the one that this command takes, and the others, which a phone of its own
 * refuses and a station's are left to who else is there.
 *
 *     call.incoming ─► accepted? ─ no ──► refuse 603 │ leave
 *                         └ yes ─► wanted now? ─ no ─► refuse 486 │ wait
 */
import type { CallView, Phone, Sequenced } from "../../../control/contract/mod.ts";
import { type CallEvent, isCallEvent } from "../../../core/state/mod.ts";
import { matchesCaller } from "../../../core/account/mod.ts";

export type Acceptor = (view: CallView) => boolean;

/** @param accept patterns of callers; none: everybody */
export function acceptorOf({ accept }: { accept: readonly string[] }): Acceptor {
  if (accept.length === 0) return () => true;
  return ({ remote }) => accept.some((pattern) => matchesCaller(pattern, remote.uri));
}

export class IncomingCalls {
  readonly #phone: Phone;
  readonly #accepts: Acceptor;
  readonly #others: "refuse" | "leave";
  readonly #waiting: CallView[] = [];
  #current: string | undefined;
  /** What is taken and goes on: the call, and where its far end transferred it to. */
  readonly #live = new Set<string>();
  #wanted: ((view: CallView) => void) | undefined;
  /** Events since a call was taken, until it is followed. */
  #early: Sequenced[] = [];
  #listener: ((event: Sequenced) => void) | undefined;

  constructor(phone: Phone, accepts: Acceptor, others: "refuse" | "leave") {
    this.#phone = phone;
    this.#accepts = accepts;
    this.#others = others;
  }

  /** Whether no call is taken: then nobody else tells of what happens. */
  get isIdle(): boolean {
    return this.#current === undefined;
  }

  handle(event: Sequenced): void {
    if (isCallEvent(event)) {
      if (event.type === "call.incoming") this.offer(event.call);
      else if (event.call.state !== "ringing") this.#forget(event.call.id);
      this.#track(event);
    }
    if (event.type === "call.ended") this.#over(event.record.id);
    if (this.#listener !== undefined) this.#listener(event);
    else if (this.#current !== undefined) this.#early.push(event);
  }

  /** A ringing call. */
  offer(view: CallView): void {
    if (!this.#accepts(view)) this.#refuse(view, 603);
    else if (this.#wanted !== undefined) this.#wanted(view);
    else if (this.#live.size > 0 && this.#others === "refuse") this.#refuse(view, 486);
    else this.#waiting.push(view);
  }

  next(): Promise<CallView> {
    const { promise, resolve } = Promise.withResolvers<CallView>();
    this.#wanted = (view) => {
      this.#wanted = undefined;
      this.#current = view.id;
      this.#live.add(view.id);
      resolve(view);
    };
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) this.#wanted(waiting);
    return promise;
  }

  follow(listener: (event: Sequenced) => void): void {
    this.#listener = listener;
    for (const event of this.#early.splice(0)) listener(event);
  }

  release(): void {
    this.#current = undefined;
    this.#live.clear();
    this.#listener = undefined;
    this.#early = [];
  }

  /** Who calls while the last report of a call is awaited waits for it, too: nobody talks any more. */
  #track({ type, call }: CallEvent): void {
    if (type === "call.ending") this.#live.delete(call.id);
    if (type === "call.dialling" && call.referrer !== undefined && this.#live.has(call.referrer)) {
      this.#live.add(call.id);
    }
  }

  #over(call: string): void {
    this.#live.delete(call);
    this.#forget(call);
  }

  #forget(call: string): void {
    const index = this.#waiting.findIndex(({ id }) => id === call);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  #refuse({ id }: CallView, status: number): void {
    if (this.#others === "leave") return;
    this.#phone.request("reject", { call: id, status }).catch(() => {});
  }
}
