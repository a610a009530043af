/**
 * Which of several headsets has the calls. Pure.
 *
 *     lifted during the calls that are on ─► it has them
 *     else the preferred one; in a call only a more preferred one takes over
 */
import { idText } from "../../hid/mod.ts";
import { rank } from "./headset_settings.ts";

interface Ranked {
  device: { name: string; vendorId: number; productId: number };
}

export interface FrontQuestion<T> {
  /** Those that can be used. */
  present: readonly T[];
  lifted: T | undefined;
  /** The front of now. */
  front: T | undefined;
  inCall: boolean;
  preferred: readonly string[];
}

export function frontOf<T extends Ranked>(
  { present, lifted, front, inCall, preferred }: FrontQuestion<T>,
): T | undefined {
  if (lifted !== undefined && present.includes(lifted)) return lifted;
  const rankOf = ({ device: { name, vendorId, productId } }: T) =>
    rank({ name, vendorId: idText(vendorId), productId: idText(productId) }, preferred);
  const [best] = present.toSorted((one, other) => rankOf(one) - rankOf(other));
  const stays = inCall && front !== undefined && present.includes(front) &&
    rankOf(front) <= rankOf(best!);
  return stays ? front : best;
}
