/** One call on screen: state, time, codec, locks, levels, quality with its reason. */
import { isRinging, type LiveCall, SIDES, verdictOf } from "../model/mod.ts";
import { type Cell, line, type Row } from "./rows.ts";
import { cipherWords, DIRECTIONS } from "../../core/state/mod.ts";
import { shortAddress, type StringKey, width } from "../look/mod.ts";
import {
  meter,
  type Stage,
  stateGlyph,
  stateRole,
  stateWord,
  timeOf,
  VERDICT_ROLES,
  verdictText,
  whoOf,
} from "./widgets.ts";

/** The call in front, what matters most first. */
export function frontRows(stage: Stage, call: LiveCall): Row[] {
  const { view } = call;
  // A ringing call's head is the banner.
  const rows: Row[] = isRinging(view) ? [] : [headRow(stage, call)];
  if (view.recording.name !== "off") rows.push(recordingRow(stage, view));
  if (view.answeredAt !== undefined || view.state === "early") {
    rows.push(levelRow(stage, call, "you"), levelRow(stage, call, "them"));
    rows.push(...qualityRows(stage, call));
  }
  rows.push(securityRow(stage, call), addressRow(stage, call));
  rows.push(...remarkRows(stage, call));
  return rows;
}

/** A call that is not in front. */
export function callLine(stage: Stage, call: LiveCall): Row {
  const { view } = call;
  const { state, words, glyphs } = stage;
  return [
    { text: `${stateGlyph(view, glyphs)} `, role: stateRole(view) },
    { text: whoOf(state, view.remote), grow: true },
    ...(view.recording.name === "on"
      ? [{ text: ` ${glyphs.recording} ${words.t("call.recording")} `, role: "recording" as const }]
      : []),
    ...(view.muted
      ? [{ text: ` ${glyphs.muted} ${words.t("call.muted")} `, role: "warn" as const }]
      : []),
    { text: ` ${stateWord(view, words)} `, role: stateRole(view) },
    { text: ` ${timeOf(call, stage)}`, width: 8, align: "right" },
  ];
}

function headRow(stage: Stage, call: LiveCall): Row {
  const { view } = call;
  const { state, words, glyphs } = stage;
  return [
    state.phone.link.state === "lost"
      ? { text: ` ${glyphs.bad} ${words.t("link.lost")} `, role: "bad" }
      : {
        text: ` ${stateGlyph(view, glyphs)} ${
          stateWord(view, words).toLocaleUpperCase(words.language)
        } `,
        role: stateRole(view),
      },
    { text: ` ${whoOf(state, view.remote)}`, role: "title", grow: true },
    { text: ` ${timeOf(call, stage)}`, role: "title" },
  ];
}

/** Cannot be overlooked: the whole row, in every theme. */
function recordingRow({ glyphs, words }: Stage, { recording }: LiveCall["view"]): Row {
  const paused = recording.name === "paused";
  const text = words.t(paused ? "call.recording.paused" : "call.recording");
  return line(` ${glyphs.recording} ${text} ${glyphs.recording}`, paused ? "ringing" : "recording");
}

const METER_MAX = 24;

function levelRow(stage: Stage, { view, levels }: LiveCall, side: "you" | "them"): Row {
  const { words, glyphs, columns } = stage;
  const level = side === "you" ? levels?.sent : levels?.received;
  const muted = side === "you" && view.muted;
  const label = words.t(side === "you" ? "call.you" : "call.them");
  const labels = Math.max(width(words.t("call.you")), width(words.t("call.them"))) + 2;
  const bar = Math.max(6, Math.min(METER_MAX, Math.floor(columns / 3)));
  const known = level !== undefined;
  const spoken = !known
    ? ""
    : level <= -89
    ? words.t("call.silence")
    : `${words.number(Math.round(level))} dB`;
  return [
    { text: ` ${label}`, role: "dim", width: labels + 1 },
    {
      text: meter(known && !muted ? level : -90, bar, glyphs),
      role: muted ? "dim" : level !== undefined && level > -3 ? "warn" : "good",
    },
    { text: ` ${muted ? "" : spoken}`, role: "dim", width: muted ? 1 : 10, drop: 1 },
    ...(muted
      ? [{ text: `${glyphs.muted} ${words.t("call.muted")} `, role: "warn" as const }]
      : []),
    {
      text: view.hold.local
        ? words.t("state.held")
        : view.hold.remote && side === "them"
        ? words.t("state.held.remote")
        : "",
      role: "warn",
      grow: true,
    },
  ];
}

