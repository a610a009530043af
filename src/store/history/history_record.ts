/**
 * A call as the history knows it, as a row of the table `calls`, and back. Pure.
 */
import type { CallDirection, EncryptionView, EndedBy, Outcome } from "../../core/state/mod.ts";
import type { AccountId, PartyIdentity } from "../../core/account/mod.ts";
import type { CallId, SoundQuality } from "../../core/ports/mod.ts";
import { fold } from "../database/mod.ts";

/** What the media of a call was like. Packets are RTP packets. */
export interface CallQuality {
  sent: number;
  received: number;
  lost: number;
  jitterMs: number;
  /** Of what we heard, without the delay: 1–4.5; null: not known, because nothing was measured. */
  mos: number | null;
  /** Both ways, with scale, bursts and the scores of a conversation; null: not known. */
  sound: SoundQuality | null;
  /** Longest time without sound while it was due, ms: of what we hear, and of what the peer hears by its reports. */
  longestSilenceMs: number | null;
  remoteLongestSilenceMs: number | null;
}

export interface HistoryRecord {
  /** The core's; together with `startedAt` unique for ever. */
  id: CallId;
  sipCallId: string | null;
  account: AccountId;
  direction: CallDirection;
  remote: PartyIdentity;
  /** Null: the call is live. */
  outcome: Outcome | null;
  /** Final SIP status; 0 when there was none. */
  sipStatus: number;
  reason: string;
  /** ms since the epoch, as the other times. */
  startedAt: number;
  answeredAt: number | null;
  /** Null: live, or the phone was killed in mid-call and nobody knows. */
  endedAt: number | null;
  /** Encoding name, `PCMA`. */
  codec: string | null;
  quality: CallQuality | null;
  /** How its sound was encrypted; null: it was not, or nobody noted it. */
  encryption: EncryptionView | null;
  /** Path of the recording. */
  recording: string | null;
  endedBy: EndedBy;
}

/** Answered to ended in ms; 0 when never answered, null while live or when the end is unknown. */
export function durationOf(record: HistoryRecord): number | null {
  if (record.outcome !== null && record.answeredAt === null) return 0;
  if (record.endedAt === null || record.answeredAt === null) return null;
  return Math.max(0, record.endedAt - record.answeredAt);
}

export interface CallRow {
  seq: number;
  id: string;
  sip_call_id: string | null;
  account: string;
  direction: HistoryRecord["direction"];
  remote_uri: string;
  remote_name: string | null;
  outcome: HistoryRecord["outcome"];
  sip_status: number;
  reason: string;
  started_at: number;
  answered_at: number | null;
  ended_at: number | null;
  codec: string | null;
  /** JSON of {@link HistoryRecord.quality}. */
  quality: string | null;
  /** JSON of {@link HistoryRecord.encryption}. */
  encryption: string | null;
  recording: string | null;
  ended_by: HistoryRecord["endedBy"];
}

/** What older versions did not note. */
const UNMEASURED = { sound: null, longestSilenceMs: null, remoteLongestSilenceMs: null };

export function fromRow(row: CallRow): HistoryRecord {
  return {
    id: row.id,
    sipCallId: row.sip_call_id,
    account: row.account,
    direction: row.direction,
    remote: {
      uri: row.remote_uri,
      ...(row.remote_name === null ? {} : { displayName: row.remote_name }),
    },
    outcome: row.outcome,
    sipStatus: row.sip_status,
    reason: row.reason,
    startedAt: row.started_at,
    answeredAt: row.answered_at,
    endedAt: row.ended_at,
    codec: row.codec,
    quality: row.quality === null ? null : { ...UNMEASURED, ...JSON.parse(row.quality) },
    encryption: row.encryption === null ? null : JSON.parse(row.encryption),
    recording: row.recording,
    endedBy: row.ended_by,
  };
}

/** What `remote` filters look at: folded name and URI, and the digits of the URI's user part. */
export function searchColumns(remote: PartyIdentity): [text: string, digits: string] {
  const user = remote.uri.replace(/^\w+:/, "").replace(/[@;].*$/s, "");
  return [fold(`${remote.displayName ?? ""} ${remote.uri}`), user.replace(/\D/g, "")];
}
