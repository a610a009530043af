/** One end of a call without signalling: a media worker and the descriptions that it needs. */
import type {
  Fingerprint,
  LocalIce,
  NegotiatedStream,
  PayloadFormat,
} from "../../src/core/media/media_description.ts";
import type { AudioEndpoints, MediaInput } from "../../src/core/ports/media_port.ts";
import type { MediaReport } from "../../src/core/ports/media_report.ts";
import { MEDIA_FORMATS } from "../../src/media/formats.ts";
import { type MediaOptions, MediaWorker } from "../../src/media/worker/media_worker.ts";

type Input<T extends MediaInput["type"]> = Extract<MediaInput, { type: T }>;

/** How long a test waits for an input, ms. */
const PATIENCE_MS = 10_000;

/** How many reports a test looks at for what it waits for. */
const MOST_REPORTS = 30;

export class MediaParty {
  readonly inputs: MediaInput[] = [];
  readonly call = "call-1";
  /** Bound RTP port, after `open`. */
  port = 0;
  rtcpPort = 0;
  /** Of its certificate, where it opened with one. */
  fingerprint: Fingerprint | undefined;
  /** What it gathered, where it opened with ICE. */
  ice: LocalIce | undefined;
  readonly worker: MediaWorker;
  #waiting: (() => void)[] = [];
  #seen = 0;

  constructor(options: MediaOptions = {}) {
    this.worker = new MediaWorker(options, (input) => {
      this.inputs.push(input);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** @throws the error of a MediaFailed as an assertion */
  async open(
    endpoints: AudioEndpoints,
    wish: { dtls?: true; ice?: string } = {},
  ): Promise<void> {
    this.worker.perform({ type: "OpenMedia", call: this.call, endpoints, ...wish });
    const opened = await this.next("MediaOpened");
    this.fingerprint = opened.fingerprint;
    this.ice = opened.ice;
    this.port = opened.port;
    this.rtcpPort = opened.rtcpPort;
  }

  start(
    peer: { port: number; rtcpPort: number },
    encoding: string,
    changes: Partial<NegotiatedStream> = {},
    answered = true,
  ): void {
    const stream = { ...streamTo(peer.port, encoding), remoteRtcpPort: peer.rtcpPort, ...changes };
    this.worker.perform({ type: "StartMedia", call: this.call, stream, answered, confirmed: true });
  }

  /** The next input of a type that no earlier call gave. */
  async next<T extends MediaInput["type"]>(type: T): Promise<Input<T>> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      while (this.#seen < this.inputs.length) {
        const input = this.inputs[this.#seen++]!;
        if (input.type === type) return input as Input<T>;
        if (input.type === "MediaFailed" && type !== "MediaFailed") {
          throw new Error(`MediaFailed: ${input.error.message}`);
        }
      }
      await this.#more(deadline, type);
    }
  }

  /** The next report of which something holds; there is one a second, and a busy machine has time. */
  async report(holds: (report: MediaReport) => boolean): Promise<MediaReport> {
    const seen: MediaReport[] = [];
    while (seen.length < MOST_REPORTS) {
      const { report } = await this.next("MediaReported");
      if (holds(report)) return report;
      seen.push(report);
    }
    throw new Error(`it never held: ${JSON.stringify(seen.slice(-3))}`);
  }

  has(type: MediaInput["type"]): boolean {
    return this.inputs.some((input) => input.type === type);
  }

  close(): Promise<Input<"MediaClosed">> {
    this.worker.perform({ type: "CloseMedia", call: this.call });
    return this.next("MediaClosed");
  }

  stop(): Promise<void> {
    return this.worker.stop();
  }

  #more(deadline: number, type: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ${type} came`)),
        Math.max(0, deadline - Date.now()),
      );
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** A stream to a port of this machine, telephone-events included. */
export function streamTo(port: number, encoding: string): NegotiatedStream {
  const format = formatOf(encoding);
  const events = formatOf("TELEPHONE-EVENT");
  return {
    remoteAddress: "127.0.0.1",
    remotePort: port,
    remoteRtcpPort: port + 1,
    rtcpMux: false,
    sendFormat: format,
    receiveFormats: [format],
    sendEvents: events,
    receiveEvents: events,
    direction: "sendrecv",
    ptime: 20,
  };
}

export function formatOf(encoding: string): PayloadFormat {
  return MEDIA_FORMATS.find((format) => format.encoding === encoding)!;
}
