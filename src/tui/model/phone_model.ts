/**
 * What the screen knows of the phone: a snapshot, brought up to date by events.
 *
 *     snapshot ─► PhoneModel ◄─ event, event, … ◄─ lost ◄─ (attached again) snapshot
 *
 * Pure: no clock, no terminal; every time comes with its input. The phone's state is the station's;
 * this is a copy to draw. Its size is bounded, whatever the phone does for however long.
 */
import { type AccountNews, type AccountRow, accountRows, changedRow } from "./account_row.ts";
import type { Sequenced, Snapshot } from "../../control/contract/mod.ts";
import { type CallRecord, type CallView, isCallEvent } from "../../core/state/mod.ts";
import type { ErrorJson } from "../../base/mod.ts";
import { PLAIN_SPEECH, type SpeechSettings } from "../../core/media/mod.ts";
import type { CallLevels, EndpointName, MediaReport } from "../../core/ports/mod.ts";
import {
  type LogLine,
  logLine,
  type SequencedCallEvent,
  transferReason,
  warning,
} from "./log_lines.ts";
import { type QualitySample, sampleOf } from "./quality.ts";

/** How the screen is joined to its phone. */
export type LinkState =
  | { state: "attaching" }
  | { state: "up" }
  | { state: "lost"; since: number; error: ErrorJson };

/** A live call with what was heard of it on the way. */
export interface LiveCall {
  view: CallView;
  /** One for each report, the last {@link SAMPLES}. */
  samples: QualitySample[];
  /** dBFS, whole: ten times a second while somebody looks, else as reported. */
  levels?: { sent: number; received: number };
  digitsSent: string;
  digitsReceived: string;
  /** Endpoints that do not work now, with the reason. */
  broken: Partial<Record<EndpointName, ErrorJson>>;
  /** Where it goes, also while it ends for that. */
  transferredTo?: string;
  /** Why the last transfer did not work. */
  transferFailed?: string;
}

export interface EndedCall {
  record: CallRecord;
  samples: QualitySample[];
  /** Where it was being transferred when it ended. */
  transferredTo?: string;
}

export interface HeadsetRow {
  id: string;
  name: string;
  attached: boolean;
  error?: ErrorJson;
}

export interface PhoneModel {
  link: LinkState;
  seq: number;
  accounts: readonly AccountRow[];
  /** In the order of their beginning. */
  calls: readonly LiveCall[];
  /** Newest first, the last {@link ENDED}. */
  ended: readonly EndedCall[];
  doNotDisturb: boolean;
  /** Of what is heard, dB. */
  volume: number;
  /** What our sound passes. */
  speech: SpeechSettings;
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
  volume: 0,
  speech: PLAIN_SPEECH,
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
  const calls = snapshot.calls.map((view) => {
    const before = known.get(view.id);
    return before === undefined ? liveCall(view) : { ...before, view };
  });
  return {
    ...model,
    link: { state: "up" },
    seq,
    accounts: accountRows(model.accounts, snapshot.accounts, at),
    calls,
    doNotDisturb: snapshot.doNotDisturb,
    volume: snapshot.volume,
    speech: snapshot.speech,
  };
}

function takeEvent(model: PhoneModel, event: Sequenced): PhoneModel {
  if (event.seq <= model.seq) return model;
  const next = changedBy({ ...model, seq: event.seq }, event);
  return logged(next, logLine(event));
}

function changedBy(model: PhoneModel, event: Sequenced): PhoneModel {
  const { at } = event;
  switch (event.type) {
    case "registration": {
      const { account, registration } = event;
      return withAccount(model, account, { registration, changedAt: at }, at);
    }
    case "connection": {
      const { account, connected, error } = event;
      return withAccount(model, account, { connected, changedAt: at, connectionError: error }, at);
    }
    case "address":
      return withAccount(model, event.account, { address: event.address, changedAt: at }, at);
    case "flows":
      return withAccount(model, event.account, { flows: event.flows }, at);
    case "accounts":
      return { ...model, accounts: accountRows(model.accounts, event.accounts, at) };
    case "do-not-disturb":
      return { ...model, doNotDisturb: event.on };
    case "volume":
      return { ...model, volume: event.volume };
    case "speech":
      return { ...model, speech: event.speech };
    case "headset":
      return withHeadset(model, event);
    case "call.ended":
      return callEnded(model, event.record);
    default:
      return isCallEvent(event) ? withCall(model, event) : model;
  }
}

