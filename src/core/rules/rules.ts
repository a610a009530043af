/**
 * What follows from a change in another part of the phone. Each rule is `(before, after, turn)` and
 * runs after every step, in this order; `after` holds what the rules before it changed. A rule that
 * has something to do must find it quickly: most steps change one call, or none.
 */
import type { Rule } from "../state/mod.ts";
import { askPeers } from "./connection.ts";
import { showCalls } from "./look.ts";
import { tellReferrers } from "./referral.ts";
import { transferWhenHeld } from "./transfer.ts";
import { followSpeech } from "./speech.ts";
import { playRingback } from "./tone.ts";
import { followVolume } from "./volume.ts";

export const RULES: readonly Rule[] = [
  askPeers,
  followVolume,
  followSpeech,
  playRingback,
  tellReferrers,
  transferWhenHeld,
  showCalls,
];
