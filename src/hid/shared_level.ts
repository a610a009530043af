/**
 * A level that the host and the headset both change: the hook state, or an absolute mute.
 *
 * The host commands it by a lamp and the headset confirms with a report; the headset changes it by a
 * report and the host confirms with the lamp. Both may cross. So each command that differs from where
 * the level is heading leaves an expectation, and a report that fits the oldest one confirms it:
 *
 *     lamp 1 ──► [1]      report 1 ──► acknowledged, []
 *     lamp 1, lamp 0, lamp 1 ──► [1 0 1]    report 1, report 0, report 1 ──► each acknowledged
 *     report 1 with [] ──► changed: somebody pressed
 *
 * An expectation that nothing meets in time is dropped, and the same lamp is not expected to be
 * answered again: not every headset confirms. Where reports are pulses without a level, a pulse meets
 * the oldest expectation; a level that nothing confirmed is taken to be as commanded, and one that was
 * commanded back meanwhile as never reached. Pure.
 */

export type Observation = "same" | "acknowledged" | "changed";

export class SharedLevel {
  /** As the headset last reported it. */
  level = false;
  #expected: { level: boolean; until: number; heard?: true }[] = [];
  /** The level that was asked for, and not a word came since. */
  #inVain: boolean | undefined;
  readonly #acknowledgeMs: number;
  /** The level follows each command at once and without a report. */
  readonly #silent: boolean;
  /** Reports are pulses: the level is known by counting. */
  readonly #pulses: boolean;

  constructor(acknowledgeMs: number, { silent = false, pulses = false } = {}) {
    this.#acknowledgeMs = acknowledgeMs;
    this.#silent = silent;
    this.#pulses = pulses;
  }

  /** The host wrote a lamp that asks for `level`. */
  command(level: boolean, now: number): void {
    this.#expire(now);
    if (this.#silent) {
      this.level = level;
      return;
    }
    const until = now + this.#acknowledgeMs;
    const last = this.#expected.at(-1);
    if (last?.level === level) last.until = until; // it is asked again
    else if ((last?.level ?? this.level) !== level && this.#inVain !== level) {
      this.#expected.push({ level, until });
    }
  }

  /** The headset reported `level`. */
  observe(level: boolean, now: number): Observation {
    this.#expire(now);
    if (level === this.level) return "same";
    this.level = level;
    this.#inVain = undefined;
    const index = this.#expected.findIndex((each) => each.level === level);
    this.#expected.splice(0, index + 1);
    // a press that crossed the lamp may have stood in for the answer
    for (const each of this.#expected) each.heard = true;
    return index < 0 ? "changed" : "acknowledged";
  }

  /** The headset sent a pulse: its level is the other one now. */
  pulse(now: number): Exclude<Observation, "same"> {
    this.#expire(now);
    const expected = this.#expected.shift();
    this.#inVain = undefined;
    this.level = expected?.level ?? !this.level;
    return expected === undefined ? "changed" : "acknowledged";
  }

  /** The level that the oldest open expectation waits for. */
  expected(now: number): boolean | undefined {
    this.#expire(now);
    return this.#expected[0]?.level;
  }

  /** When the last open expectation ends; undefined: there is none. */
  get awaitedUntil(): number | undefined {
    return this.#expected.at(-1)?.until;
  }

  /** Takes a level as it is, without consequences; forgets what was expected. */
  reset(level: boolean): void {
    this.level = level;
    this.#expected = [];
    this.#inVain = undefined;
  }

  #expire(now: number): void {
    while (this.#expected.length > 0 && this.#expected[0]!.until < now) {
      const { level, heard } = this.#expected.shift()!;
      const last = this.#expected.length === 0;
      if (this.#pulses) {
        // who did not go there needs no second pulse to come back
        if (last) this.level = level;
        else this.#expected.shift();
      } else if (last && !heard && level !== this.level) this.#inVain = level;
    }
  }
}
