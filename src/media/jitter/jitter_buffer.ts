/**
 * The jitter buffer: puts packets in order and decides, whenever sound is needed, what comes next.
 * On the real-time path; time is passed in, nothing is allocated.
 *
 *     put(packet) ──► PacketBuffer ──► next(due) ──► packet │ lost │ dry │ idle
 *
 *     idle ──first packet──► filling ──it has waited START_MS──► playing ──time line broken──► filling
 *
 * `position` is the media time that is needed next. A packet of that time is played; a later one
 * means that the sound between is lost. When there is none at all the buffer is dry: the position
 * stays, so that a late packet is still played and the delay grows by what was waited; a gap in the
 * media time (loss, silence suppression) that turns up afterwards is covered by that wait. A gap
 * before a packet that is there counts as dry, too, while packets are known to come later than that.
 */
import type { RtpPacket } from "../rtp/packet.ts";
import { TimestampUnwrapper } from "../rtp/sequence.ts";
import { DelayTracker } from "./delay_tracker.ts";
import { PacketBuffer, type WaitingPacket } from "./packet_buffer.ts";

/** What the first packet waits before it is played, ms. */
const START_MS = 20;
/** Growth of the delay that one dry spell may cause, ms; media time passes beyond it. */
const MAX_WAIT_MS = 200;
/** Delay that jitter may demand above the fastest packet, ms. */
const MAX_DELAY_MS = 300;
/** A packet this much earlier than the fastest one, or later, is of another time line, ms. */
const MAX_EARLY_MS = 500;
const MAX_LATE_MS = 2000;
/** Late packets in a row after which their time line is believed. */
const LATE_RUN = 5;
/** Delay above what is required at which sound is skipped, ms. */
const SKIP_MS = 500;
/** Packets after which the tracker's answer counts. */
const EVIDENCE = 25;
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
  readonly #ticksPerMs: number;
  readonly #packets = new PacketBuffer();
  readonly #unwrapper = new TimestampUnwrapper();
  readonly #delays = new DelayTracker();
  readonly #next: NextSound = { kind: "idle", packet: undefined, ticks: 0 };
  #state: "idle" | "filling" | "playing" = "idle";
  #position = 0;
  /** Media time that dry spells covered since the last packet, ticks. */
  #waited = 0;
  #lateRun = 0;
  #sinceStart = 0;
  #lowestTransit = Infinity;

  /** @param clockRate RTP ticks per second */
  constructor(clockRate: number) {
    this.#ticksPerMs = clockRate / 1000;
  }

  /**
   * Takes a packet that the receiver accepted.
   * @param packet its payload is copied
   */
  put(packet: RtpPacket, arrivedAt: number): PutVerdict {
    let ticks = this.#unwrapper.unwrap(packet.timestamp);
    let transit = arrivedAt - ticks / this.#ticksPerMs;
    if (this.#breaksTimeLine(transit, ticks)) {
      this.reset();
      ticks = this.#unwrapper.unwrap(packet.timestamp);
      transit = arrivedAt - ticks / this.#ticksPerMs;
    }
    if (++this.#sinceStart === SETTLING) this.#delays.reset();
    this.#delays.add(transit);
    this.#lowestTransit = Math.min(this.#lowestTransit, transit);
    if (this.#state === "playing" && ticks < this.#position) {
      this.late++;
      this.#lateRun++;
      return "late";
    }
    this.#lateRun = 0;
    if (!this.#packets.put(ticks, packet.payloadType, packet.payload, arrivedAt)) {
      this.duplicates++;
      return "duplicate";
    }
    if (this.#state === "idle") this.#state = "filling";
    return "stored";
  }

  /** What to play at `due`, ms on the same clock as arrivals. */
  next(due: number): NextSound {
    if (this.slackMs(due) > SKIP_MS) this.#skip(this.slackMs(due));
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
    const room = Math.max(0, MAX_WAIT_MS * this.#ticksPerMs - this.#waited);
    this.#waited += Math.min(ticks, room);
    this.#position += Math.max(0, ticks - room);
  }

  /**
   * How long before its time the packet of `position` is expected, ms, when it is fetched at `due`.
   * Zero until enough is known.
   */
  slackMs(due: number): number {
    if (this.#delays.count < EVIDENCE || this.#state !== "playing") return 0;
    const highest = Math.min(this.#delays.required(), this.#lowestTransit + MAX_DELAY_MS);
    return due - this.#position / this.#ticksPerMs - highest;
  }

  /** Media time that waits, ms. */
  get depthMs(): number {
    const last = this.#packets.last;
    return last === undefined ? 0 : (last.ticks - this.#position) / this.#ticksPerMs;
  }

  /** A new stream begins: another source, another time line. The counters stay. */
  reset(): void {
    this.#state = "idle";
    this.#packets.clear();
    this.#unwrapper.reset();
    this.#delays.reset();
    this.#waited = 0;
    this.#lateRun = 0;
    this.#sinceStart = 0;
    this.#lowestTransit = Infinity;
  }

  #breaksTimeLine(transit: number, ticks: number): boolean {
    if (this.#delays.count === 0) return false;
    if (transit < this.#lowestTransit - MAX_EARLY_MS) return true;
    const tooLate = this.#state === "playing" && ticks < this.#position &&
      transit > this.#lowestTransit + MAX_LATE_MS;
    return tooLate && this.#lateRun >= LATE_RUN;
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
      this.slackMs(due) < 0;
  }

  /** Takes what dry spells waited off the gap before the first packet. */
  #coverGap(first: WaitingPacket): void {
    if (this.#waited === 0) return;
    const gap = Math.max(0, first.ticks - this.#position);
    this.#position += Math.min(gap, this.#waited);
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
