/** What the account of a call asks of sound: in what we describe, and of our encoder. */
import type { Turn } from "../../state/mod.ts";
import type { AccountId } from "../../account/mod.ts";
import { COMFORT_NOISE, type OpusWish, type PayloadFormat, withOpusWish } from "../../media/mod.ts";

export function opusWishOf(turn: Turn, account: AccountId): OpusWish | undefined {
  const { opusBitrate: bitrate, opusDtx: dtx } = turn.accounts.get(account)?.account ?? {};
  if (bitrate === undefined && dtx === undefined) return undefined;
  return { ...(bitrate === undefined ? {} : { bitrate }), ...(dtx === undefined ? {} : { dtx }) };
}

/** Every format that media can run, as the account describes it. */
export function formatsFor(turn: Turn, account: AccountId): PayloadFormat[] {
  const formats = withOpusWish(turn.settings.formats, opusWishOf(turn, account));
  const { comfortNoise } = turn.accounts.get(account)?.account ?? {};
  return comfortNoise ? [...formats, COMFORT_NOISE] : formats;
}
