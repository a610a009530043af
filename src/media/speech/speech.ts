/**
 * The filters between a person's microphone and the call, as they are switched on.
 *
 *     microphone ─► high-pass ─► gain control ─► call          speaker ─► does the far end speak?
 *
 * What somebody recorded or another program made (`file`, `pipe`) is made louder or quieter, too, where
 * that was asked for; hum is a sound card's alone. What we make ourselves stays as it is. On the
 * real-time path: nothing is allocated in `apply`.
 */
import type { Clock } from "../../base/time/mod.ts";
import { SPEECH_FILTERS, type SpeechFilter, type SpeechSettings } from "../../core/media/mod.ts";
import { PLAIN_SPEECH } from "../../core/media/mod.ts";
import type { FilterTimes, Microphone } from "../../core/ports/mod.ts";
import { type Filter, GainControl, HighPass, VoiceActivity } from "../dsp/mod.ts";
import { SwitchedFilter } from "./switched_filter.ts";

/** Whose sound a filter is for. */
const FOR: Readonly<Record<SpeechFilter, readonly Microphone["kind"][]>> = {
  highPass: ["device"],
  agc: ["device", "file", "pipe"],
};

export class Speech {
  readonly #filters: Readonly<Record<SpeechFilter, SwitchedFilter>>;
  readonly #far = new VoiceActivity();
  #settings = PLAIN_SPEECH;
  #source: Microphone["kind"] = "silence";
  /** What the microphone's sound passes. */
  readonly microphone: readonly Filter[];
  /** Listens to what is played. */
  readonly speaker: Filter = { apply: (frame) => this.#hear(frame) };

  constructor(clock: Pick<Clock, "now">) {
    this.#filters = {
      highPass: new SwitchedFilter(new HighPass(), clock),
      agc: new SwitchedFilter(new GainControl(() => this.#far.speaks), clock),
    };
    this.microphone = SPEECH_FILTERS.map((name) => this.#filters[name]);
  }

  use(settings: SpeechSettings): void {
    this.#settings = settings;
    for (const name of SPEECH_FILTERS) {
      this.#filters[name].switch(settings[name] && FOR[name].includes(this.#source));
    }
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

  #hear(frame: Int16Array): void {
    if (this.#filters.agc.on) this.#far.add(frame);
  }
}
