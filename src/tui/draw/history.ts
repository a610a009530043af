/** Past calls, newest first; letters filter. */
import type { PastCall } from "../../control/contract/mod.ts";
import { type Cell, line, type Row } from "./rows.ts";
import { chosenIndex, historyShown, nameOf } from "../model/mod.ts";
import { type Glyphs, shortAddress, type StringKey, type TextRole } from "../look/mod.ts";
import { chosenRow, listRows, type Stage } from "./widgets.ts";

export function historyView(stage: Stage): Row[] {
  const { state, words, rows } = stage;
  const { historyError } = state.records;
  const shown = historyShown(state);
  if (shown.length === 0) {
    if (historyError !== undefined) return [line(words.error(historyError), "warn")];
    const text = state.screen.field;
    return [
      line(text === "" ? words.t("history.none") : words.t("contacts.nobody", { text }), "dim"),
    ];
  }
  const chosen = chosenIndex(state);
  const past = shown[chosen];
  const detail = rows >= 8 && past !== undefined ? detailRows(stage, past) : [];
  return [
    ...listRows(shown, chosen, rows - detail.length, (call, here) => historyRow(stage, call, here)),
    ...detail,
  ];
}

function historyRow({ state, words, glyphs }: Stage, past: PastCall, chosen: boolean): Row {
  const { remote, outcome, startedAt } = past;
  const shown = shortAddress(remote.uri);
  const name = nameOf(state, remote) ?? shown;
  const role = outcomeRole(outcome);
  const cells: Cell[] = [
    { text: words.moment(startedAt, state.now), role: "dim", width: 8 },
    { text: ` ${directionGlyph(past, glyphs)} `, role },
    { text: words.t(`direction.${past.direction}`), role: "dim", width: 5, drop: 3 },
    { text: name, grow: true },
    { text: ` ${shown === name ? "" : shown}`, role: "dim", width: 16, drop: 2 },
    { text: ` ${words.t(`outcome.${outcome ?? "live"}` as StringKey)}`, role, width: 16 },
    { text: talkTime(past, words), width: 8, align: "right", drop: 1 },
  ];
  return chosenRow(cells, chosen, glyphs);
}

function detailRows(stage: Stage, past: PastCall): Row[] {
  const { words, glyphs } = stage;
  const status = past.sipStatus === 0 ? "" : String(past.sipStatus);
  const { quality } = past;
  const measured = quality === null || quality.received === 0 ? "" : [
    `${words.t("quality.loss")} ${
      words.number(100 * quality.lost / (quality.lost + quality.received), 1)
    } %`,
    `${words.t("quality.jitter")} ${words.number(quality.jitterMs)} ms`,
    ...(quality.mos === null ? [] : [`MOS ${words.number(quality.mos, 1)}`]),
  ].join(` ${glyphs.separator} `);
  return [
    [{ text: "", fill: glyphs.rule, role: "dim", grow: true }],
    line([past.remote.uri, past.account, past.codec ?? ""].filter(Boolean).join("  "), "dim"),
    line([status, past.reason, measured].filter(Boolean).join("  "), "dim"),
  ];
}

function talkTime({ answeredAt, endedAt }: PastCall, words: Stage["words"]): string {
  return answeredAt === null || endedAt === null ? "" : words.duration(endedAt - answeredAt);
}

export function directionGlyph({ direction, outcome }: PastCall, glyphs: Glyphs): string {
  if (outcome === "missed") return glyphs.missed;
  return direction === "incoming" ? glyphs.incoming : glyphs.outgoing;
}

export function outcomeRole(outcome: PastCall["outcome"]): TextRole {
  switch (outcome) {
    case null:
      return "good";
    case "answered":
      return "text";
    case "missed":
      return "warn";
    case "cancelled":
    case "answered-elsewhere":
      return "dim";
    default:
      return "bad";
  }
}
