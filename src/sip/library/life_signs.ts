/**
 * Messages of a dialog's peer, counted: one that came while a question was out answers it too.
 */
import type { Dialog } from "sip.js/lib/core/index.js";

const counts = new WeakMap<Dialog, number>();

/** A request or a response came inside the dialog, from its peer. */
export function noteLifeSign(dialog: Dialog): void {
  counts.set(dialog, lifeSigns(dialog) + 1);
}

/** How many came so far. */
export function lifeSigns(dialog: Dialog): number {
  return counts.get(dialog) ?? 0;
}
