/**
 * The sound card as an audio endpoint: streams of the device host, with a ring between the host's
 * socket and the media clock.
 *
 *     card ─► device host ═ socket ═► [resampler] ─► ring ─► DeviceSource.read
 *     DeviceSink.write ─► [resampler] ═ socket ═► device host: ring ─► card
 *
 * A device or host that fails in mid-call is opened again until it comes back (device_stream.ts);
 * meanwhile a source gives silence and a sink takes nothing. `read` and `write` are on the real-time
 * path.
 */
import type {
  DeviceHostAccess,
  PlaybackLevel,
  StreamOpened,
} from "../../device_host/client/mod.ts";
import { LeanRing } from "../../device_host/wire/mod.ts";
import { DeviceConnections, DeviceStreamKeeper } from "./device_stream.ts";
import {
  type AudioDevices,
  type AudioSink,
  type AudioSource,
  type EndpointEvents,
  FRAME_SAMPLES,
  GRAPH_RATE,
  loadResampler,
  Resampler,
  SinkPacer,
} from "../mod.ts";

/** Milliseconds per frame that a microphone's host sends: half of ours, for half of the delay. */
const CAPTURE_FRAME_MS = 10;
/** Sound of a microphone that waits for us at most. */
const CAPTURE_CAPACITY_MS = 100;
/**
 * Sound that should still wait at the card when our next frame comes there: the host takes away what
 * is more than it needs, so that only a card that runs dry is told from this.
 */
const WANTED_HEADROOM_MS = 13;

/** What a device endpoint counted since it was opened. */
export interface DeviceCounters {
  /** Times that sound ran out, and that too much of it was thrown away. */
  underflows: number;
  overflows: number;
  /** Times that the device was lost. */
  losses: number;
}

/** The endpoints of one thread; they share a connection to the device host. */
export function deviceEndpoints(access: DeviceHostAccess): AudioDevices {
  const connections = new DeviceConnections(access);
  return {
    source: (name) => new DeviceSource(connections, name),
    sink: (name) => new DeviceSink(connections, name),
    cancelEcho: (on) => connections.cancelEcho(on),
  };
}

/** Converts between a device's rate and the graph's; nothing to do at 48 kHz. */
class RateConverter {
  readonly #resampler: Resampler | undefined;
  readonly #output: Int16Array;

  /** @param most samples of one input */
  private constructor(from: number, to: number, most: number) {
    this.#resampler = from === to ? undefined : new Resampler(from, to);
    this.#output = new Int16Array(this.#resampler?.outputBound(most) ?? 0);
  }

  static async load(from: number, to: number, most: number): Promise<RateConverter> {
    if (from !== to) await loadResampler();
    return new RateConverter(from, to, most);
  }

  /** @returns the input itself, or a view that the next call overwrites */
  convert(samples: Int16Array): Int16Array {
    if (this.#resampler === undefined) return samples;
    return this.#output.subarray(0, this.#resampler.process(samples, this.#output));
  }

  free(): void {
    this.#resampler?.free();
  }
}

export class DeviceSource implements AudioSource {
  readonly #keeper: DeviceStreamKeeper;
  readonly #ring = new LeanRing(GRAPH_RATE, CAPTURE_CAPACITY_MS);
  #converter: RateConverter | undefined;
  #started = false;

  constructor(connections: DeviceConnections, name: string | undefined) {
    this.#keeper = new DeviceStreamKeeper(connections, "capture", name, CAPTURE_FRAME_MS, {
      prepare: (opened) => this.#prepare(opened),
      pcm: (samples) => this.#take(samples),
    });
  }

  get counters(): DeviceCounters {
    const { underflows, overflows } = this.#ring;
    return { underflows, overflows, losses: this.#keeper.losses };
  }

  /** The device that is open, with its rate and latency; undefined while it is not. */
  get opened(): StreamOpened | undefined {
    return this.#keeper.stream?.opened;
  }

  get card(): string | undefined {
    return this.opened?.device.id;
  }

  open(events: EndpointEvents): Promise<void> {
    return this.#keeper.open(events);
  }

  start(): void {
    this.#started = true;
  }

  read(into: Int16Array): boolean {
    return this.#ring.pull(into) === into.length;
  }

  async close(): Promise<void> {
    this.#started = false;
    this.#ring.clear();
    await this.#keeper.close();
    this.#converter?.free();
  }

  async #prepare({ rate }: StreamOpened): Promise<void> {
    this.#converter?.free();
    this.#converter = await RateConverter.load(rate, GRAPH_RATE, rate * CAPTURE_FRAME_MS / 500);
    this.#ring.clear();
  }

  #take(samples: Int16Array): void {
    if (this.#started) this.#ring.push(this.#converter!.convert(samples));
  }
}

class DeviceSink implements AudioSink {
  readonly #keeper: DeviceStreamKeeper;
  #converter: RateConverter | undefined;
  #level: PlaybackLevel | undefined;
  #rate = GRAPH_RATE;
  #pacer = new SinkPacer();
  #started = false;

  constructor(connections: DeviceConnections, name: string | undefined) {
    this.#keeper = new DeviceStreamKeeper(connections, "playback", name, CAPTURE_FRAME_MS, {
      prepare: (opened) => this.#prepare(opened),
      level: (level) => this.#level = level,
    });
  }

  /** Up to 200 ms old, and of the device that is open now. */
  get counters(): DeviceCounters {
    const { underflows = 0, overflows = 0 } = this.#level ?? {};
    return { underflows, overflows, losses: this.#keeper.losses };
  }

  /** The device that is open, with its rate and latency; undefined while it is not. */
  get opened(): StreamOpened | undefined {
    return this.#keeper.stream?.opened;
  }

  get card(): string | undefined {
    return this.opened?.device.id;
  }

  open(events: EndpointEvents): Promise<void> {
    return this.#keeper.open(events);
  }

  start(): void {
    this.#started = true;
  }

  write(frame: Int16Array): void {
    const { stream } = this.#keeper;
    if (!this.#started || stream === undefined) return;
    stream.send(this.#converter!.convert(frame));
  }

  frames(): 0 | 1 | 2 {
    if (this.#level === undefined) return 1;
    return this.#pacer.frames(this.#level.headroom * 1000 / this.#rate - WANTED_HEADROOM_MS);
  }

  async close(): Promise<void> {
    this.#started = false;
    await this.#keeper.close();
    this.#converter?.free();
  }

  async #prepare({ rate }: StreamOpened): Promise<void> {
    this.#converter?.free();
    this.#converter = await RateConverter.load(GRAPH_RATE, rate, FRAME_SAMPLES);
    this.#rate = rate;
    this.#level = undefined;
    this.#pacer = new SinkPacer();
  }
}
