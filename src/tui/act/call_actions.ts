/** Actions on calls: which call is meant, when it is possible, and what is asked of the phone. */
import type { Action, Desk } from "./action.ts";
import {
  type ActionName,
  type AppState,
  askedCall,
  frontCall,
  isRinging,
  lastNumbers,
  type LiveCall,
  lost,
  ringingCall,
} from "../model/mod.ts";
import { ECHO_SWITCH, speechSwitch } from "./speech_actions.ts";
import type { StringKey } from "../look/mod.ts";

/** The call that has been placed or answered, and is not ending. */
function talking({ phone }: AppState): LiveCall | undefined {
  const call = frontCall(phone);
  return call === undefined || isRinging(call.view) || call.view.state === "ending"
    ? undefined
    : call;
}

const inCall = (state: AppState): StringKey | undefined =>
  lost(state) ?? (talking(state) === undefined ? "why.no-call" : undefined);

const answered = (state: AppState): StringKey | undefined =>
  inCall(state) ??
    (talking(state)?.view.answeredAt === undefined ? "why.not-answered" : undefined);

const ringing = (state: AppState): StringKey | undefined =>
  lost(state) ?? (ringingCall(state.phone) === undefined ? "why.not-ringing" : undefined);

const asked = (state: AppState): StringKey | undefined =>
  lost(state) ?? (askedCall(state.phone) === undefined ? "why.not-asked" : undefined);

const whileAsked = (order: number) => ({ phone }: AppState) =>
  askedCall(phone) === undefined ? undefined : order;

const whileCall = (order: number) => (state: AppState) =>
  talking(state) === undefined ? undefined : order;

const whileRinging = (order: number) => ({ phone }: AppState) =>
  ringingCall(phone) === undefined ? undefined : order;

const isRecorded = (state: AppState) => (talking(state)?.view.recording.name ?? "off") !== "off";

export const CALL_ACTIONS = {
  answer: {
    group: "calls",
    keys: { call: ["a"], always: ["alt+a"] },
    does: "action.answer",
    disabled: ringing,
    hint: whileRinging(0),
    run: answer,
  },
  hangup: {
    group: "calls",
    keys: { call: ["x"], always: ["alt+x"] },
    does: "action.hangup",
    harms: true,
    disabled: (state) => state.phone.calls.length === 0 ? "why.no-call" : lost(state),
    hint: whileCall(2),
    run: hangup,
  },
  reject: {
    group: "calls",
    keys: { call: ["n"], always: ["alt+n"] },
    does: "action.reject",
    harms: true,
    disabled: ringing,
    hint: whileRinging(1.5),
    run: (desk, { phone }) => refuse(desk, ringingCall(phone)),
  },
  silence: {
    group: "calls",
    keys: { call: ["z"], always: ["alt+z"] },
    does: "action.silence",
    disabled: ringing,
    run: async (desk, { phone }) => {
      const call = ringingCall(phone);
      if (call !== undefined) await desk.ask("silence", { call: call.view.id });
    },
  },
  mute: {
    group: "calls",
    keys: { call: ["m"], always: ["alt+m", "f9"] },
    does: {
      name: "action.mute",
      now: (state) => talking(state)?.view.muted ? "action.unmute" : "action.mute",
    },
    disabled: inCall,
    hint: whileCall(3),
    run: mute,
  },
  hold: {
    group: "calls",
    keys: { call: ["h"], always: ["alt+h"] },
    does: {
      name: "action.hold",
      now: (state) => talking(state)?.view.hold.local ? "action.resume" : "action.hold",
    },
    disabled: answered,
    hint: whileCall(4),
    run: hold,
  },
  swap: {
    group: "calls",
    keys: { call: ["s"], always: ["alt+s"] },
    does: "action.swap",
    disabled: (state) =>
      inCall(state) ??
        (state.phone.calls.filter(({ view }) => !isRinging(view)).length < 2
          ? "why.one-call"
          : undefined),
    hint: ({ phone }) => phone.calls.length > 1 ? 4.5 : undefined,
    run: async (desk) => {
      if (await desk.ask("swap", {}) !== undefined) desk.undoable({ kind: "swap" });
    },
  },
  transfer: {
    group: "calls",
    keys: { call: ["t"], always: ["alt+t"] },
    does: "action.transfer",
    disabled: answered,
    hint: whileCall(5),
    run: (desk) => {
      desk.store.dispatch({ type: "purpose", purpose: "transfer" });
      return desk.records.search("");
    },
  },
  followTransfer: {
    group: "calls",
    keys: { call: ["f"], always: ["alt+f"] },
    does: "action.followTransfer",
    disabled: asked,
    hint: whileAsked(0.5),
    run: (desk, state) => answerTransfer(desk, state, true),
  },
  refuseTransfer: {
    group: "calls",
    keys: { call: ["k"], always: ["alt+k"] },
    does: "action.refuseTransfer",
    disabled: asked,
    hint: whileAsked(0.6),
    run: (desk, state) => answerTransfer(desk, state, false),
  },
  pad: {
    group: "calls",
    keys: { call: ["d"], always: ["alt+d"] },
    does: "action.pad",
    disabled: (state) =>
      inCall(state) ?? (talking(state)?.view.codec ? undefined : "why.not-answered"),
    hint: whileCall(7.9),
    run: (desk, state) => {
      const call = talking(state)?.view.id;
      if (call !== undefined) desk.open({ name: "pad", call, sent: "" });
    },
  },
  record: {
    group: "calls",
    keys: { call: ["r"], always: ["alt+r"] },
    does: {
      name: "action.record",
      now: (state) => isRecorded(state) ? "action.record.stop" : "action.record",
    },
    disabled: answered,
    hint: whileCall(6.2),
    run: record,
  },
  louder: {
    group: "calls",
    keys: { call: ["="], always: ["alt+up"] },
    does: "action.louder",
    disabled: lost,
    run: (desk) => desk.ask("volume", { volume: "up" }),
  },
  softer: {
    group: "calls",
    keys: { call: ["-"], always: ["alt+down"] },
    does: "action.softer",
    disabled: lost,
    run: (desk) => desk.ask("volume", { volume: "down" }),
  },
  highPass: speechSwitch("highPass"),
  noiseSuppression: speechSwitch("noiseSuppression"),
  agc: speechSwitch("agc"),
  echo: ECHO_SWITCH,
  redial: {
    group: "calls",
    keys: { idle: ["ctrl+r"] },
    does: "action.redial",
    disabled: (state) => lastNumbers(state).length === 0 ? "why.no-history" : undefined,
    hint: ({ phone, screen }) => phone.calls.length === 0 && screen.field === "" ? 6.5 : undefined,
    // A search backwards in a shell's habit: it must not place a call by itself.
    run: (desk, state) => desk.setField(lastNumbers(state)[0]!),
  },
} satisfies Partial<Record<ActionName, Action>>;

