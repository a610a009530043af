/** The phone's events as lines of the log, with the Call-ID on every line of a call. Pure. */
import type { Sequenced } from "../control/phone.ts";
import type { CallView } from "../core/call.ts";
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
        const text = `call ended${lasted}: ${outcome}${status} ${reason}`.trimEnd();
        return { text, facts: factsOf("info", { id, account, callId }) };
      }
      case "registration": {
        const { account, registration } = event;
        const failed = registration.state === "failed";
        const why = failed ? `: ${registration.error.message}` : "";
        const level: LogLevel = failed ? "warning" : "info";
        return { text: `${account}: ${registration.state}${why}`, facts: { level, account } };
      }
      case "connection": {
        const { account, connected, error } = event;
        const why = error === undefined ? "" : `: ${error.message}`;
        const text = `${account}: ${connected ? "connected" : "not connected"}${why}`;
        return { text, facts: { level: connected ? "info" : "warning", account } };
      }
      case "headset":
        return {
          text: `headset ${event.name ?? event.headset} ${event.attached ? "attached" : "gone"}`,
          facts: {},
        };
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

type CallEvent = Extract<Sequenced, { call: CallView }>;

function isCallEvent(event: Sequenced): event is CallEvent {
  return "call" in event && typeof event.call === "object";
}

function callLine(
  { type, call, detail }: CallEvent,
  callIds: Map<string, string>,
): EventLine | undefined {
  const { id, account, sipCallId, direction, remote } = call;
  if (sipCallId !== undefined) callIds.set(id, sipCallId);
  const level: LogLevel = DETAIL.has(type) ? "debug" : failed(detail) ? "warning" : "info";
  const what = type.slice("call.".length);
  const who = `${direction === "incoming" ? "from" : "to"} ${remote.uri}`;
  const error = (detail?.error as { message?: string } | undefined)?.message;
  const text = `call ${who}: ${what}${error === undefined ? "" : `: ${error}`}`;
  return { text, facts: factsOf(level, { id, account, callId: callIds.get(id) }) };
}

function failed(detail: Record<string, unknown> | undefined): boolean {
  return detail?.error !== undefined;
}

function factsOf(
  level: LogLevel,
  { id, account, callId }: { id: string; account: string; callId: string | undefined },
): LogFacts {
  return { level, call: id, account, ...(callId === undefined ? {} : { callId }) };
}
