/** How a call sounds, on one line. Pure. */
import type { DirectionQuality, SoundQuality } from "../../core/ports/mod.ts";

/** `MOS 4.3 in, 4.1 out`; a score without the delay, so that both are told from the first second on. */
export function qualityWords(quality: SoundQuality | undefined): string {
  const parts = [mosWords(quality?.incoming, "in"), mosWords(quality?.outgoing, "out")];
  const known = parts.filter((part) => part !== "");
  return known.length === 0 ? "" : `MOS ${known.join(", ")}`;
}

function mosWords(direction: DirectionQuality | undefined, side: string): string {
  if (direction === undefined) return "";
  const { listening } = direction.now ?? direction.call;
  return `${listening.mos.toFixed(1)} ${side}${
    direction.scale === "wideband" ? " (wideband)" : ""
  }`;
}