/** Where there is no sound, the first time only says so: the call would end at once. */
function answer(desk: Desk, { phone, records, screen }: AppState): unknown {
  const call = ringingCall(phone)?.view.id;
  if (call === undefined) return;
  const missing = records.devices?.missing;
  if (missing !== undefined && screen.warned !== call) {
    desk.store.dispatch({ type: "warned", call });
    const key = desk.keyOf("answer");
    return desk.say("answer.no-sound", { why: desk.words.error(missing), key }, "warn");
  }
  return desk.ask("answer", { call });
}

/** A ringing call is refused; there is nothing else to hang up in it. */
function hangup(desk: Desk, { phone }: AppState): unknown {
  const front = frontCall(phone);
  if (front === undefined) return;
  return isRinging(front.view) ? refuse(desk, front) : desk.ask("hangup", { call: front.view.id });
}

function refuse(desk: Desk, call: LiveCall | undefined): unknown {
  return call && desk.ask("reject", { call: call.view.id, status: 603 });
}

function answerTransfer(desk: Desk, { phone }: AppState, follow: boolean): unknown {
  const call = askedCall(phone)?.view.id;
  return call && desk.ask("answerTransfer", { call, follow });
}

async function mute(desk: Desk, state: AppState): Promise<void> {
  const view = talking(state)?.view;
  if (view === undefined) return;
  const { id: call, muted } = view;
  const done = await desk.ask("mute", { call, muted: !muted });
  if (done !== undefined) desk.undoable({ kind: "mute", call, muted });
}

async function hold(desk: Desk, state: AppState): Promise<void> {
  const view = talking(state)?.view;
  if (view === undefined) return;
  const held = view.hold.local;
  const done = await desk.ask(held ? "resume" : "hold", { call: view.id });
  if (done !== undefined) desk.undoable({ kind: "hold", call: view.id, held });
}

/** Where it goes is the station's choice; the mark on screen and the history say it. */
function record(desk: Desk, state: AppState): unknown {
  const call = talking(state)?.view.id;
  return call && desk.ask("record", { call, action: isRecorded(state) ? "stop" : "start" });
}
