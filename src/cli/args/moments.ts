/** Points in time as people write them. Pure. */
import { bad } from "./readers.ts";

/** ms since the epoch, when it is known what time it is. */
export type RelativeMoment = (now: number) => number;

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `2h`, `7d` ago; `2026-01-31`, `2026-01-31T09:00` in local time; any ISO 8601 time. */
export function readMoment(input: string): RelativeMoment {
  const ago = /^([0-9]{1,6})([mhdw])$/.exec(input);
  if (ago !== null) return (now) => now - Number(ago[1]) * UNITS[ago[2]!]!;
  const dated = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+)?)?$/.test(input);
  // A date without a time would count from midnight in Greenwich.
  const at = dated ? Date.parse(input.includes("T") ? input : `${input}T00:00`) : NaN;
  if (Number.isNaN(at)) {
    throw bad(
      `"${input}" is not a date, time or age`,
      "Write 2h, 7d, 2026-01-31 or an ISO time.",
    );
  }
  return () => at;
}
