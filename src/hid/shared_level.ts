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
 * An expectation that nothing meets in time is dropped: not every headset confirms. Pure.
 */

export type Observation = "same" | "acknowledged" | "changed";

export class SharedLevel {
  /** As the headset last reported it. */
  level = false;
  #expected: { level: boolean; until: number }[] = [];
  readonly #acknowledgeMs: number;
  /** The level follows each command at once and without a report. */
  readonly #silent: boolean;

  constructor(acknowledgeMs: number, silent: boolean) {
    this.#acknowledgeMs = acknowledgeMs;
    this.#silent = silent;
  }

  /** The host wrote a lamp that asks for `level`. */
  command(level: boolean, now: number): void {
    this.#expire(now);
    if (this.#silent) {
      this.level = level;
      return;
    }
    const heading = this.#expected.at(-1)?.level ?? this.level;
    if (heading !== level) this.#expected.push({ level, until: now + this.#acknowledgeMs });
  }

  /** The headset reported `level`. */
  observe(level: boolean, now: number): Observation {
    this.#expire(now);
    if (level === this.level) return "same";
    this.level = level;
    const index = this.#expected.findIndex((each) => each.level === level);
    if (index < 0) return "changed";
    this.#expected.splice(0, index + 1);
    return "acknowledged";
  }

  /** The level that the oldest open expectation waits for. */
  expected(now: number): boolean | undefined {
    this.#expire(now);
    return this.#expected[0]?.level;
  }

  /** Takes a level as it is, without consequences; forgets what was expected. */
  reset(level: boolean): void {
    this.level = level;
    this.#expected = [];
  }

  #expire(now: number): void {
    while (this.#expected.length > 0 && this.#expected[0]!.until < now) this.#expected.shift();
  }
}
