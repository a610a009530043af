/**
 * The filters between a person's microphone and the call, as they are switched on.
 *
 *     microphone ─► high-pass ─► half-duplex ─► noise suppression ─► gain control ─► call
 *     (an echo is cancelled before, in the device host: both cards' sound is there)
 *     speaker ─► half-duplex ─► does the far end speak?
 *
 * What somebody recorded or another program made (`file`, `pipe`) passes the last two as well, where
 * that was asked for; hum and echo are a sound card's alone. What we make ourselves stays as it is. On the
 * real-time path: nothing is allocated in `apply`.
 */
import { lazily, OffhookError } from "../../base/mod.ts";
import type { Clock } from "../../base/time/mod.ts";
import {
  PLAIN_SPEECH,
  SPEECH_FILTERS,
  type SpeechFilter,
  type SpeechPart,
  type SpeechSettings,
} from "../../core/media/mod.ts";
import type { FilterTimes, Microphone } from "../../core/ports/mod.ts";
import { type Filter, GainControl, HighPass, VoiceActivity, VoiceSwitch } from "../dsp/mod.ts";
import { SwitchedFilter } from "./switched_filter.ts";

/** Whose sound a filter is for. */
const FOR: Readonly<Record<SpeechFilter, readonly Microphone["kind"][]>> = {
  highPass: ["device"],
  halfDuplex: ["device"],
  noiseSuppression: ["device", "file", "pipe"],
  agc: ["device", "file", "pipe"],
};

export interface SpeechSurroundings {
  /** What was switched on cannot be had. */
  failed(part: SpeechPart, error: OffhookError): void;
  /** Of all sound cards, where their sound comes by. @throws OffhookError there is no canceller */
  cancelEcho(on: boolean): Promise<void>;
}

export class Speech {
  readonly #filters: Readonly<Record<SpeechFilter, SwitchedFilter>>;
  readonly #far = new VoiceActivity();
  #settings = PLAIN_SPEECH;
  #source: Microphone["kind"] = "silence";
  /** What the microphone's sound passes. */
  readonly microphone: readonly Filter[];
  /** What is played passes these. */
  readonly speaker: readonly Filter[];

  readonly #around: SpeechSurroundings;
  #loading = false;
  #closed = false;
  /** The device host takes the echo away for us. */
  #cancels = false;

  constructor(clock: Pick<Clock, "now">, around: SpeechSurroundings) {
    this.#around = around;
    const turns = new VoiceSwitch();
    this.#filters = {
      highPass: new SwitchedFilter(clock, new HighPass()),
      halfDuplex: new SwitchedFilter(clock, {
        apply: (frame) => turns.microphone.apply(frame),
        reset: () => turns.reset(),
      }),
      noiseSuppression: new SwitchedFilter(clock),
      agc: new SwitchedFilter(clock, new GainControl(() => this.#far.speaks)),
    };
    this.microphone = SPEECH_FILTERS.map((name) => this.#filters[name]);
    const { halfDuplex, agc } = this.#filters;
    this.speaker = [
      { apply: (frame) => halfDuplex.on && turns.speaker.apply(frame) },
      { apply: (frame) => agc.on && this.#far.add(frame) },
    ];
  }

  use(settings: SpeechSettings): void {
    this.#settings = settings;
    for (const name of SPEECH_FILTERS) {
      this.#filters[name].switch(wants(settings, name) && FOR[name].includes(this.#source));
    }
    if (this.#filters.noiseSuppression.on && !this.#loading) void this.#loadNoiseSuppression();
    const cancels = settings.echo === "speex" && this.#source === "device";
    if (cancels !== this.#cancels) this.#cancelEcho(cancels);
  }

  /** Releases what its filters hold; sound passes as it is from now on. */
  close(): void {
    this.#closed = true;
    for (const name of SPEECH_FILTERS) this.#filters[name].close();
  }

  /** Sound comes from somewhere else: what was learned is forgotten. */
  listenTo({ kind }: Microphone): void {
    this.#source = kind;
    for (const name of SPEECH_FILTERS) this.#filters[name].reset();
    this.use(this.#settings);
  }

  /** Of the filters that are or were on. */
  get times(): FilterTimes[] {
    return SPEECH_FILTERS.flatMap((filter) => {
      const { times } = this.#filters[filter];
      return times === undefined ? [] : [{ filter, ...times }];
    });
  }

  /** Once, while the call goes on without it. */
  async #loadNoiseSuppression(): Promise<void> {
    this.#loading = true;
    try {
      const { loadNoiseSuppression } = await lazily<typeof import("./gtcrn.ts")>(
        import.meta.url,
        "./gtcrn.ts",
      );
      const step = await loadNoiseSuppression();
      if (this.#closed) step.close?.();
      else this.#filters.noiseSuppression.install(step);
    } catch (thrown) {
      this.#loading = false;
      this.#tellFailure("noiseSuppression", thrown);
    }
  }

  #cancelEcho(on: boolean): void {
    this.#cancels = on;
    this.#around.cancelEcho(on).catch((thrown) => this.#tellFailure("echo", thrown));
  }

  #tellFailure(part: SpeechPart, thrown: unknown): void {
    if (!this.#closed) this.#around.failed(part, OffhookError.from(thrown));
  }
}

function wants(settings: SpeechSettings, filter: SpeechFilter): boolean {
  return filter === "halfDuplex" ? settings.echo === "half-duplex" : settings[filter];
}
