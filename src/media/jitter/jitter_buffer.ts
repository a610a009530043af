/**
 * The jitter buffer: puts packets in order and decides, whenever sound is needed, what comes next.
 * On the real-time path; time is passed in, nothing is allocated.
 *
 *     put(packet) ──► TimeLine ──► PacketBuffer ──► next(due) ──► packet │ lost │ dry │ idle
 *
 *     idle ──first packet──► filling ──it has waited START_MS──► playing
 *
 * `position` is the media time that is needed next. A packet of that time is played; a later one
 * means that the sound between is lost. When there is none at all the buffer is dry: the position
 * stays, for however long, so that whatever comes then is played and the delay grows by what was
 * waited; a gap in the media time (loss, silence suppression) that turns up afterwards is covered by
 * that wait. A gap before a packet that is there counts as dry, too, while packets are known to come
 * later than that. Delay that turns out not to be needed goes again: see `slackMs`.
 */
import type { RtpPacket } from "../rtp/mod.ts";
import { DelayTracker } from "./delay_tracker.ts";
import { PacketBuffer, type WaitingPacket } from "./packet_buffer.ts";
import { TimeLine } from "./time_line.ts";

/** What the first packet waits before it is played, ms. */
const START_MS = 5;
/** Longest wait for a packet that is missing before one that is there, ms. */
const MAX_WAIT_MS = 200;
/** Longest silence that loss makes, ms: what waits behind it is heard then. */
const MAX_GAP_MS = 200;
/** Delay that jitter may demand above the fastest packet of the last second, ms. */
const MAX_DELAY_MS = 300;
/** Late packets in a row, and their time, after which they are the stream, ms. */
const LATE_RUN = 4;
const LATE_RUN_MS = 60;
/** Packets in a row that are so much slower than the fastest, ms, came another way. */
const LONGER_RUN = 10;
const LONGER_MS = 300;
/** Delay above what is required at which sound is skipped, ms. */
const SKIP_MS = 500;
/** Packets after which the tracker's answer counts. */
const EVIDENCE = 10;
/** Packets at the start of a stream that say nothing: both ends are still loading and compiling. */
const SETTLING = 25;

export type PutVerdict = "stored" | "late" | "duplicate";

/** What comes next. The one object is used again by the next call. */
export interface NextSound {
  /**
   * `packet`: play it, then call `played`. `lost`: conceal `ticks`. `dry`: conceal what is needed
   * now and tell `waited`. `idle`: nothing plays yet.
   */
  kind: "packet" | "lost" | "dry" | "idle";
  packet: WaitingPacket | undefined;
  ticks: number;
}

export class JitterBuffer {
  /** Packets that came after their time, and twice. */
  late = 0;
  duplicates = 0;
  #ticksPerMs: number;
  readonly #packets = new PacketBuffer();
  readonly #delays = new DelayTracker();
  readonly #timeLine: TimeLine;
  readonly #next: NextSound = { kind: "idle", packet: undefined, ticks: 0 };
  #state: "idle" | "filling" | "playing" = "idle";
  #position = 0;
  /** Media time that dry spells covered since the last packet, ticks. */
  #waited = 0;
  /** Late packets since the last one in time, and when the first of them came, ms. */
  #lateRun = 0;
  #lateSince = 0;
  /** Packets in a row that were much slower than the fastest. */
  #longer = 0;
  #sinceStart = 0;

  /** @param clockRate RTP ticks per second */
  constructor(clockRate: number) {
    this.#ticksPerMs = clockRate / 1000;
    this.#timeLine = new TimeLine(this.#ticksPerMs, this.#delays);
  }

