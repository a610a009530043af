/**
 * The room that speakers and microphones of the host are in: what the former play is taken out of what
 * the latter hear, while a client wants it.
 *
 *     PlaybackPump ─ played ─► a reference for each microphone ─┐
 *     CapturePump ─ clean ─────────────────────────────────────► SpeexEcho ─► its block
 *
 * It goes on and off within a block, without a click. On the real-time path but for `cancel`.
 */
import { EchoReference } from "./reference.ts";
import { loadSpeexDsp, type SpeexDsp, SpeexEcho } from "./speexdsp.ts";

/** A microphone of the room. */
export interface EchoCleaner {
  /** @param block 10 ms at its rate, changed in place */
  clean(block: Int16Array): void;
  close(): void;
}

export class EchoRoom {
  readonly #clock: () => number;
  readonly #load: () => SpeexDsp;
  #library: SpeexDsp | undefined;
  #on = false;
  readonly #microphones = new Set<RoomMicrophone>();

  /** @param clock monotonic, ms; @param load of the library, when it is first wanted */
  constructor(clock: () => number, load: () => SpeexDsp = loadSpeexDsp) {
    this.#clock = clock;
    this.#load = load;
  }

  /**
   * In all microphones, those that are open and those to come.
   * @throws OffhookError `device-failed` when there is no canceller; nothing changes then
   */
  cancel(on: boolean): void {
    if (on) this.#library ??= this.#load();
    this.#on = on;
  }

  /** @param speaker whose block it is; @param block what the card just took, at `rate` */
  played(speaker: object, block: Int16Array, rate: number): void {
    if (!this.#on) return;
    for (const microphone of this.#microphones) microphone.played(speaker, block, rate);
  }

  /** The speaker is closed. */
  forget(speaker: object): void {
    for (const microphone of this.#microphones) microphone.forget(speaker);
  }

  /** @param samples of its blocks; @param rate Hz */
  microphone(samples: number, rate: number): EchoCleaner {
    const made = new RoomMicrophone(samples, rate, this.#clock, {
      library: () => this.#on ? this.#library : undefined,
      closed: () => this.#microphones.delete(made),
    });
    this.#microphones.add(made);
    return made;
  }
}

/** What a microphone knows of its room. */
interface Room {
  /** Undefined: nothing is to be cancelled. */
  library(): SpeexDsp | undefined;
  closed(): void;
}

class RoomMicrophone implements EchoCleaner {
  readonly #rate: number;
  readonly #clock: () => number;
  readonly #room: Room;
  readonly #speakers = new Map<object, EchoReference>();
  readonly #sum: Int32Array;
  readonly #heard: Int16Array;
  readonly #played: Int16Array<ArrayBuffer>;
  #echo: SpeexEcho | undefined;

  constructor(samples: number, rate: number, clock: () => number, room: Room) {
    this.#rate = rate;
    this.#clock = clock;
    this.#room = room;
    this.#sum = new Int32Array(samples);
    this.#heard = new Int16Array(samples);
    this.#played = new Int16Array(samples);
  }

  /** A speaker of another rate is not cancelled: both are asked for 48 kHz, and few cards refuse it. */
  played(speaker: object, block: Int16Array, rate: number): void {
    if (rate !== this.#rate) return;
    let reference = this.#speakers.get(speaker);
    if (reference === undefined) {
      this.#speakers.set(speaker, reference = new EchoReference(rate, this.#clock));
    }
    reference.write(block);
  }

  forget(speaker: object): void {
    this.#speakers.delete(speaker);
  }

  clean(block: Int16Array): void {
    const library = this.#room.library();
    if (library === undefined && this.#echo === undefined) return;
    const begins = this.#echo === undefined;
    this.#echo ??= new SpeexEcho(library!, block.length, this.#rate);
    this.#gather();
    this.#heard.set(block);
    this.#echo.cancel(block, this.#played);
    if (library === undefined) {
      goOver(block, this.#heard, block);
      this.#end();
    } else if (begins) goOver(this.#heard, block, block);
  }

  close(): void {
    this.#end();
    this.#room.closed();
  }

  /** What all speakers played, as much as the microphone heard. */
  #gather(): void {
    this.#sum.fill(0);
    for (const reference of this.#speakers.values()) reference.addTo(this.#sum);
    for (let i = 0; i < this.#sum.length; i++) {
      this.#played[i] = Math.max(-0x8000, Math.min(0x7fff, this.#sum[i]!));
    }
  }

  #end(): void {
    this.#echo?.close();
    this.#echo = undefined;
    this.#speakers.clear();
  }
}

/** From one sound to another within a block, into `into`, which may be one of them. */
function goOver(from: Int16Array, to: Int16Array, into: Int16Array): void {
  const { length } = into;
  for (let i = 0; i < length; i++) into[i] = (from[i]! * (length - i) + to[i]! * i) / length;
}