function qualityRows(stage: Stage, { view, samples }: LiveCall): Row[] {
  const { words } = stage;
  const onHold = view.hold.local || view.hold.remote;
  return SIDES.map((side) => {
    const verdict = verdictOf(samples, side, onHold);
    const role = onHold ? "dim" as const : VERDICT_ROLES[verdict.word];
    return [
      { text: ` ${words.t(`quality.${side}`)}: `, role: "dim" as const },
      { text: onHold ? words.t("state.held") : verdictText(verdict, words), role, grow: true },
    ];
  });
}

function securityRow({ words, glyphs }: Stage, { view }: LiveCall): Row {
  const transport = view.transport ?? "udp";
  const closed = transport === "tls" || transport === "wss";
  const sound = view.security === "srtp";
  // Keys of the sound that came over open signalling are anybody's.
  const lock = sound && closed ? glyphs.locked : glyphs.open;
  const cells: Cell[] = [
    { text: view.codec === undefined ? " " : ` ${view.codec}  `, role: "accent" },
    {
      text: `${lock} ${words.t(sound ? "call.media.srtp" : "call.media.plain")}`,
      role: sound && closed ? "good" : "dim",
    },
    {
      text: view.encryption?.suite === undefined ? "" : ` ${cipherWords(view.encryption)}`,
      role: "dim",
      drop: 2,
    },
    {
      text: `  ${words.t(closed ? "call.signalling.tls" : "call.signalling.plain", { transport })}`,
      role: closed ? "good" : "dim",
      drop: 1,
    },
  ];
  return cells;
}

function addressRow({ words, state }: Stage, { view }: LiveCall): Row {
  const incoming = view.direction === "incoming";
  const account = state.phone.accounts.length > 1 || incoming ? view.account : "";
  const asked = incoming && view.local !== undefined ? shortAddress(view.local.uri) : "";
  return [
    { text: ` ${words.t(incoming ? "call.from" : "call.to")} ${view.remote.uri}`, role: "dim" },
    {
      text: asked === "" && account === ""
        ? ""
        : `  ${words.t("call.line")} ${[asked, account].filter(Boolean).join(" ")}`,
      role: "dim",
      drop: 1,
    },
  ];
}

/** A sentence for each direction in which no sound arrives, or which sounds bad. */
export function silenceTexts(
  { silence = {}, badSound = {} }: LiveCall["view"],
  words: Stage["words"],
): string[] {
  const silences = [silence.incoming, silence.outgoing].flatMap((one) =>
    one === undefined ? [] : words.t(`silence.${one.cause}`, { at: one.at })
  );
  const bad = DIRECTIONS.flatMap((side) => {
    const one = badSound[side];
    if (one === undefined) return [];
    return words.t(`sound.${one.cause}.${side}` as StringKey, { value: words.number(one.value) });
  });
  return [...silences, ...bad];
}

/** Digits, transfers and what is broken: only when there is something to say. */
function remarkRows({ words }: Stage, call: LiveCall): Row[] {
  const { view, broken, transferFailed } = call;
  const rows: Row[] = silenceTexts(view, words).map((text) => line(` ${text}`, "bad"));
  for (const [endpoint, error] of Object.entries(broken)) {
    rows.push(
      line(
        ` ${
          words.t("call.broken", { endpoint, why: error === undefined ? "" : words.error(error) })
        }`,
        "bad",
      ),
    );
  }
  if (transferFailed !== undefined) {
    rows.push(line(` ${words.t("call.transfer.failed", { why: transferFailed })}`, "bad"));
  }
  if (view.transferTarget !== undefined) {
    const target = shortAddress(view.transferTarget);
    rows.push(line(` ${words.t("call.transferring", { target })}`, "accent"));
  }
  const digits = [
    call.digitsSent === ""
      ? ""
      : words.t("call.digits.sent", { digits: call.digitsSent.slice(-20) }),
    call.digitsReceived === ""
      ? ""
      : words.t("call.digits.received", { digits: call.digitsReceived.slice(-20) }),
  ].filter(Boolean).join("  ");
  if (digits !== "") rows.push(line(` DTMF ${digits}`, "dim"));
  return rows;
}
