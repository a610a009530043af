/**
 * What changed, in sentences: for who listens to the phone instead of looking at it.
 *
 *     AppState before, after ─► sentences, the most urgent first
 *
 * Each change is said once, and nothing that only moves (time, meters) is said at all. Pure.
 */
import { ENDPOINT_NAMES } from "../../core/ports/mod.ts";
import { DIRECTIONS } from "../../core/state/mod.ts";
import {
  type ActionName,
  type AppState,
  isRinging,
  type LiveCall,
  type Verdict,
  verdictOf,
} from "../model/mod.ts";
import { endingOf, silenceTexts, stateWord, verdictText, whoOf } from "../draw/mod.ts";
import { shortAddress, type StringKey, type Words } from "../look/mod.ts";

type KeyOf = (name: ActionName) => string;

/** @param keyOf how the answer to a call is typed */
export function announcements(
  before: AppState,
  after: AppState,
  words: Words,
  keyOf: KeyOf,
): string[] {
  if (before.phone === after.phone && before.screen.message === after.screen.message) return [];
  return [
    ...linkChanges(before, after, words),
    ...callChanges(before, after, words, keyOf),
    ...endings(before, after, words),
    ...accountChanges(before, after, words),
    ...headsetChanges(before, after, words),
    ...(before.phone.doNotDisturb === after.phone.doNotDisturb
      ? []
      : [words.t(after.phone.doNotDisturb ? "dnd.now-on" : "dnd.now-off")]),
    ...(before.phone.volume === after.phone.volume
      ? []
      : [words.t("volume.now", { volume: after.phone.volume })]),
    ...said(before, after),
  ];
}

/** One call in a sentence, as `where things are` and changes say it. */
export function callSentence(state: AppState, { view }: LiveCall, words: Words): string {
  const who = whoOf(state, view.remote);
  const parts = [`${stateWord(view, words)}: ${who}`];
  const address = shortAddress(view.remote.uri);
  if (address !== who) parts.push(address);
  if (view.muted) parts.push(words.t("call.muted"));
  if (view.answeredAt !== undefined) parts.push(words.duration(state.now - view.answeredAt));
  return parts.join(", ");
}

function linkChanges(before: AppState, after: AppState, words: Words): string[] {
  const { link } = after.phone;
  if (link.state === before.phone.link.state || link.state !== "lost") return [];
  return [`${words.t("link.lost")}: ${words.error(link.error)}`];
}

function callChanges(
  before: AppState,
  after: AppState,
  words: Words,
  keyOf: KeyOf,
): string[] {
  return after.phone.calls.flatMap((call) => {
    const was = before.phone.calls.find(({ view }) => view.id === call.view.id);
    if (was === call) return [];
    return [
      ...phaseChange(was, call, { state: after, words, keyOf }),
      ...(was === undefined ? [] : partChanges(was, call, { state: after, words, keyOf })),
    ];
  });
}

function phaseChange(
  was: LiveCall | undefined,
  call: LiveCall,
  { state, words, keyOf }: Now,
): string[] {
  const { view } = call;
  const same = was !== undefined && was.view.state === view.state &&
    was.view.hold.remote === view.hold.remote;
  if (same || view.state === "ending") return [];
  const sentence = callSentence(state, call, words);
  if (isRinging(view)) {
    const [answer, reject] = [keyOf("answer"), keyOf("reject")];
    return [words.t("reader.incoming", { call: sentence, answer, reject })];
  }
  const justAnswered = was?.view.answeredAt === undefined && view.answeredAt !== undefined;
  if (!justAnswered) return [sentence];
  const security = words.t(view.security === "srtp" ? "call.media.srtp" : "call.media.plain");
  return [[sentence, view.codec, security].filter(Boolean).join(", ")];
}

/** After a change. */
interface Now {
  state: AppState;
  words: Words;
  keyOf: KeyOf;
}

