/**
 * Mixes for each of its parties what the others say, once a tick.
 *
 *     far parties speak ──► near ones hear        then        near ones speak ──► far ones hear
 *                      └──────────── far ones hear each other ────────────┘
 *
 * Near is our own end: the person, the programs that have joined, the recorder; far are calls. Who is
 * near hears the far ones only, who is far everybody but himself. A call is a bridge with one far party,
 * a conference one with several. What is heard is spoken in the same tick, so that an echo costs no
 * frame. Parties come, go, are muted and heard again without a click.
 *
 * An ear with a clock of its own may want two frames in a tick, or none. A single far party then says as
 * many, and its jitter buffer makes up for it; with several, the ear gets the same mix twice, or misses
 * one, because the far parties hear each other at the pace of the ticks.
 *
 * On the real-time path: nothing is allocated in `tick`.
 */
import { FRAME_SAMPLES } from "../../audio/mod.ts";
import { faded, Mix, SILENCE, turnBack } from "../dsp/mod.ts";
import type { Party } from "./party.ts";

export type BridgeSide = "near" | "far";

/** A party's place in the bridge. */
class Seat {
  readonly party: Party;
  /** What it hears. */
  readonly mix: Mix;
  /** What the party said last, as others hear it. */
  said: Int16Array = SILENCE;
  muted = false;
  leaving = false;
  /** The frame before was heard. */
  #heard = false;
  readonly #faded = new Int16Array(FRAME_SAMPLES);

  constructor(party: Party, mix: Mix) {
    this.party = party;
    this.mix = mix;
  }

  /** What it said last ends softly in the next tick. */
  leave(): void {
    this.leaving = true;
    this.#faded.set(this.said);
    turnBack(this.#faded);
    this.said = this.#faded;
  }

  speak(due: number): void {
    if (this.leaving) return;
    const frame = this.party.speak!(due);
    const heard = !this.muted;
    if (heard === this.#heard) this.said = heard ? frame : SILENCE;
    else this.said = faded(frame, heard ? "in" : "out", this.#faded);
    this.#heard = heard;
  }
}

export class Bridge {
  readonly #sides: Record<BridgeSide, Seat[]> = { near: [], far: [] };
  /** What every near party hears. */
  readonly #near = new Mix();
  /** Somebody leaves with the next tick. */
  #leaving = false;

  /** Parties that are there. */
  get size(): number {
    const { near, far } = this.#sides;
    return present(near) + present(far);
  }

  /** From the next tick on. */
  join(party: Party, side: BridgeSide): void {
    this.#sides[side].push(new Seat(party, side === "near" ? this.#near : new Mix()));
  }

  /** It is neither asked nor told anything from now on. */
  leave(party: Party): void {
    const seat = this.#seatOf(party);
    if (seat === undefined) return;
    seat.leave();
    this.#leaving = true;
  }

  /** A muted party hears, and is not heard. */
  mute(party: Party, muted: boolean): void {
    const seat = this.#seatOf(party);
    if (seat !== undefined) seat.muted = muted;
  }

  /** @param due nominal time of the tick, ms */
  tick(due: number): void {
    const { near, far } = this.#sides;
    const wanted = framesOf(near);
    const single = present(far) === 1;
    for (let round = single ? wanted : 1; round > 0; round--) {
      speak(far, due);
      addAll(far, this.#near);
      const mix = this.#near.take();
      for (let repeat = single ? 1 : wanted; repeat > 0; repeat--) tell(near, mix);
    }
    speak(near, due);
    for (let i = 0; i < far.length; i++) this.#tellFar(far[i]!);
    if (this.#leaving) this.#clear();
  }

  #tellFar(seat: Seat): void {
    if (seat.leaving || seat.party.hear === undefined) return;
    const { near, far } = this.#sides;
    addAll(near, seat.mix);
    addAll(far, seat.mix, seat);
    seat.party.hear(seat.mix.take());
  }

  #clear(): void {
    this.#leaving = false;
    for (const seats of Object.values(this.#sides)) {
      for (let i = seats.length - 1; i >= 0; i--) if (seats[i]!.leaving) seats.splice(i, 1);
    }
  }

  #seatOf(party: Party): Seat | undefined {
    const { near, far } = this.#sides;
    return [...near, ...far].find((seat) => seat.party === party && !seat.leaving);
  }
}

function present(seats: Seat[]): number {
  let count = 0;
  for (let i = 0; i < seats.length; i++) if (!seats[i]!.leaving) count++;
  return count;
}

function framesOf(seats: Seat[]): 0 | 1 | 2 {
  for (let i = 0; i < seats.length; i++) {
    const { party, leaving } = seats[i]!;
    if (party.frames !== undefined && !leaving) return party.frames();
  }
  return 1;
}

function speak(seats: Seat[], due: number): void {
  for (let i = 0; i < seats.length; i++) {
    if (seats[i]!.party.speak !== undefined) seats[i]!.speak(due);
  }
}

function addAll(seats: Seat[], mix: Mix, except?: Seat): void {
  for (let i = 0; i < seats.length; i++) {
    const seat = seats[i]!;
    if (seat !== except && seat.party.speak !== undefined) mix.add(seat.said);
  }
}

function tell(seats: Seat[], mix: Int16Array): void {
  for (let i = 0; i < seats.length; i++) {
    const { party, leaving } = seats[i]!;
    if (!leaving) party.hear?.(mix);
  }
}
