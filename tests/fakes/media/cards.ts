/** Sound cards in a test: which are open, what they were given, and what becomes of them. */
import {
  type AudioDevices,
  type AudioSink,
  type AudioSource,
  type EndpointEvents,
  FRAME_SAMPLES,
} from "../../../src/audio/endpoint.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import { ToneGenerator } from "../tone.ts";

abstract class Card {
  readonly name: string;
  started = 0;
  state: "new" | "opening" | "open" | "closed" = "new";
  events: EndpointEvents | undefined;
  readonly #opened = Promise.withResolvers<void>();

  constructor(name = "default", slow = false) {
    this.name = name;
    if (!slow) this.#opened.resolve();
  }

  /** Its name, but the default one is the headset. */
  get card(): string | undefined {
    if (this.state !== "open") return undefined;
    return this.name === "default" ? "Headset" : this.name;
  }

  async open(events: EndpointEvents): Promise<void> {
    this.state = "opening";
    this.events = events;
    await this.#opened.promise;
    if (this.state === "opening") this.state = "open";
  }

  /** A slow one opens now, or cannot. */
  settle(error?: OffhookError): void {
    if (error === undefined) this.#opened.resolve();
    else this.#opened.reject(error);
  }

  start(): void {
    this.started++;
  }

  close(): Promise<void> {
    this.state = "closed";
    return Promise.resolve();
  }

  lose(): void {
    this.events!.failed(new OffhookError("device-failed", `${this.name} was pulled out`));
  }

  comeBack(): void {
    this.events!.restored();
  }
}

export class FakeMicrophone extends Card implements AudioSource {
  reads = 0;
  /** Gives digital silence, as one that is muted by a switch of its own. */
  dead = false;
  readonly #tone = new ToneGenerator(1_000, 48_000, 10_000);

  read(into: Int16Array): boolean {
    this.reads++;
    if (this.dead) into.fill(0);
    else this.#tone.fill(into);
    return true;
  }
}

export class FakeSpeaker extends Card implements AudioSink {
  readonly written: Int16Array[] = [];
  /** Frames that it wants, tick by tick; 1 when there are none left. */
  readonly pace: (0 | 1 | 2)[] = [];

  write(frame: Int16Array): void {
    this.written.push(frame.slice());
  }

  frames(): 0 | 1 | 2 {
    return this.pace.shift() ?? 1;
  }
}

export class FakeCards implements AudioDevices {
  readonly microphones: FakeMicrophone[] = [];
  readonly speakers: FakeSpeaker[] = [];
  /** New ones open when they are told to. */
  slow = false;

  source(name?: string): FakeMicrophone {
    const microphone = new FakeMicrophone(name, this.slow);
    this.microphones.push(microphone);
    return microphone;
  }

  sink(name?: string): FakeSpeaker {
    const speaker = new FakeSpeaker(name, this.slow);
    this.speakers.push(speaker);
    return speaker;
  }

  /** What was asked of the echo canceller, and whether there is one. */
  readonly echo: boolean[] = [];
  canceller = true;

  cancelEcho(on: boolean): Promise<void> {
    this.echo.push(on);
    return this.canceller ? Promise.resolve() : Promise.reject(
      new OffhookError("device-failed", "there is no canceller", { hint: "Install one." }),
    );
  }

  /** Names of the open ones. */
  get open(): string[] {
    return [...this.microphones, ...this.speakers]
      .filter(({ state }) => state === "open").map(({ name }) => name);
  }
}

export const frameOf = (value: number) => new Int16Array(FRAME_SAMPLES).fill(value);
