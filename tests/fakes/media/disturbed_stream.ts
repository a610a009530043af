/**
 * A receiver whose peer and network do one thing after the other to its stream, in virtual time, with
 * calm between. What is played is told frame by frame.
 *
 *     disturbance ─► 3 s calm ─► disturbance ─► … ─► 13 s calm
 */
import { createCodec } from "../../../src/media/codec/registry.ts";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { InboundStream } from "../../../src/media/stream/inbound.ts";
import { writeRtpHeader } from "../../../src/media/rtp/packet.ts";
import { streamTo } from "../media_party.ts";
import { seeded } from "./impaired_link.ts";

export type Disturbance =
  /** The way becomes longer or shorter, at once or within two seconds. */
  | { kind: "step" | "ramp"; ms: number }
  /** Nothing is sent; afterwards timestamps say so, or go on as if nothing had been. */
  | { kind: "pause"; ms: number; timestampsRun: boolean; marker: boolean }
  /** Everything is held back, and comes at once. */
  | { kind: "outage"; ms: number }
  | { kind: "loss"; ms: number }
  | { kind: "timestamp"; ticks: number; marker: boolean }
  | { kind: "sequence"; by: number; ticks: number }
  | { kind: "source" };

export interface StreamPlan {
  seed: number;
  ptime: number;
  jitterMs: number;
  /** Share of packets lost, never more than two in a row. */
  loss: number;
  driftPpm: number;
  disturbances: Disturbance[];
}

/** What was played from `from` on, ms; a kind a frame of 20 ms. */
export interface Calm {
  after: Disturbance | undefined;
  kinds: string[];
  /** Media time that waited, ms. */
  depths: number[];
}

const CALM_MS = 3000;
const LAST_CALM_MS = 13_000;
const PEER = { address: "10.0.0.1", port: 4000 };

interface Flying {
  at: number;
  datagram: Uint8Array;
}

/** The sender and the network: everything that arrives, and when each calm begins. */
class Sender {
  readonly flying: Flying[] = [];
  readonly calms: { after: Disturbance | undefined; at: number }[] = [];
  readonly #plan: StreamPlan;
  readonly #random: () => number;
  #now = 0;
  #delay = 2100;
  #timestamp: number;
  #sequence: number;
  #ssrc = 1;
  #lostInARow = 0;
  #marker = true;

  constructor(plan: StreamPlan) {
    this.#plan = plan;
    this.#random = seeded(plan.seed);
    this.#timestamp = this.#random() * 2 ** 32;
    this.#sequence = this.#random() * 2 ** 16;
  }

  run(): number {
    this.#calm(undefined, CALM_MS);
    const { disturbances } = this.#plan;
    disturbances.forEach((one, i) => {
      this.#disturb(one);
      this.#calm(one, i === disturbances.length - 1 ? LAST_CALM_MS : CALM_MS);
    });
    this.flying.sort((a, b) => a.at - b.at);
    return this.#now + this.#delay;
  }

  #calm(after: Disturbance | undefined, ms: number): void {
    const latest = this.flying.reduce((most, { at }) => Math.max(most, at), 0);
    const now = this.#now + this.#delay;
    const at = Math.max(latest, now);
    this.calms.push({ after, at });
    this.#send(at - now + ms, () => this.#delay);
  }

  #send(ms: number, delay: () => number, random = true): void {
    const end = this.#now + ms;
    while (this.#now < end) {
      this.#packet(delay(), random);
      this.#now += this.#plan.ptime / (1 + this.#plan.driftPpm / 1e6);
    }
  }

  #packet(delay: number, random: boolean): void {
    const { ptime, jitterMs, loss } = this.#plan;
    const samples = ptime * 8;
    const datagram = new Uint8Array(12 + samples).fill(0x80);
    const sequence = this.#sequence++ & 0xffff;
    writeRtpHeader(datagram, this.#marker, 0, sequence, this.#timestamp, this.#ssrc);
    this.#marker = false;
    this.#timestamp += samples;
    const lost = random && this.#random() < loss && this.#lostInARow < 2;
    this.#lostInARow = lost ? this.#lostInARow + 1 : 0;
    // What was held back comes in order.
    const at = this.#now + delay + (random ? this.#random() * jitterMs : 0);
    if (!lost && delay !== Infinity) this.flying.push({ at, datagram });
  }

  #disturb(one: Disturbance): void {
    switch (one.kind) {
      case "step":
        this.#delay = Math.max(5, this.#delay + one.ms);
        return;
      case "ramp": {
        const [from, began] = [this.#delay, this.#now];
        const to = Math.max(5, from + one.ms);
        this.#send(2000, () => from + (to - from) * Math.min(1, (this.#now - began) / 2000));
        this.#delay = to;
        return;
      }
      case "pause":
        this.#now += one.ms;
        if (one.timestampsRun) this.#timestamp += one.ms * 8;
        this.#marker = one.marker;
        return;
      case "outage": {
        const release = this.#now + one.ms + this.#delay;
        this.#send(one.ms, () => release - this.#now, false);
        return;
      }
      case "loss":
        this.#send(one.ms, () => Infinity, false);
        return;
      case "timestamp":
        this.#timestamp += one.ticks;
        this.#marker = one.marker;
        return;
      case "sequence":
        this.#sequence += one.by + 65_536;
        this.#timestamp += one.ticks;
        return;
      case "source":
        this.#ssrc++;
        this.#sequence = this.#random() * 2 ** 16;
        this.#timestamp = this.#random() * 2 ** 32;
    }
  }
}

/** Plays the plan. The resampler must be loaded. */
export function playDisturbed(plan: StreamPlan): Calm[] {
  const sender = new Sender(plan);
  const end = sender.run();
  const inbound = new InboundStream(() => 0xffff_ffff, createCodec, {
    heard: () => {},
    returned: () => {},
    digit: () => {},
    collided: () => {},
  });
  inbound.use(streamTo(PEER.port, "PCMU"), true, 0);
  const frame = new Int16Array(FRAME_SAMPLES);
  const calms = sender.calms.map(({ after, at }): Calm & { at: number } => (
    { after, at, kinds: [], depths: [] }
  ));
  let current: Calm | undefined;
  let next = 0;
  for (let due = 7; due < end; due += 20) {
    for (; next < sender.flying.length && sender.flying[next]!.at <= due; next++) {
      const { at, datagram } = sender.flying[next]!;
      inbound.receive(datagram, at);
    }
    current = calms.findLast(({ at }) => at <= due) ?? current;
    const kind = inbound.playout.pull(due, frame);
    current?.kinds.push(kind);
    current?.depths.push(inbound.playout.jitter.depthMs);
  }
  inbound.free();
  return calms;
}
