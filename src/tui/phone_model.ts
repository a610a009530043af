/**
 * What the screen knows of the phone: a snapshot, brought up to date by events.
 *
 *     snapshot ─► PhoneModel ◄─ event, event, … ◄─ lost ◄─ (attached again) snapshot
 *
 * Pure: no clock, no terminal; every time comes with its input. The phone's state is the station's;
 * this is a copy to draw. Its size is bounded, whatever the phone does for however long.
 */
import type { AccountView, Sequenced, Snapshot } from "../control/phone.ts";
import type { CallRecord, CallView } from "../core/call.ts";
import type { ErrorJson } from "../core/errors.ts";
import type { MediaReport } from "../core/media_port.ts";
import type { CallId } from "../core/sip_port.ts";
import type { CallEventType } from "../core/state.ts";
import { type QualitySample, sampleOf } from "./quality.ts";
import { shortAddress } from "./text.ts";

/** How the screen is joined to its phone. */
export type Link =
  | { state: "attaching" }
  | { state: "up" }
  | { state: "lost"; since: number; error: ErrorJson };

export interface AccountRow extends AccountView {
  /** ms since the epoch of the last news. */
  changedAt: number;
  /** When a failed registration is tried again. */
  retryAt?: number;
  /** Why the connection is down. */
  connectionError?: ErrorJson;
}

/** A live call with what was heard of it on the way. */
export interface LiveCall {
  view: CallView;
  /** One for each report, the last {@link SAMPLES}. */
  samples: QualitySample[];
  digitsSent: string;
  digitsReceived: string;
  /** Endpoints that do not work now, with the reason. */
  broken: Partial<Record<string, ErrorJson>>;
  /** Why the last transfer did not work. */
  transferFailed?: string;
}

export interface EndedCall {
  record: CallRecord;
  samples: QualitySample[];
}

export interface HeadsetRow {
  id: string;
  name: string;
  attached: boolean;
  error?: ErrorJson;
}

export interface LogLine {
  at: number;
  level: "info" | "warn";
  /** A catalogue key's text is made when it is drawn; free text stands as it is. */
  text: string;
  call?: CallId;
}

export interface PhoneModel {
  link: Link;
  seq: number;
  accounts: readonly AccountRow[];
  /** In the order of their beginning. */
  calls: readonly LiveCall[];
  /** Newest first, the last {@link ENDED}. */
  ended: readonly EndedCall[];
  doNotDisturb: boolean;
  headsets: readonly HeadsetRow[];
  /** Oldest first, the last {@link LOG_LINES}. */
  log: readonly LogLine[];
}

export type PhoneNews =
  | { type: "attached"; snapshot: Snapshot; seq: number; at: number }
  | { type: "event"; event: Sequenced }
  | { type: "lost"; error: ErrorJson; at: number };

/** Reports that a sparkline can show: ten minutes at one a second. */
export const SAMPLES = 600;
/** A little less than a second: reports of one a second come early and late. */
const SECOND_MS = 900;
const ENDED = 20;
const LOG_LINES = 500;

export const NO_PHONE: PhoneModel = {
  link: { state: "attaching" },
  seq: 0,
  accounts: [],
  calls: [],
  ended: [],
  doNotDisturb: false,
  headsets: [],
  log: [],
};

export function takeNews(model: PhoneModel, news: PhoneNews): PhoneModel {
  switch (news.type) {
    case "attached":
      return attached(model, news);
    case "lost":
      return logged({
        ...model,
        link: model.link.state === "lost"
          ? { ...model.link, error: news.error }
          : { state: "lost", since: news.at, error: news.error },
      }, model.link.state === "lost" ? undefined : warning(news.at, news.error.message));
    case "event":
      return takeEvent(model, news.event);
  }
}

function attached(
  model: PhoneModel,
  { snapshot, seq, at }: Extract<PhoneNews, { type: "attached" }>,
): PhoneModel {
  const known = new Map(model.calls.map((call) => [call.view.id, call]));
  const accounts = snapshot.accounts.map((account): AccountRow => {
    const before = model.accounts.find(({ id }) => id === account.id);
    return { ...before, ...account, changedAt: before?.changedAt ?? at };
  });
  const calls = snapshot.calls.map((view) => {
    const before = known.get(view.id);
    return before === undefined ? liveCall(view) : { ...before, view };
  });
  return {
    ...model,
    link: { state: "up" },
    seq,
    accounts: accounts.map((account) => withRetry(account, at)),
    calls,
    doNotDisturb: snapshot.doNotDisturb,
  };
}

