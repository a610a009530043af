/** The phone's events as lines of the log, with the Call-ID on every line of a call. Pure. */
import {
  type Answered,
  type CallEvent,
  type CallEventDetails,
  isCallEvent,
  OUTCOME_WORDS,
} from "../../core/state/mod.ts";
import type { ErrorJson } from "../../base/mod.ts";
import type { Sequenced } from "../../control/contract/mod.ts";
import type { LogFacts, LogLevel } from "./log_line.ts";

export interface EventLine {
  text: string;
  facts: LogFacts;
}

/** Events that come several times a second, or say what another one says. */
const DETAIL = new Set(["call.media", "call.digits-sent"]);

/**
 * The line of an event.
 * @param callIds the Call-ID of each call, remembered from the first event that has it to the record
 */
export function eventLog(
  callIds = new Map<string, string>(),
): (event: Sequenced) => EventLine | undefined {
  /** What each account's trouble was when it was last told. */
  const troubles = new Map<string, string>();
  return (event) => {
    if (isCallEvent(event)) return callLine(event, callIds);
    switch (event.type) {
      case "call.ended": {
        const { id, sipCallId, account, outcome, sipStatus, reason, endedAt, answeredAt } =
          event.record;
        const callId = sipCallId ?? callIds.get(id);
        callIds.delete(id);
        const lasted = answeredAt === undefined ? "" : ` after ${endedAt - answeredAt} ms`;
        const status = sipStatus === 0 ? "" : ` ${sipStatus}`;
        const text = `call ended${lasted}: ${OUTCOME_WORDS[outcome]}${status} ${reason}`.trimEnd();
        return { text, facts: factsOf("info", { id, account, callId }) };
      }
      case "registration": {
        const { account, registration } = event;
        if (registration.state !== "failed") {
          if (registration.state === "registered") troubles.delete(account);
          return { text: `${account}: ${registration.state}`, facts: { level: "info", account } };
        }
        return troubleLine(account, "failed", registration.error.message, troubles);
      }
      case "connection": {
        const { account, connected, error } = event;
        if (!connected) return troubleLine(account, "not connected", error?.message, troubles);
        troubles.delete(account);
        return { text: `${account}: connected`, facts: { level: "info", account } };
      }
      case "address": {
        const { account, address, before } = event;
        return {
          text: `${account}: ${movedWords(address, before)}`,
          facts: { level: "info", account },
        };
      }
      case "headset":
        return {
          text: `headset ${event.name ?? event.headset} ${event.attached ? "attached" : "gone"}`,
          facts: {},
        };
      case "headset-notice":
        // the others are in the log already, from where they were found
        if (event.notice !== "unmute-refused") return undefined;
        return { text: event.text, facts: { level: "info" } };
      case "notice": {
        const callId = event.call === undefined ? undefined : callIds.get(event.call);
        const facts = event.call === undefined ? {} : { call: event.call };
        return { text: event.text, facts: { ...facts, ...(callId ? { callId } : {}) } };
      }
      default:
        return undefined;
    }
  };
}

function movedWords(address: string, before: string): string {
  return `reached from ${address} now, no longer from ${before}`;
}

/** A server that is away for the night is a warning once, not at every try. */
function troubleLine(
  account: string,
  what: string,
  why: string | undefined,
  troubles: Map<string, string>,
): EventLine {
  const reason = why ?? what;
  const level: LogLevel = troubles.get(account) === reason ? "debug" : "warning";
  troubles.set(account, reason);
  const text = why === undefined ? `${account}: ${what}` : `${account}: ${what}: ${why}`;
  return { text, facts: { level, account } };
}

function callLine(event: CallEvent, callIds: Map<string, string>): EventLine | undefined {
  const { type, call } = event;
  const { id, account, sipCallId, direction, remote } = call;
  if (sipCallId !== undefined) callIds.set(id, sipCallId);
  const { status, reason = "", error } = answerIn(event);
  const silent = event.type === "call.silence"
    ? silenceIn(event.detail)
    : event.type === "call.quality"
    ? badSoundIn(event.detail)
    : undefined;
  const bad = error !== undefined || silent?.bad === true;
  const level: LogLevel = DETAIL.has(type) ? "debug" : bad ? "warning" : "info";
  const what = type.slice("call.".length);
  const who = `${direction === "incoming" ? "from" : "to"} ${remote.uri}`;
  const answer = status === undefined ? "" : ` ${status} ${reason}`.trimEnd();
  const more = error?.message ?? silent?.text;
  const text = `call ${who}: ${what}${answer}${more === undefined ? "" : `: ${more}`}`;
  return { text, facts: factsOf(level, { id, account, callId: callIds.get(id) }) };
}

function silenceIn(detail: CallEventDetails["call.silence"]): { text: string; bad: boolean } {
  if (detail.silent) return { text: detail.text, bad: true };
  return { text: `${detail.direction} sound again after ${detail.lastedMs} ms`, bad: false };
}

function badSoundIn(detail: CallEventDetails["call.quality"]): { text: string; bad: boolean } {
  if (detail.bad) return { text: detail.text, bad: true };
  return { text: `${detail.direction} sound good again after ${detail.lastedMs} ms`, bad: false };
}

/** What the other side or a device answered, where an event tells that. */
function answerIn(event: CallEvent): Partial<Answered> & { error?: ErrorJson } {
  switch (event.type) {
    case "call.progress":
    case "call.early-media":
    case "call.hold":
    case "call.transfer":
      return event.detail ?? {};
    case "call.endpoint":
      return event.detail.working ? {} : { error: event.detail.error };
    default:
      return {};
  }
}

function factsOf(
  level: LogLevel,
  { id, account, callId }: { id: string; account: string; callId: string | undefined },
): LogFacts {
  return { level, call: id, account, ...(callId === undefined ? {} : { callId }) };
}
