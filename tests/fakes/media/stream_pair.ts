/** Two streams of ours with a network between that loses and delays packets, all in virtual time. */
import { FRAME_MS, FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import type { NegotiatedStream } from "../../../src/core/media/media_description.ts";
import type { MediaReport } from "../../../src/core/ports/media_report.ts";
import type { CreateCodec } from "../../../src/media/codec/registry.ts";
import { MediaStream } from "../../../src/media/stream/media_stream.ts";
import { streamTo } from "../media_party.ts";
import { VirtualClock } from "../virtual_clock.ts";
import { seeded } from "./impaired_link.ts";

/** What happens to the packets of one direction. */
export interface Way {
  delayMs: number;
  /** Whether the next packet of sound is lost. */
  lost?: () => boolean;
  /** No RTCP gets through; else all of it does. */
  withoutRtcp?: true;
  /** What it takes longer, ms. */
  jitter?: () => number;
}

export class StreamPair {
  readonly clock = new VirtualClock(0);
  readonly a: MediaStream;
  readonly b: MediaStream;
  /** RTCP that each end sent. */
  readonly rtcp: { a: Uint8Array[]; b: Uint8Array[] } = { a: [], b: [] };
  /** The last report of each, one a second. */
  reports: { a: MediaReport; b: MediaReport } | undefined;
  readonly #sound: () => Int16Array;
  #ticks = 0;

  /** @param toB what a sends @param sound 20 ms that both say */
  constructor(
    encoding: string,
    toB: Way,
    toA: Way,
    changes: Partial<NegotiatedStream> = {},
    { sound, createCodec }: { sound?: () => Int16Array; createCodec?: CreateCodec } = {},
  ) {
    const random = seeded(11);
    const said = new Int16Array(FRAME_SAMPLES).map((_, at) => 8000 * Math.sin(at / 10));
    this.#sound = sound ?? (() => said);
    const end = (name: "a" | "b", other: () => MediaStream, way: Way) =>
      new MediaStream({
        clock: this.clock,
        random: () => Math.floor(random() * 0x1_0000_0000),
        ...(createCodec && { createCodec }),
      }, {
        transmit: (kind, data) => {
          if (kind !== "rtp" && kind !== "rtcp") return;
          const copy = data.slice();
          if (kind === "rtcp") this.rtcp[name].push(copy);
          if (kind === "rtcp" && way.withoutRtcp) return;
          if (kind === "rtp" && way.lost?.()) return;
          const late = kind === "rtp" ? way.jitter?.() ?? 0 : 0;
          this.clock.setTimeout(() => other().receive(kind, copy), way.delayMs + late);
        },
        heard: () => {},
        returned: () => {},
        digit: () => {},
        digitsSent: () => {},
      });
    this.a = end("a", () => this.b, toB);
    this.b = end("b", () => this.a, toA);
    const stream = {
      ...streamTo(4000, encoding),
      extendedReports: { roundTrip: true, voipMetrics: true } as const,
      ...changes,
    };
    for (const side of [this.a, this.b]) side.use(stream, true);
  }

  run(seconds: number): { a: MediaReport; b: MediaReport } {
    for (let i = 0; i < seconds * 1000 / FRAME_MS; i++) {
      for (const side of [this.a, this.b]) {
        side.hear(this.#sound());
        side.speak(this.clock.now());
        side.tick(this.clock.now());
      }
      if (++this.#ticks % 50 === 0) this.reports = { a: this.a.report(), b: this.b.report() };
      this.clock.advance(FRAME_MS);
    }
    return this.reports!;
  }

  free(): void {
    for (const side of [this.a, this.b]) side.free();
  }
}
