/** What events say in the log view, a line each. Pure. */
import {
  type CallRecord,
  type CallView,
  isCallEvent,
  OUTCOME_WORDS,
  refusedDigitsWords,
  type TransferDetail,
} from "../../core/state/mod.ts";
import type { Sequenced } from "../../control/contract/mod.ts";
import { type ErrorJson, sentences } from "../../base/mod.ts";
import type { CallId } from "../../core/ports/mod.ts";
import { shortAddress } from "../look/mod.ts";

export interface LogLine {
  /** ms since the epoch. */
  at: number;
  level: "info" | "warn";
  text: string;
  call?: CallId;
}

export type SequencedCallEvent = Extract<Sequenced, { call: CallView }>;

/** @returns undefined for what is not worth a line */
export function logLine(event: Sequenced): LogLine | undefined {
  switch (event.type) {
    case "registration":
      return registrationLine(event);
    case "connection":
      return event.error === undefined ? undefined : warning(event.at, event.error.message);
    case "address": {
      const { account, address, before } = event;
      return info(event.at, `${account}: reached from ${address} now, no longer from ${before}`);
    }
    case "headset":
      return headsetLine(event);
    case "headset-notice":
      return warning(event.at, headsetNotice(event));
    case "notice":
      return info(event.at, event.text, event.call);
    case "lagged":
      return warning(event.at, `${event.dropped} events were dropped`);
    case "call.ended":
      return endedLine(event.record, event.at);
    default:
      return isCallEvent(event) ? callLine(event) : undefined;
  }
}

export function warning(at: number, text: string, call?: CallId): LogLine {
  return { ...info(at, text, call), level: "warn" };
}

function info(at: number, text: string, call?: CallId): LogLine {
  return { at, level: "info", text, ...(call === undefined ? {} : { call }) };
}

function registrationLine(
  { account, registration, at }: Extract<Sequenced, { type: "registration" }>,
): LogLine {
  if (registration.state === "failed") {
    return warning(at, `${account}: ${registration.error.message}`);
  }
  return info(at, `${account}: ${registration.state}`);
}

function headsetLine(event: Extract<Sequenced, { type: "headset" }>): LogLine {
  const name = event.name ?? event.headset;
  if (event.error !== undefined) return warning(event.at, `${name}: ${event.error.message}`);
  return info(event.at, `headset ${name} ${event.attached ? "attached" : "detached"}`);
}

/** What a person should know about a headset, and what to do about it. */
export function headsetNotice({ text, hint }: { text: string; hint?: string }): string {
  return hint === undefined ? text : `${text.replace(/\.$/, "")}. ${hint}`;
}

function endedLine({ id, remote, outcome, reason }: CallRecord, at: number): LogLine {
  const who = remote.displayName ?? shortAddress(remote.uri);
  const text = `${who}: ${OUTCOME_WORDS[outcome]}${reason === "" ? "" : ` (${reason})`}`;
  const bad = outcome !== "answered" && outcome !== "cancelled";
  return bad ? warning(at, text, id) : info(at, text, id);
}

function callLine(event: SequencedCallEvent): LogLine | undefined {
  const { type, call, at } = event;
  const who = call.remote.displayName ?? shortAddress(call.remote.uri);
  const error = errorIn(event);
  if (error !== undefined) return warning(at, `${who}: ${error.message}`, call.id);
  if (type === "call.media" || type === "call.digits-sent") return undefined;
  if (type === "call.digits-refused") {
    return warning(at, `${who}: ${refusedDigitsWords(event.detail)}`, call.id);
  }
  if (type === "call.silence") return silenceLine(event);
  if (type === "call.quality") return soundLine(event);
  if (type === "call.transfer") {
    const { failed = false } = event.detail;
    const why = transferReason(event.detail);
    const text = `${who}: transfer ${
      failed ? `failed ${why}` : `to ${call.transferTarget ?? why}`
    }`;
    return failed ? warning(at, text, call.id) : info(at, text, call.id);
  }
  const state = type === "call.hold"
    ? call.hold.local ? "held" : call.hold.remote ? "held by them" : "resumed"
    : type === "call.mute"
    ? call.muted ? "muted" : "unmuted"
    : type === "call.security"
    ? call.encryption === undefined
      ? "sound not encrypted any more"
      : `sound encrypted (${call.encryption.suite ?? call.encryption.keying})`
    : type.slice("call.".length);
  return info(at, `${who}: ${state}`, call.id);
}

function silenceLine(
  { detail, call: { id, remote }, at }: Extract<SequencedCallEvent, { type: "call.silence" }>,
): LogLine {
  const who = remote.displayName ?? shortAddress(remote.uri);
  if (detail.silent) return warning(at, `${who}: ${sentences(detail.text, detail.hint)}`, id);
  const what = detail.direction === "incoming" ? "sound" : "they hear us";
  return info(at, `${who}: ${what} again after ${Math.round(detail.lastedMs / 1_000)} s`, id);
}

function soundLine(
  { detail, call: { id, remote }, at }: Extract<SequencedCallEvent, { type: "call.quality" }>,
): LogLine {
  const who = remote.displayName ?? shortAddress(remote.uri);
  if (detail.bad) return warning(at, `${who}: ${sentences(detail.text, detail.hint)}`, id);
  const what = detail.direction === "incoming" ? "good sound" : "they hear us well";
  return info(at, `${who}: ${what} again after ${Math.round(detail.lastedMs / 1_000)} s`, id);
}

function errorIn(event: SequencedCallEvent): ErrorJson | undefined {
  if (event.type === "call.transfer") return event.detail.error;
  if (event.type === "call.endpoint" && !event.detail.working) return event.detail.error;
  return undefined;
}

/** `603 Decline`. */
export function transferReason({ status, reason }: TransferDetail): string {
  return [status === 0 ? "" : status, reason].filter(Boolean).join(" ");
}
