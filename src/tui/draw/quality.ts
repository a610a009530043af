/** How the call sounds: loss, jitter and delay of each direction, live, and what they mean. */
import {
  chosenIndex,
  frontCall,
  type LiveCall,
  type Measure,
  MEASURES,
  type QualitySample,
  type QualitySide,
  type Rating,
  type Verdict,
  verdictOf,
} from "../model/mod.ts";
import { acting, BLANK, line, type Row } from "./rows.ts";
import { type StringKey, width, wrap } from "../look/mod.ts";
import { chosenRow, sparkline, type Stage, VERDICT_ROLES, verdictText, whoOf } from "./widgets.ts";

/** The least value of a full column: percent, ms, ms. */
const CEILING: Readonly<Record<Measure, number>> = { loss: 5, jitter: 60, delay: 300 };

interface Measured {
  who: string;
  samples: readonly QualitySample[];
  /** Nothing is expected to arrive. */
  onHold: boolean;
  ended: boolean;
}

export function qualityView(stage: Stage): Row[] {
  const { state, words, rows } = stage;
  const calls = measuredCalls(stage);
  if (calls.length === 0) return [line(words.t("quality.none"), "dim")];
  const chosen = chosenIndex(state);
  const call = calls[chosen]!;
  const body = [
    ...directionRows(stage, call, "theirs"),
    ...(rows >= 12 ? [BLANK] : []),
    ...directionRows(stage, call, "ours"),
    ...(rows >= 12 ? [BLANK] : []),
    ...delayRows(stage, call),
  ];
  const picker = calls.length === 1 ? [] : calls.map((other, at) =>
    acting(
      chosenRow([{ text: nameOf(other, words), grow: true }], at === chosen, stage.glyphs),
      { choose: at },
    )
  );
  const title = [line(nameOf(call, words), "title")];
  const room = Math.max(0, rows - title.length - body.length - 1);
  const at = Math.max(0, Math.min(chosen - (room >> 1), picker.length - room));
  return [
    ...title,
    ...body,
    ...(room > 0 && picker.length > 0 ? [BLANK] : []),
    ...picker.slice(at, at + room),
  ].slice(0, rows);
}

function nameOf({ who, ended }: Measured, words: Stage["words"]): string {
  return ended ? `${who} (${words.t("quality.ended")})` : who;
}

/** The call in front first, then the other lines, then those that have ended. */
function measuredCalls({ state }: Stage): Measured[] {
  const { phone } = state;
  const front = frontCall(phone);
  const lines = [...phone.calls].sort((a, b) => Number(b === front) - Number(a === front));
  const live = lines.map(({ view, samples }: LiveCall): Measured => ({
    who: whoOf(state, view.remote),
    samples,
    onHold: view.hold.local || view.hold.remote,
    ended: false,
  }));
  const ended = phone.ended.map(({ record, samples }): Measured => ({
    who: whoOf(state, record.remote),
    samples,
    onHold: false,
    ended: true,
  }));
  return [...live, ...ended];
}

function directionRows(stage: Stage, call: Measured, side: QualitySide): Row[] {
  const { words, columns, rows } = stage;
  const verdict = verdictOf(call.samples, side, call.onHold);
  const last = call.samples.at(-1)?.[side];
  const loss = call.samples.map((sample) =>
    sample[side].loss === null ? null : sample[side].loss! * 100
  );
  const jitter = call.samples.map((sample) => sample[side].jitterMs);
  return [
    [
      { text: `${words.t(`quality.${side}`)}: `, role: "title" },
      call.onHold
        ? { text: words.t("state.held"), role: "dim", grow: true }
        : { text: verdictText(verdict, words), role: VERDICT_ROLES[verdict.word], grow: true },
    ],
    graph(
      stage,
      "loss",
      loss,
      number(words, last?.loss === null ? null : 100 * (last?.loss ?? 0), 1, "%", last),
    ),
    graph(stage, "jitter", jitter, number(words, last?.jitterMs ?? null, 0, "ms", last)),
    ...ratingRows(words, last?.rating ?? null),
    ...(rows >= 14 && !call.onHold ? meaning(verdict, side, words, columns) : []),
  ];
}

/** Told apart: what is heard, and what talking with the delay is like. */
function ratingRows(words: Stage["words"], rating: Rating | null): Row[] {
  if (rating === null) return [];
  const { listening, conversational, scale } = rating;
  const score = (mos: number) => words.number(mos, 1);
  const text = conversational === null
    ? words.t("quality.mos.listening", { listening: score(listening) })
    : words.t("quality.mos", {
      listening: score(listening),
      conversational: score(conversational),
    });
  return [line(` MOS ${text} ${words.t(`quality.scale.${scale}`)}`, "dim")];
}

function delayRows(stage: Stage, call: Measured): Row[] {
  const delay = call.samples.map(({ roundTripMs }) => roundTripMs);
  const last = call.samples.at(-1);
  return [
    graph(stage, "delay", delay, number(stage.words, last?.roundTripMs ?? null, 0, "ms", last)),
  ];
}

function graph(
  stage: Stage,
  kind: Measure,
  values: readonly (number | null)[],
  now: string,
): Row {
  const { words, glyphs, columns } = stage;
  const labels = Math.max(
    ...MEASURES.map((each) => width(words.t(`quality.${each}`))),
  ) + 2;
  const room = Math.max(8, columns - labels - 11);
  return [
    { text: ` ${words.t(`quality.${kind}`)}`, role: "dim", width: labels },
    { text: sparkline(values, room, CEILING[kind], glyphs), role: "accent", width: room },
    { text: ` ${now}`, width: 11, align: "right" },
  ];
}

function number(
  words: Stage["words"],
  value: number | null,
  digits: number,
  unit: string,
  last: unknown,
): string {
  return value === null || last === undefined
    ? words.t("quality.unknown.short")
    : `${words.number(value, digits)} ${unit}`;
}

function meaning(
  { word }: Verdict,
  side: QualitySide,
  words: Stage["words"],
  columns: number,
): Row[] {
  // Only the other side can measure what it hears.
  if (word === "unknown" && side === "theirs") return [];
  return wrap(words.t(`quality.means.${word}` as StringKey), columns - 2)
    .map((text) => line(` ${text}`, "dim"));
}