function takeEvent(model: PhoneModel, event: Sequenced): PhoneModel {
  if (event.seq <= model.seq) return model;
  const next = { ...model, seq: event.seq };
  switch (event.type) {
    case "registration": {
      const change = { registration: event.registration, changedAt: event.at };
      const line = registrationLine(event);
      return logged(withAccount(next, event.account, change, event.at), line);
    }
    case "connection": {
      const { connected, error } = event;
      const change = { connected, changedAt: event.at, connectionError: error };
      const line = error === undefined ? undefined : warning(event.at, error.message);
      return logged(withAccount(next, event.account, change, event.at), line);
    }
    case "do-not-disturb":
      return { ...next, doNotDisturb: event.on };
    case "headset":
      return logged(withHeadset(next, event), headsetLine(event));
    case "notice":
      return logged(next, info(event.at, event.text, event.call));
    case "lagged":
      return logged(next, warning(event.at, `${event.dropped} events were dropped`));
    case "call.ended":
      return callEnded(next, event.record, event.at);
    default:
      if (!("call" in event)) return next;
      return logged(withCall(next, event), callLine(event));
  }
}

type CallEvent = Extract<Sequenced, { type: CallEventType }>;

function withCall(model: PhoneModel, event: CallEvent): PhoneModel {
  const index = model.calls.findIndex(({ view }) => view.id === event.call.id);
  const before = model.calls[index] ?? liveCall(event.call);
  const call = heard({ ...before, view: event.call }, event);
  const calls = index < 0
    ? [...model.calls, call]
    : model.calls.map((other, at) => at === index ? call : other);
  return { ...model, calls };
}

/** What an event says besides the call's view. */
function heard(call: LiveCall, event: CallEvent): LiveCall {
  const { detail } = event;
  switch (event.type) {
    case "call.media": {
      const { report } = event.call;
      if (report === undefined) return call;
      return { ...call, samples: sampled(call.samples, report, event.at) };
    }
    case "call.digits-sent":
      return { ...call, digitsSent: tail(call.digitsSent + String(detail?.digits ?? "")) };
    case "call.digit":
      return { ...call, digitsReceived: tail(call.digitsReceived + String(detail?.digit ?? "")) };
    case "call.endpoint": {
      const name = String(detail?.endpoint);
      const { [name]: _, ...others } = call.broken;
      if (detail?.working === true) return { ...call, broken: others };
      return { ...call, broken: { ...others, [name]: detail?.error as ErrorJson } };
    }
    case "call.transfer": {
      const { transferFailed: _, ...rest } = call;
      return detail?.failed === true ? { ...rest, transferFailed: reasonOf(detail) } : rest;
    }
    default:
      return call;
  }
}

/** Meters may report ten times a second; a sample still stands for one. */
function sampled(samples: QualitySample[], report: MediaReport, at: number): QualitySample[] {
  const last = samples.at(-1);
  if (last !== undefined && at - last.at < SECOND_MS) {
    return [...samples.slice(0, -1), sampleOf(report, samples.at(-2), last.at)];
  }
  return [...samples.slice(-SAMPLES + 1), sampleOf(report, last, at)];
}

function callEnded(model: PhoneModel, record: CallRecord, at: number): PhoneModel {
  const live = model.calls.find(({ view }) => view.id === record.id);
  const ended = [{ record, samples: live?.samples ?? [] }, ...model.ended].slice(0, ENDED);
  const calls = model.calls.filter(({ view }) => view.id !== record.id);
  const who = record.remote.displayName ?? shortAddress(record.remote.uri);
  const text = `${who}: ${record.outcome}${record.reason === "" ? "" : ` (${record.reason})`}`;
  const bad = record.outcome !== "answered" && record.outcome !== "cancelled";
  const line = bad ? warning(at, text, record.id) : info(at, text, record.id);
  return logged({ ...model, calls, ended }, line);
}