function partChanges(was: LiveCall, call: LiveCall, now: Now): string[] {
  const { state, words } = now;
  const who = whoOf(state, call.view.remote);
  const parts: string[] = askedChange(was, call, now);
  if (was.view.muted !== call.view.muted) {
    parts.push(words.t(call.view.muted ? "reader.muted" : "reader.unmuted", { who }));
  }
  parts.push(...silenceChanges(was.view, call.view, words));
  if (was.view.recording.name !== call.view.recording.name) {
    parts.push(words.t(`reader.recording.${call.view.recording.name}`, { who }));
  }
  if (was.view.transferTarget !== call.view.transferTarget && call.view.transferTarget) {
    const target = shortAddress(call.view.transferTarget);
    parts.push(words.t("call.transferring", { target }));
  }
  if (call.transferFailed !== undefined && was.transferFailed !== call.transferFailed) {
    parts.push(words.t("call.transfer.failed", { why: call.transferFailed }));
  }
  if (was.digitsSent !== call.digitsSent) {
    const digits = call.digitsSent.startsWith(was.digitsSent)
      ? call.digitsSent.slice(was.digitsSent.length)
      : call.digitsSent;
    if (digits !== "") parts.push(words.t("call.digits.sent", { digits }));
  }
  if (was.digitsReceived !== call.digitsReceived) {
    parts.push(words.t("call.digits.received", { digits: call.digitsReceived.slice(-1) }));
  }
  for (const endpoint of ENDPOINT_NAMES) {
    const error = call.broken[endpoint];
    if (error === undefined || was.broken[endpoint] !== undefined) continue;
    parts.push(words.t("call.broken", { endpoint, why: words.error(error) }));
  }
  const verdict = changedVerdict(was, call);
  if (verdict !== undefined) {
    parts.push(`${words.t("quality.theirs")}: ${verdictText(verdict, words)}`);
  }
  return parts;
}

function askedChange(was: LiveCall, { view }: LiveCall, { state, words, keyOf }: Now): string[] {
  const { transferAsked } = view;
  if (transferAsked === undefined || was.view.transferAsked === transferAsked) return [];
  return [words.t("reader.transfer.asked", {
    who: whoOf(state, view.remote),
    target: shortAddress(transferAsked),
    follow: keyOf("followTransfer"),
    refuse: keyOf("refuseTransfer"),
  })];
}

/** A sentence for what is silent now, or better explained; and for what sounds again, hold aside. */
function silenceChanges(was: LiveCall["view"], view: LiveCall["view"], words: Words): string[] {
  const [before, after] = [silenceTexts(was, words), silenceTexts(view, words)];
  const said = after.filter((text) => !before.includes(text));
  if (view.hold.local || view.hold.remote || view.state === "ending") return said;
  const back = DIRECTIONS.filter((side) => was.silence?.[side] && !view.silence?.[side]);
  const good = DIRECTIONS.filter((side) => was.badSound?.[side] && !view.badSound?.[side]);
  return [
    ...said,
    ...back.map((side) => words.t(`silence.back.${side}`)),
    ...good.map((side) => words.t(`sound.back.${side}`)),
  ];
}

/** A new word about the sound, when it is good or when it is not. */
function changedVerdict(was: LiveCall, call: LiveCall): Verdict | undefined {
  if (call.view.hold.local || call.view.hold.remote || was.samples === call.samples) {
    return undefined;
  }
  const before = verdictOf(was.samples, "theirs");
  const after = verdictOf(call.samples, "theirs");
  return before.word === after.word || after.word === "unknown" ? undefined : after;
}

function endings(before: AppState, after: AppState, words: Words): string[] {
  return before.phone.calls.flatMap(({ view }) => {
    if (after.phone.calls.some((call) => call.view.id === view.id)) return [];
    const ended = after.phone.ended.find(({ record }) => record.id === view.id);
    return ended === undefined ? [] : [endingOf(after, ended, words).text];
  });
}

function accountChanges(before: AppState, after: AppState, words: Words): string[] {
  return after.phone.accounts.flatMap((account) => {
    const was = before.phone.accounts.find(({ id }) => id === account.id);
    const { registration } = account;
    if (was?.registration.state === registration.state) return [];
    if (registration.state === "none" || registration.state === "registering") return [];
    const state = words.t(`registration.${registration.state}` as StringKey);
    const why = registration.state === "failed" ? `: ${words.error(registration.error)}` : "";
    return [`${account.id} ${state}${why}`];
  });
}

function headsetChanges(before: AppState, after: AppState, words: Words): string[] {
  return after.phone.headsets.flatMap((headset) => {
    const was = before.phone.headsets.find(({ id }) => id === headset.id);
    if (was?.attached === headset.attached) return [];
    const key = headset.attached ? "headset.attached" : "headset.detached";
    return [`${headset.name}: ${words.t(key)}`];
  });
}

function said(before: AppState, after: AppState): string[] {
  const { message } = after.screen;
  return message === undefined || message === before.screen.message ? [] : [message.text];
}
