/**
 * DTMF digits of a call, both ways.
 *
 *     SendDigits ─► the account's way, or: events agreed on ─► rfc4733
 *                                          else ─► info ─ refused ─► inband
 *     4733, INFO, tones of the peer ─► the same digit by another way a moment ago? ─► call.digit
 *
 * Whether a server takes INFO is remembered: for its accounts, until it takes one or the phone ends.
 */
import {
  type Call,
  type CallDigits,
  type HeardDigit,
  isIn,
  type PhoneCommand,
  refuse,
  type Turn,
} from "../../state/mod.ts";
import type { DigitWay } from "../../account/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import { DIGITS_HINT, digitsOf, isDigit, wrongDigit } from "../../media/mod.ts";
import type { MediaInput, MediaReport, SipInput } from "../../ports/mod.ts";

type News<Type extends (SipInput | MediaInput)["type"]> = Extract<
  SipInput | MediaInput,
  { type: Type }
>;

const NO_DIGITS: CallDigits = {
  sent: "",
  overRtp: { counted: 0, done: 0 },
  received: "",
  recent: [],
};

/** ms that INFO may lag behind the sound: two lost datagrams of SIP over UDP (RFC 3261 §17.1.2). */
const LAG_MS = 1_500;
/** Digits of a peer that are compared, and that are kept: a peer can make them up. */
const COMPARED = 40;
const KEPT = 1_000;

/** Statuses that are about the moment, not about what the server can. */
const PASSING: readonly number[] = [0, 408, 481, 491, 500, 503, 504];

/**
 * @throws OffhookError `usage` for anything that is not a digit; `invalid-state` without a stream, or
 *   when the account's way is not there
 */
export function sendDigits(
  turn: Turn,
  call: Call,
  command: Extract<PhoneCommand, { type: "SendDigits" }>,
): void {
  const { digits, durationMs } = command;
  const sent = digitsOf(digits);
  if (sent === "" || wrongDigit(sent) !== undefined) {
    throw new OffhookError("usage", `"${digits}" is not a sequence of DTMF digits`, {
      hint: DIGITS_HINT,
      data: { digits },
    });
  }
  if (call.media.name !== "running" || isIn(call, "ending")) {
    refuse(call, "send digits to", "a call with sound");
  }
  const by = wayFor(turn, call);
  if (by === "info") {
    turn.ask({ type: "SendInfoDigits", call: call.id, digits: sent, durationMs });
  } else turn.ask({ type: "SendDigits", call: call.id, digits, durationMs, by });
}

function wayFor(turn: Turn, call: Call): DigitWay {
  const wish = turn.accounts.get(call.account)?.account.dtmf;
  if (wish === "rfc4733" && !hasEvents(call)) {
    throw new OffhookError("invalid-state", "the other side takes no telephone-events (RFC 4733)", {
      hint: "The account allows no other way for digits: set its dtmf to auto, info or inband.",
    });
  }
  // Only a confirmed dialog takes an INFO.
  if (wish === "info" && !isIn(call, "established")) refuse(call, "send INFO to", "answered");
  if (wish !== undefined) return wish;
  if (hasEvents(call)) return "rfc4733";
  return isIn(call, "established") && takesInfo(turn, call) ? "info" : "inband";
}

function hasEvents({ media }: Call): boolean {
  return media.name === "running" && media.stream.sendEvents !== undefined;
}

function takesInfo(turn: Turn, { account, digits }: Call): boolean {
  if (digits?.info !== undefined) return digits.info === "takes";
  return turn.accounts.get(account)?.refusesInfo !== true;
}

export function infoDigitTaken(turn: Turn, call: Call, { digit }: News<"InfoDigitTaken">): void {
  const digits = call.digits ?? NO_DIGITS;
  turn.put({ ...call, digits: { ...digits, sent: digits.sent + digit, info: "takes" } });
  remember(turn, call, undefined);
}

