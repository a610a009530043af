/**
 * A call from one registered phone to another: the practice PBX calls the second one and joins the two.
 *
 *     alice ── INVITE ──► [ringing]   dial ──► bob
 *                answer ◄─────────── answered
 *           sound ⇄ attachment ═══ attachment ⇄ sound,   digits, the end of either ends both
 *
 * Each side is a call of the PBX's own (a back-to-back user agent, RFC 7092 §3.2): the two phones need
 * no codec in common.
 */
import type { CallAudio } from "../control/wire/mod.ts";
import type { Sequenced } from "../control/contract/mod.ts";
import type { CallRecord, CallView } from "../core/state/mod.ts";
import type { AudioEndpoints } from "../core/ports/mod.ts";
import type { OpenPhone } from "../station/phone/mod.ts";

/** Nobody is in front of the PBX: what one side says is the other's microphone. */
const NOBODY: AudioEndpoints = { microphone: { kind: "silence" }, speaker: { kind: "null" } };
/** Hz of what crosses: that of the media graph. */
const RATE = 48_000;
/** ms that the second phone may ring. */
const NO_ANSWER_MS = 60_000;
/** What a caller is told when the other phone says nothing of its own. */
const UNAVAILABLE = 480;

export class ExtensionBridge {
  readonly #phone: OpenPhone;
  readonly #complain: (what: string) => void;
  /** Both ways. */
  readonly #others = new Map<string, string>();
  /** Callers that are not answered yet. */
  readonly #ringing = new Set<string>();

  /** @param complain told what did not work; the calls go on or end */
  constructor(phone: OpenPhone, complain: (what: string) => void) {
    this.#phone = phone;
    this.#complain = complain;
  }

  /** Calls `target` for a call that rings. */
  connect(caller: CallView, target: string): void {
    this.#ringing.add(caller.id);
    this.#do(this.#dial(caller, target), () => this.#reject(caller.id, UNAVAILABLE));
  }

  take(event: Sequenced): void {
    if (event.type === "call.answered") this.#answered(event.call.id);
    else if (event.type === "call.ended") this.#ended(event.record);
    else if (event.type === "call.digit") {
      const other = this.#others.get(event.call.id);
      const digits = event.detail.digit;
      if (other !== undefined) this.#do(this.#phone.request("dtmf", { call: other, digits }));
    }
  }

  async #dial(caller: CallView, target: string): Promise<void> {
    const { call } = await this.#phone.request("dial", {
      account: "direct",
      target,
      endpoints: NOBODY,
      from: caller.remote,
      limits: { noAnswerMs: NO_ANSWER_MS },
    });
    // The caller may have gone meanwhile.
    if (!this.#ringing.has(caller.id)) return await this.#hangUp(call);
    this.#others.set(call, caller.id).set(caller.id, call);
  }

  #answered(call: string): void {
    const other = this.#others.get(call);
    if (other === undefined) return;
    if (this.#ringing.delete(other)) {
      this.#do(this.#phone.request("answer", { call: other, endpoints: NOBODY }));
    } else this.#do(this.#join(call, other));
  }

  /** What is heard of each is said to the other. */
  async #join(one: string, other: string): Promise<void> {
    const sides: (CallAudio | undefined)[] = [];
    const attach = async (call: string, to: number) =>
      await this.#phone.audio({ call, rate: RATE, instead: true }, {
        heard: (samples) => void sides[to]?.say(samples),
      });
    sides[0] = await attach(one, 1);
    sides[1] = await attach(other, 0);
  }

  #ended({ id, sipStatus, outcome }: CallRecord): void {
    this.#ringing.delete(id);
    const other = this.#others.get(id);
    this.#others.delete(id);
    if (other === undefined) return;
    this.#others.delete(other);
    if (!this.#ringing.has(other)) return this.#do(this.#hangUp(other));
    const refused = outcome !== "answered" && sipStatus >= 400;
    this.#reject(other, refused ? sipStatus : UNAVAILABLE);
  }

  #reject(call: string, status: number): void {
    this.#ringing.delete(call);
    this.#do(this.#phone.request("reject", { call, status }));
  }

  async #hangUp(call: string): Promise<void> {
    await this.#phone.request("hangup", { call });
  }

  /** Either side may be gone by now: that is no fault. */
  #do(request: Promise<unknown>, otherwise: () => void = () => {}): void {
    request.catch((error: Error) => {
      this.#complain(error.message);
      otherwise();
    });
  }
}
