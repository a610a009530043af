/** Networks that lose packets by a seed: evenly, and in bursts. */
import { seeded } from "../../tests/fakes/media/impaired_link.ts";

/** Share of packets lost, and how many are lost in a row, on average. */
export type Link = readonly [share: number, inARow: number];

export const LINKS = [[0, 1], [0.05, 1], [0.1, 1], [0.2, 1], [0.05, 3], [0.1, 3], [
  0.2,
  3,
]] as const satisfies Link[];

/** Whether the next packet is lost: two states, good and bad (Gilbert). */
export function losses(share: number, inARow: number, seed: number): () => boolean {
  const random = seeded(seed);
  let bad = false;
  return () => {
    if (inARow === 1) return random() < share;
    const stays = 1 - 1 / inARow;
    const begins = share / (1 - share) / inARow;
    return bad = random() < (bad ? stays : begins);
  };
}

/** `10 %`, `10 % ×3` */
export function linkName([share, inARow]: Link): string {
  return `${share * 100} %${inARow > 1 ? ` ×${inARow}` : ""}`;
}