/** Says that the way is none, and goes on by the next one where the account leaves that to us. */
export function infoDigitsRefused(
  turn: Turn,
  call: Call,
  { digits, durationMs, status, reason }: News<"InfoDigitsRefused">,
): void {
  const known = call.digits ?? NO_DIGITS;
  const told = turn.put({ ...call, digits: { ...known, info: "refuses" as const } });
  if (!PASSING.includes(status)) remember(turn, call, true);
  const isChosen = turn.accounts.get(call.account)?.account.dtmf === "info";
  if (isChosen || call.media.name !== "running" || !isIn(call, "established")) {
    return turn.tell("call.digits-refused", told, { by: "info", status, reason });
  }
  const next = hasEvents(call) ? "rfc4733" : "inband";
  turn.tell("call.digits-refused", told, { by: "info", next, status, reason });
  turn.ask({ type: "SendDigits", call: call.id, digits, durationMs, by: next });
}

/** For every account of the same server. */
function remember(turn: Turn, { account }: Call, refusesInfo: true | undefined): void {
  const server = turn.accounts.get(account)?.account.server ?? "";
  // Who is called directly has no server in common with the next one.
  if (server === "") return;
  for (const known of [...turn.accounts.values()]) {
    if (known.account.server !== server || known.refusesInfo === refusesInfo) continue;
    const { refusesInfo: _, ...rest } = known;
    turn.putAccount(refusesInfo === undefined ? rest : { ...rest, refusesInfo });
  }
}

/** All digits of a command went out. */
export function digitsSent(
  turn: Turn,
  call: Call,
  { digits }: { digits: string },
  by: DigitWay,
): void {
  const sent = [...digitsOf(digits)].filter(isDigit).join("");
  const counted = by === "info" ? call : overRtp(turn, call, sent);
  turn.tell("call.digits-sent", counted, { digits, by });
}

/** A command is done; a report may have counted some of its digits before. */
function overRtp(turn: Turn, call: Call, digits: string): Call {
  const known = call.digits ?? NO_DIGITS;
  const done = known.overRtp.done + digits.length;
  const more = digits.slice(digits.length - Math.max(0, done - known.overRtp.counted));
  return turn.put({ ...call, digits: withMore(known, more, done) });
}

function withMore(known: CallDigits, more: string, done = known.overRtp.done): CallDigits {
  const overRtp = { counted: known.overRtp.counted + more.length, done };
  return { ...known, sent: known.sent + more, overRtp };
}

/** A digit of the other side, told once by whichever ways it comes. */
export function digitCame(
  turn: Turn,
  call: Call,
  { digit, durationMs }: { digit: string; durationMs: number },
  by: DigitWay,
): void {
  const { at } = turn.moment;
  const digits = call.digits ?? NO_DIGITS;
  // Events and tones are told at their end, INFO at the beginning or the end.
  const lag = LAG_MS + (by === "info" ? 0 : durationMs);
  const same = digits.recent.find((other) =>
    other.digit === digit && !other.ways.includes(by) && at - other.at <= lag
  );
  const info = by === "info" ? { info: "takes" as const } : {};
  if (same !== undefined) {
    const recent = digits.recent.map((other) =>
      other === same ? { ...other, ways: [...other.ways, by] } : other
    );
    turn.put({ ...call, digits: { ...digits, ...info, recent } });
    return;
  }
  const heard: HeardDigit = { digit, at, ways: [by] };
  const recent = [...digits.recent, heard].slice(-COMPARED);
  const received = (digits.received + digit).slice(-KEPT);
  const put = turn.put({ ...call, digits: { ...digits, ...info, recent, received } });
  turn.tell("call.digit", put, { digit, durationMs, by });
}

/** What media reports of digits is the part that went over RTP: the whole takes its place. */
export function withDigits(turn: Turn, call: Call, report: MediaReport): Call {
  const known = call.digits ?? NO_DIGITS;
  const more = report.dtmfSent.slice(known.overRtp.counted);
  if (call.digits === undefined && more === "") return turn.put({ ...call, report });
  const digits = withMore(known, more);
  const { sent: dtmfSent, received: dtmfReceived } = digits;
  return turn.put({ ...call, digits, report: { ...report, dtmfSent, dtmfReceived } });
}