function withAccount(
  model: PhoneModel,
  id: string,
  change: {
    [K in keyof AccountRow]?: AccountRow[K] | undefined;
  },
  at: number,
): PhoneModel {
  const accounts = model.accounts.map((account) => {
    if (account.id !== id) return account;
    const merged = Object.fromEntries(
      Object.entries({ ...account, ...change }).filter(([, value]) => value !== undefined),
    ) as unknown as AccountRow;
    return change.registration === undefined ? merged : withRetry(merged, at);
  });
  return { ...model, accounts };
}

function withRetry(account: AccountRow, at: number): AccountRow {
  const { retryAt: _, ...rest } = account;
  const { registration } = account;
  if (registration.state !== "failed" || registration.retryInMs === undefined) return rest;
  return { ...rest, retryAt: at + registration.retryInMs };
}

function withHeadset(
  model: PhoneModel,
  event: Extract<Sequenced, { type: "headset" }>,
): PhoneModel {
  const before = model.headsets.find(({ id }) => id === event.headset);
  const row: HeadsetRow = {
    id: event.headset,
    name: event.name ?? before?.name ?? event.headset,
    attached: event.attached,
    ...(event.error === undefined ? {} : { error: event.error }),
  };
  const others = model.headsets.filter(({ id }) => id !== row.id).slice(-15);
  return { ...model, headsets: [...others, row] };
}

function liveCall(view: CallView): LiveCall {
  return { view, samples: [], digitsSent: "", digitsReceived: "", broken: {} };
}

function tail(digits: string): string {
  return digits.slice(-64);
}

function logged(model: PhoneModel, line: LogLine | undefined): PhoneModel {
  return line === undefined ? model : { ...model, log: [...model.log.slice(-LOG_LINES + 1), line] };
}

function info(at: number, text: string, call?: CallId): LogLine {
  return { at, level: "info", text, ...(call === undefined ? {} : { call }) };
}

function warning(at: number, text: string, call?: CallId): LogLine {
  return { ...info(at, text, call), level: "warn" };
}

function registrationLine(event: Extract<Sequenced, { type: "registration" }>): LogLine {
  const { account, registration, at } = event;
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

/** `603 Decline`. */
function reasonOf(detail: Record<string, unknown>): string {
  const { status, reason } = detail;
  return [status === 0 ? "" : status, reason].filter(Boolean).join(" ");
}

/** What is worth a line, in the words of the log. */
function callLine(event: CallEvent): LogLine | undefined {
  const { type, call, detail, at } = event;
  const who = call.remote.displayName ?? shortAddress(call.remote.uri);
  const error = detail?.error as ErrorJson | undefined;
  if (error !== undefined) return warning(at, `${who}: ${error.message}`, call.id);
  if (type === "call.media" || type === "call.digits-sent") return undefined;
  if (type === "call.transfer") {
    const failed = detail?.failed === true;
    const text = `${who}: transfer ${failed ? "failed" : "to"} ${
      failed ? reasonOf(detail) : call.transferTarget ?? reasonOf(detail ?? {})
    }`;
    return failed ? warning(at, text, call.id) : info(at, text, call.id);
  }
  const state = type === "call.hold"
    ? call.hold.local ? "held" : call.hold.remote ? "held by them" : "resumed"
    : type === "call.mute"
    ? call.muted ? "muted" : "unmuted"
    : type.slice("call.".length);
  return info(at, `${who}: ${state}`, call.id);
}

/** The call that keys mean: ringing ones aside, the active one, else the newest. */
export function frontCall(model: PhoneModel): LiveCall | undefined {
  const talking = model.calls.filter(({ view }) => !isRinging(view) && view.state !== "ending");
  return talking.find(({ view }) => view.state !== "held") ?? talking.at(-1) ??
    ringingCall(model) ?? model.calls.at(-1);
}

/** The incoming call that has rung longest. */
export function ringingCall(model: PhoneModel): LiveCall | undefined {
  return model.calls.find(({ view }) => isRinging(view));
}

export function isRinging({ direction, state }: CallView): boolean {
  return direction === "incoming" && state === "ringing";
}