  /**
   * Takes a packet that the receiver accepted.
   * @param packet its payload is copied
   */
  put(packet: RtpPacket, arrivedAt: number): PutVerdict {
    let ticks = this.#timeLine.place(packet, arrivedAt);
    if (this.#isLate(ticks)) {
      if (!this.#lateOnesStay(arrivedAt)) {
        this.#track(ticks, arrivedAt);
        this.late++;
        return "late";
      }
      ticks = this.#timeLine.rejoin(packet, ticks, arrivedAt);
    }
    this.#track(ticks, arrivedAt);
    this.#lateRun = 0;
    if (!this.#packets.put(ticks, packet, arrivedAt)) {
      this.duplicates++;
      return "duplicate";
    }
    if (this.#state === "idle") this.#state = "filling";
    return "stored";
  }

  /** What to play at `due`, ms on the same clock as arrivals. */
  next(due: number): NextSound {
    const slack = Math.min(this.#spareMs(due), this.depthMs);
    if (slack > SKIP_MS) this.#skip(slack);
    const next = this.#next;
    const first = this.#packets.first;
    next.packet = first;
    if (this.#state !== "playing" && !this.#mayStart(first, due)) {
      next.kind = "idle";
    } else if (first === undefined || this.#shouldWait(first, due)) {
      next.kind = "dry";
    } else {
      this.#coverGap(first);
      next.ticks = first.ticks - this.#position;
      next.kind = next.ticks > 0 ? "lost" : "packet";
    }
    return next;
  }

  /** The first packet was played; it held `ticks` of media time. */
  played(ticks: number): void {
    const first = this.#packets.first;
    if (first) this.#position = first.ticks + ticks;
    this.#packets.dropFirst();
    while (this.#packets.length > 0 && this.#packets.first!.ticks < this.#position) {
      this.#packets.dropFirst();
      this.late++;
    }
  }

  /** Sound of `ticks` was lost, and concealed. */
  concealed(ticks: number): void {
    this.#position += ticks;
  }

  /** The buffer was dry for `ticks`, which were concealed. */
  waited(ticks: number): void {
    this.#waited += ticks;
  }

  /**
   * Delay that nobody needs, ms, at a fetch at `due`: packets come this much before their time, and
   * are there. Negative: packets are known to come this much later. Zero until enough is known.
   */
  slackMs(due: number): number {
    const held = this.#packets.length === 0 ? 0 : this.depthMs + this.#timeLine.durationMs;
    return Math.min(this.#spareMs(due), held);
  }

  /** What the packets last, ms. */
  get packetMs(): number {
    return this.#timeLine.durationMs;
  }

  /** Media time that waits, ms. */
  get depthMs(): number {
    const { first, last } = this.#packets;
    if (first === undefined || last === undefined) return 0;
    const from = this.#state === "playing" ? this.#position : first.ticks;
    return (last.ticks - from) / this.#ticksPerMs;
  }

  /** The packets from now on are of another RTP clock. */
  useClock(clockRate: number): void {
    this.#ticksPerMs = clockRate / 1000;
    this.#timeLine.useClock(this.#ticksPerMs);
    this.reset();
  }

  /** A new stream begins: another source, another time line. The counters stay. */
  reset(): void {
    this.#state = "idle";
    this.#packets.clear();
    this.#timeLine.reset();
    this.#delays.reset();
    this.#waited = 0;
    this.#lateRun = 0;
    this.#longer = 0;
    this.#sinceStart = 0;
  }

  #isLate(ticks: number): boolean {
    return this.#state === "playing" && ticks < this.#position;
  }

  /** Counts a late packet. @returns whether all have been late for so long that they are the stream */
  #lateOnesStay(now: number): boolean {
    if (this.#lateRun++ === 0) this.#lateSince = now;
    return this.#lateRun >= LATE_RUN && now - this.#lateSince >= LATE_RUN_MS;
  }

  #track(ticks: number, arrivedAt: number): void {
    if (++this.#sinceStart === SETTLING) this.#delays.reset();
    this.#delays.packetsLast(this.#timeLine.durationMs);
    const transit = arrivedAt - ticks / this.#ticksPerMs;
    this.#longer = transit > this.#delays.lowest() + LONGER_MS ? this.#longer + 1 : 0;
    this.#delays.add(transit);
    if (this.#longer < LONGER_RUN) return;
    this.#delays.keep(LONGER_RUN);
    this.#longer = 0;
  }

  /** How long before its time the packet of `position` is expected, ms, whether it is there or not. */
  #spareMs(due: number): number {
    if (this.#delays.count < EVIDENCE || this.#state !== "playing") return 0;
    const highest = Math.min(this.#delays.required(), this.#delays.lowest() + MAX_DELAY_MS);
    return due - this.#position / this.#ticksPerMs - highest;
  }

  #mayStart(first: WaitingPacket | undefined, due: number): boolean {
    if (this.#state !== "filling" || first === undefined) return false;
    if (due - first.arrivedAt < START_MS) return false;
    this.#state = "playing";
    this.#position = first.ticks;
    this.#waited = 0;
    return true;
  }

  /**
   * A packet is missing, and packets are known to come later than this: it may still come. The wait
   * costs nothing when it is lost, because the gap is covered by it.
   */
  #shouldWait(first: WaitingPacket, due: number): boolean {
    return first.ticks > this.#position && this.#waited < MAX_WAIT_MS * this.#ticksPerMs &&
      this.#spareMs(due) < 0;
  }

  /**
   * Takes what dry spells waited off the gap before the first packet, and all of it before a talk
   * spurt. Of a long gap only so much is played: the rest is delay that goes.
   */
  #coverGap(first: WaitingPacket): void {
    const gap = Math.max(0, first.ticks - this.#position);
    const newSpurt = first.marker && this.#waited > 0;
    const room = newSpurt ? 0 : Math.max(0, MAX_GAP_MS * this.#ticksPerMs - this.#waited);
    this.#position = first.ticks - Math.min(Math.max(0, gap - this.#waited), room);
    this.#waited = 0;
  }

  /** A burst came after an outage: the delay that it left is given up at once. */
  #skip(ms: number): void {
    this.#position += ms * this.#ticksPerMs;
    while (this.#packets.length > 0 && this.#packets.first!.ticks < this.#position) {
      this.#packets.dropFirst();
      this.late++;
    }
    if (this.#packets.first) this.#position = this.#packets.first.ticks;
  }
}
