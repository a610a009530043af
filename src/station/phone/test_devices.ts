/**
 * Tries a microphone and a speaker: quiet, then chirps from the speaker, then the person speaks.
 *
 *     open ─► sound flows ─► quiet 1 s ─► chirps, one each second ─► voice 2 s ─► what was heard
 */
import { OffhookError } from "../../base/mod.ts";
import type { DevicesTestReport } from "../../control/schemas/mod.ts";
import {
  DeviceHostConnection,
  DeviceHostSupervisor,
  type DeviceStream,
} from "../../device_host/client/mod.ts";
import { passedOver } from "../../device_host/wire/mod.ts";
import { chirp, findChirp, type HeardChirp, levelsOf } from "./loop_measure.ts";

const FRAME_MS = 20;
/** A card that slept may take seconds to give its first sound. */
const WAKING_MS = 5_000;
const QUIET_MS = 1_000;
const CHIRPS = 3;
const CHIRP_MS = 1_000;
const VOICE_MS = 2_000;
/** The longest recording that is kept, s. */
const LONGEST_SECONDS = 20;
/** Below it a voice is hardly heard, dBFS. */
const FAINT_DBFS = -50;

/** What is tried; absent: the default device. */
export interface TriedDevices {
  microphone: string | undefined;
  speaker: string | undefined;
}

type Report = Omit<DevicesTestReport, "schema">;

/**
 * @param tell called with what the person should do
 * @throws OffhookError `device-not-found`, `device-failed`
 */
export async function testDevices(
  { microphone, speaker }: TriedDevices,
  tell: (words: string) => Promise<void>,
): Promise<Report> {
  const host = new DeviceHostSupervisor();
  try {
    const { devices, unavailable } = await host.listDevices();
    if (devices.length === 0 && unavailable) throw OffhookError.fromJSON(unavailable);
    const connection = await DeviceHostConnection.connect(await host.socket());
    const trial = await Trial.open(connection, { microphone, speaker });
    const heard = await trial.run(tell);
    const named = (stream: DeviceStream, passed: string[]) => {
      const { device: { id, name }, rate, latencyMs } = stream.opened;
      return { id, name, rate, bufferMs: Math.round(latencyMs), passedOver: passed };
    };
    connection.close();
    const { echo, ...levels } = heard;
    return {
      passed: !levels.silent,
      microphone: {
        ...named(trial.microphone, passedOver(devices, microphone, "capture")),
        ...levels,
      },
      speaker: named(trial.speaker, passedOver(devices, speaker, "playback")),
      echo,
      findings: findingsOf(levels, echo),
    };
  } finally {
    await host.close();
  }
}

type Levels = Pick<Report["microphone"], "silent" | "noiseDbfs" | "voiceDbfs">;

function findingsOf({ silent, voiceDbfs }: Levels, echo: Report["echo"]): string[] {
  if (silent) {
    return [
      "The microphone gives no sound at all: it is muted, its volume is 0, or it is another device.",
    ];
  }
  const findings: string[] = [];
  if (voiceDbfs < FAINT_DBFS) {
    findings.push("No voice was heard: nobody spoke, the volume is low, or it is another device.");
  }
  if (!echo.heard) {
    findings.push(
      "The microphone does not hear the speaker: right for a headset; else the speaker is muted, " +
        "its volume is 0, or it is another device.",
    );
  } else if (echo.levelDb! > -20) {
    findings.push("The microphone hears the speaker well: the other side will hear an echo.");
  }
  return findings;
}

/** Both devices, open; what the microphone gave. */
class Trial {
  microphone!: DeviceStream;
  speaker!: DeviceStream;
  #recording = new Int16Array(0);
  #recorded = 0;
  #failure: OffhookError | undefined;

  static async open(
    connection: DeviceHostConnection,
    { microphone, speaker }: TriedDevices,
  ): Promise<Trial> {
    const trial = new Trial();
    const failed = (error: OffhookError) => trial.#failure ??= error;
    trial.speaker = await connection.openStream("playback", speaker, 10, { failed });
    trial.microphone = await connection.openStream("capture", microphone, 10, {
      pcm: (samples) => trial.#take(samples),
      failed,
    });
    trial.#recording = new Int16Array(trial.microphone.opened.rate * LONGEST_SECONDS);
    return trial;
  }

  async run(tell: (words: string) => Promise<void>): Promise<Levels & { echo: Report["echo"] }> {
    await this.#play(WAKING_MS, undefined, () => this.#recorded > 0);
    if (this.#recorded === 0) {
      throw new OffhookError("device-failed", "The microphone gives no sound", {
        hint: "Another program may hold it, or its driver hangs.",
      });
    }
    const { rate } = this.microphone.opened;
    await tell("Be quiet for a moment.");
    const quiet = await this.#during(() => this.#play(QUIET_MS));
    const chirps: Int16Array[] = [];
    for (let nth = 0; nth < CHIRPS; nth++) {
      const sound = chirp(this.speaker.opened.rate);
      chirps.push(await this.#during(() => this.#play(CHIRP_MS, sound)));
    }
    await tell("Say something.");
    const voice = await this.#during(() => this.#play(VOICE_MS));
    const all = this.#recording.subarray(0, this.#recorded);
    return {
      silent: all.every((sample) => sample === 0),
      noiseDbfs: rounded(levelsOf(quiet, rate).noise),
      voiceDbfs: rounded(levelsOf(voice, rate).loudest),
      // only now: searching takes time in which no sound would be taken
      echo: echoOf(chirps.flatMap((each) => findChirp(each, chirp(rate)) ?? []), rate),
    };
  }

  #take(samples: Int16Array): void {
    const room = this.#recording.length - this.#recorded;
    this.#recording.set(samples.subarray(0, room), this.#recorded);
    this.#recorded += Math.min(samples.length, room);
  }

  /** What the microphone gave meanwhile. */
  async #during(run: () => Promise<void>): Promise<Int16Array> {
    const from = this.#recorded;
    await run();
    return this.#recording.subarray(from, this.#recorded);
  }

  /** Plays a sound and then silence, at the pace of the clock. @throws OffhookError `device-failed` */
  async #play(
    ms: number,
    sound: Int16Array = new Int16Array(0),
    done = () => false,
  ): Promise<void> {
    const size = this.speaker.opened.rate * FRAME_MS / 1000;
    const frame = new Int16Array(size);
    const began = performance.now();
    for (let at = 0; at * FRAME_MS < ms && !done(); at++) {
      if (this.#failure !== undefined) throw this.#failure;
      frame.fill(0).set(sound.subarray(at * size, (at + 1) * size));
      this.speaker.send(frame);
      const wait = began + (at + 1) * FRAME_MS - performance.now();
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** The echo that the chirps tell of, by the middle one: a busy machine delays some. */
function echoOf(heard: HeardChirp[], rate: number): Report["echo"] {
  const middle = heard.toSorted((a, b) => a.at - b.at)[heard.length >> 1];
  if (middle === undefined) return { heard: false };
  return {
    heard: true,
    levelDb: rounded(middle.levelDb),
    latencyMs: Math.round(middle.at * 1000 / rate),
  };
}

function rounded(db: number): number {
  return Math.round(db * 10) / 10;
}