/** Meters show whole decibels: what changes nothing on screen changes nothing here. */
export function withLevels(model: PhoneModel, levels: readonly CallLevels[]): PhoneModel {
  let changed = false;
  const calls = model.calls.map((call) => {
    const heard = levels.find(({ call: id }) => id === call.view.id);
    if (heard === undefined) return call;
    const [sent, received] = [Math.round(heard.sent), Math.round(heard.received)];
    if (call.levels?.sent === sent && call.levels.received === received) return call;
    changed = true;
    return { ...call, levels: { sent, received } };
  });
  return changed ? { ...model, calls } : model;
}

function withCall(model: PhoneModel, event: SequencedCallEvent): PhoneModel {
  const index = model.calls.findIndex(({ view }) => view.id === event.call.id);
  const before = model.calls[index] ?? liveCall(event.call);
  const call = heard({ ...before, view: event.call }, event);
  const calls = index < 0
    ? [...model.calls, call]
    : model.calls.map((other, at) => at === index ? call : other);
  return { ...model, calls };
}

/** What an event says besides the call's view. */
function heard(call: LiveCall, event: SequencedCallEvent): LiveCall {
  switch (event.type) {
    case "call.media": {
      const { report } = event.call;
      if (report === undefined) return call;
      const { sentLevel: sent, receivedLevel: received } = report;
      const samples = sampled(call.samples, report, event.at);
      return {
        ...call,
        samples,
        levels: { sent: Math.round(sent), received: Math.round(received) },
      };
    }
    case "call.digits-sent":
      return { ...call, digitsSent: tail(call.digitsSent + event.detail.digits) };
    case "call.digit":
      return { ...call, digitsReceived: tail(call.digitsReceived + event.detail.digit) };
    case "call.endpoint": {
      const { detail } = event;
      const { [detail.endpoint]: _, ...others } = call.broken;
      if (detail.working) return { ...call, broken: others };
      return { ...call, broken: { ...others, [detail.endpoint]: detail.error } };
    }
    case "call.transfer": {
      // A question: nothing goes anywhere yet.
      if (event.call.transferAsked !== undefined) return call;
      const { transferFailed: _f, transferredTo: _t, ...rest } = call;
      if (event.detail.failed) return { ...rest, transferFailed: transferReason(event.detail) };
      return { ...rest, transferredTo: event.call.transferTarget ?? call.transferredTo ?? "" };
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

function callEnded(model: PhoneModel, record: CallRecord): PhoneModel {
  const live = model.calls.find(({ view }) => view.id === record.id);
  const one: EndedCall = {
    record,
    samples: live?.samples ?? [],
    ...(live?.transferredTo === undefined ? {} : { transferredTo: live.transferredTo }),
  };
  const ended = [one, ...model.ended].slice(0, ENDED);
  const calls = model.calls.filter(({ view }) => view.id !== record.id);
  return { ...model, calls, ended };
}

function withAccount(model: PhoneModel, id: string, news: AccountNews, at: number): PhoneModel {
  const accounts = model.accounts.map((row) => row.id === id ? changedRow(row, news, at) : row);
  return { ...model, accounts };
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

/** The call that keys mean: ringing ones aside, the active one, else the newest. */
export function frontCall(model: PhoneModel): LiveCall | undefined {
  const talking = model.calls.filter(({ view }) => !isRinging(view) && view.state !== "ending");
  return talking.find(({ view }) => view.state !== "held") ?? talking.at(-1) ??
    ringingCall(model) ?? model.calls.at(-1);
}

/** The call whose other side wants to transfer us, and waits for a yes or no. */
export function askedCall(model: PhoneModel): LiveCall | undefined {
  return model.calls.find(({ view }) => view.transferAsked !== undefined);
}

/** The incoming call that has rung longest. */
export function ringingCall(model: PhoneModel): LiveCall | undefined {
  return model.calls.find(({ view }) => isRinging(view));
}

export function isRinging({ direction, state }: CallView): boolean {
  return direction === "incoming" && state === "ringing";
}
