/** What happened, newest first; on a line of a call, Enter shows its SIP messages as a ladder. */
import type { LadderMessage } from "../../control/contract/mod.ts";
import { type Cell, line, type Row } from "./rows.ts";
import { type AppState, chosenIndex } from "../model/mod.ts";
import { fit } from "../look/mod.ts";
import { chosenRow, heading, listRows, type Stage, whoOf } from "./widgets.ts";

export function logView(stage: Stage): Row[] {
  const { state, words, glyphs, rows } = stage;
  const { log } = state.phone;
  const { ladder } = state.records;
  const upper = ladder === undefined ? rows : Math.max(3, Math.min(5, rows - 8));
  if (log.length === 0) return [line(words.t("log.none"), "dim")];
  const newest = [...log].reverse();
  const chosen = chosenIndex(state);
  const lines = listRows(newest, chosen, upper, ({ at, text, level, call }, here) =>
    chosenRow(
      [
        { text: `${words.moment(at, state.now)} `, role: "dim", width: 8 },
        { text, role: level === "warn" ? "warn" : "text", grow: true },
        { text: call === undefined ? "" : " SIP", role: "dim", width: 4, drop: 1 },
      ],
      here,
      glyphs,
    ));
  return ladder === undefined
    ? lines
    : [...lines, ...ladderRows(stage, ladder, rows - lines.length)];
}

function ladderRows(
  stage: Stage,
  ladder: NonNullable<AppState["records"]["ladder"]>,
  rows: number,
): Row[] {
  const { words } = stage;
  const title = heading(
    words.t("log.ladder", { who: whoOfLadder(stage, ladder.sipCallId) }),
    stage,
  );
  if (ladder.messages.length === 0) return [title, line(words.t("log.ladder.none"), "dim")];
  const [first] = ladder.messages;
  const ends: Row = [
    { text: "", width: 10 },
    { text: words.t("log.us"), role: "title", width: 4 },
    { text: first?.peer ?? "", role: "title", grow: true, align: "right" },
  ];
  const shown = ladder.messages.slice(-(rows - 2));
  const begin = ladder.messages[0]!.at;
  return [title, ends, ...shown.map((message) => ladderRow(stage, message, begin))].slice(0, rows);
}

/** An arrow as long as the row, the message on it. */
function ladderRow({ glyphs, columns, words }: Stage, message: LadderMessage, begin: number): Row {
  const room = Math.max(10, columns - 12);
  const [code] = message.summary.split(" ");
  const failed = Number(code) >= 400;
  const label = ` ${message.summary}${Number(code) > 0 ? ` (${message.cseq})` : ""} `;
  const rule = glyphs.rule.repeat(3);
  const arrow = message.direction === "out"
    ? `${rule}${label}`.padEnd(0) + glyphs.rule.repeat(room)
    : rule + label + glyphs.rule.repeat(room);
  const body = fit(arrow, room - 1, "left", glyphs.rule);
  const cells: Cell[] = [
    { text: `+${words.number((message.at - begin) / 1000, 3)}`, role: "dim", width: 10 },
    {
      text: message.direction === "out" ? `${body}${glyphs.outgoing}` : `${glyphs.incoming}${body}`,
      role: failed ? "bad" : message.direction === "out" ? "accent" : "good",
      grow: true,
    },
  ];
  return cells;
}

function whoOfLadder({ state }: Stage, sipCallId: string): string {
  const live = state.phone.calls.find(({ view }) => view.sipCallId === sipCallId)?.view.remote;
  const ended = state.phone.ended.find(({ record }) => record.sipCallId === sipCallId)?.record;
  const past = state.records.history.find((call) => call.sipCallId === sipCallId);
  const remote = live ?? ended?.remote ?? past?.remote;
  return remote === undefined ? sipCallId : whoOf(state, remote);
}
