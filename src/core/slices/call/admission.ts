/**
 * Whether an incoming call may ring.
 *
 *     INVITE ─► may call? ─► do-not-disturb? ─► room? ─► sound in common? ─► rings
 *                  └ 403, counted  └ 486            └ 486   └ 488: in the history, with the caller
 */
import { type CallIn, type CallRecord, isIn, type Outcome, type Turn } from "../../state/mod.ts";
import { countStranger, type Encryption, mayCall, stricter } from "../../account/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import { answerOffer, capabilitiesFor, needsIce } from "../../media/mod.ts";
import { formatsFor } from "./account_formats.ts";
import type { SipInput } from "../../ports/mod.ts";
import { encryptionOfAccount, NO_FINGERPRINT, NO_KEYS, termsFor } from "./encryption.ts";
import { outcomeOf } from "./ending.ts";

type Incoming = Extract<SipInput, { type: "IncomingCall" }>;

/** Ports that stand in when only the codecs of an offer are judged. */
const ANY_PORTS = { port: 1, rtcpPort: 2 };

interface Refusal {
  status: 486 | 488;
  /** What our own people read; the caller gets the phrase of the status. */
  reason: string;
  outcome: Outcome;
  error?: OffhookError;
}

/** False: the call has been refused, and is over. */
export function admit(turn: Turn, input: Incoming): boolean {
  const account = turn.accounts.get(input.account)?.account;
  if (!mayCall(turn.settings.callers, input, account)) {
    refuseStranger(turn, input);
    return false;
  }
  const refusal = refusalOf(turn, input);
  if (refusal === undefined) return true;
  const { status, reason, outcome, error } = refusal;
  turn.ask({ type: "SendReject", call: input.call, status });
  turn.notice(`refused a call from ${input.from.uri}: ${reason}`);
  const { call: id, account: accountId, to, from, sipCallId, transport } = input;
  const record: CallRecord = {
    id,
    sipCallId,
    direction: "incoming",
    account: accountId,
    local: to,
    remote: from,
    transport,
    startedAt: turn.moment.at,
    endedAt: turn.moment.at,
    outcome,
    sipStatus: status,
    reason,
    endedBy: "local",
    ...(error === undefined ? {} : { error: error.toJSON() }),
  };
  turn.events.push({ type: "call.ended", record });
  return false;
}

/** No history and no answer that tells anything: scanners call all night. */
function refuseStranger(turn: Turn, { call, account, source, from }: Incoming): void {
  turn.ask({ type: "SendReject", call, status: 403 });
  const { strangers, news } = countStranger(turn.strangers, source, turn.moment.at);
  turn.putStrangers(strangers);
  if (news === undefined) return;
  const who = news === "many" ? "further addresses" : `${source} (${from.uri})`;
  turn.notice(`refused calls to ${account} from ${who}: not the account's server`);
}

function refusalOf(turn: Turn, input: Incoming): Refusal | undefined {
  return (replacedBy(turn, input) === undefined ? busyRefusal(turn, input) : undefined) ??
    soundRefusal(turn, input);
}

function busyRefusal(turn: Turn, input: Incoming): Refusal | undefined {
  const { doNotDisturb, maxCalls } = turn.settings;
  if (doNotDisturb) return { status: 486, reason: "do not disturb", outcome: "missed" };
  if (turn.calls.size >= maxCalls) {
    return { status: 486, reason: "too many calls at one time", outcome: "missed" };
  }
  if (ringsTooOften(turn, input)) {
    return { status: 486, reason: "too many calls of one source ring", outcome: "missed" };
  }
}

function soundRefusal(turn: Turn, input: Incoming): Refusal | undefined {
  const { account, transport } = input;
  const encryption = encryptionFor(turn, input);
  try {
    if (input.unusable !== undefined) throw OffhookError.fromJSON(input.unusable);
    if (input.offer !== null) {
      const ice = turn.accounts.get(account)?.account.ice;
      if (ice === undefined && needsIce(input.offer)) throw iceIsOff();
      const terms = termsFor(turn, { account, transport, encryption }, {
        keys: NO_KEYS,
        fingerprint: NO_FINGERPRINT,
      });
      answerOffer(input.offer, capabilitiesOf(turn, account), ANY_PORTS, terms);
    }
    return undefined;
  } catch (thrown) {
    const error = OffhookError.from(thrown);
    return { status: 488, reason: error.message, outcome: outcomeOf(error), error };
  }
}

function iceIsOff(): OffhookError {
  return new OffhookError("media-failed", "the caller's phone needs ICE, which is switched off", {
    hint: 'Browsers do. Set policy = "all" under [ice], or ice = "all" for the account.',
  });
}

/** The policy of an incoming call: the account's, and never less than that of a call whose place it takes. */
export function encryptionFor(turn: Turn, input: Incoming): Encryption {
  const ours = encryptionOfAccount(turn, input.account);
  const replaced = replacedBy(turn, input);
  return replaced === undefined ? ours : stricter(ours, replaced.encryption);
}

/** The answered call whose place the new one takes (RFC 3891): it is no call more. */
export function replacedBy(turn: Turn, { replaces }: Incoming): CallIn<"established"> | undefined {
  const replaced = replaces === undefined ? undefined : turn.find(replaces);
  return replaced !== undefined && isIn(replaced, "established") ? replaced : undefined;
}

/** One source may take half of the lines by ringing; the others are for the rest of the world. */
function ringsTooOften(turn: Turn, input: Incoming): boolean {
  const source = ringingSource(input);
  let ringing = 0;
  for (const { phase } of turn.calls.values()) {
    if (phase.name === "ringing" && phase.source === source) ringing += 1;
  }
  return ringing >= Math.max(1, Math.ceil(turn.settings.maxCalls / 2));
}

/** Behind the account's server callers are told apart by From; anybody else by address. */
export function ringingSource({ origin, source, from }: Incoming): string {
  return origin === "server" ? from.uri : source;
}

/** What a call of the account can be answered with. */
export function capabilitiesOf(turn: Turn, account: string) {
  const formats = formatsFor(turn, account);
  const names = turn.accounts.get(account)?.account.codecs;
  const audio = formats.filter((format) => format.encoding !== "TELEPHONE-EVENT");
  return capabilitiesFor(names ?? audio.map((format) => format.encoding), formats);
}
