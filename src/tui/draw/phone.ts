/** The phone: calls, the one in front with all that matters, and whom to call. */
import type { PastCall } from "../../control/contract/mod.ts";
import {
  chosenIndex,
  frontCall,
  type Hit,
  isRinging,
  isTyping,
  type LiveCall,
  nameOf,
} from "../model/mod.ts";
import { beside, type Cell, line, type Row } from "./rows.ts";
import { shortAddress, type StringKey } from "../look/mod.ts";
import { chosenRow, heading, listRows, type Stage } from "./widgets.ts";
import { callLine, frontRows } from "./call.ts";
import { directionGlyph, outcomeRole } from "./history.ts";

/** From here on the list stands beside the call. */
const WIDE = 110;

export function phoneView(stage: Stage): Row[] {
  const { state, rows, columns } = stage;
  const front = frontCall(state.phone);
  if (front === undefined) return peopleRows(stage, rows);
  if (columns >= WIDE) {
    const left = Math.floor(columns * 0.55);
    const call = callRows({ ...stage, columns: left }, front, rows);
    const list = peopleRows({ ...stage, columns: columns - left - 2 }, rows);
    return beside(call, list, columns, left);
  }
  const call = callRows(stage, front, isTyping(state) ? Math.min(4, rows - 3) : rows);
  const room = rows - call.length;
  return room < 3 ? call : [...call, ...peopleRows(stage, room)];
}

/** The call in front, then the other lines. */
function callRows(stage: Stage, front: LiveCall, rows: number): Row[] {
  const { phone } = stage.state;
  const others = phone.calls.filter((call) => call !== front && !isRinging(call.view));
  const room = Math.max(1, rows - others.length);
  const block = frontRows(stage, front).slice(0, room);
  return [...block, ...others.map((call) => callLine(stage, call))].slice(0, rows);
}

/** Who is found by what is typed, else the last calls. */
function peopleRows(stage: Stage, rows: number): Row[] {
  const { state, words } = stage;
  if (isTyping(state)) return hitRows(stage, rows);
  const { history } = state.records;
  if (history.length === 0) {
    const empty = [
      heading(words.t("recent.title"), stage),
      line(words.t(stage.practice ? "recent.practice" : "recent.none"), "dim"),
    ];
    const noAccount = state.phone.accounts.length === 0 && state.phone.link.state === "up";
    return [...empty, ...(noAccount ? [line(words.t("accounts.none.hint"), "warn")] : [])]
      .slice(0, rows);
  }
  const chosen = state.phone.calls.length === 0 ? chosenIndex(state) : -1;
  return [
    heading(words.t("recent.title"), stage),
    ...listRows(history, chosen, rows - 1, (past, here) => recentRow(stage, past, here)),
  ].slice(0, rows);
}

function recentRow(stage: Stage, past: PastCall, chosen: boolean): Row {
  const { state, words, glyphs } = stage;
  const role = outcomeRole(past.outcome);
  const shown = shortAddress(past.remote.uri);
  const name = nameOf(state, past.remote) ?? shown;
  const cells: Cell[] = [
    { text: `${directionGlyph(past, glyphs)} `, role },
    { text: name, grow: true },
    { text: ` ${shown === name ? "" : shown}`, role: "dim", width: 14, drop: 2 },
    { text: ` ${words.t(`outcome.${past.outcome ?? "live"}` as StringKey)}`, role, width: 16 },
    {
      text: words.moment(past.startedAt, state.now),
      role: "dim",
      width: 8,
      align: "right",
      drop: 1,
    },
  ];
  return chosenRow(cells, chosen, glyphs);
}

function hitRows(stage: Stage, rows: number): Row[] {
  const { state, words } = stage;
  const { hits } = state.records;
  const title = heading(words.t("hits.title"), stage);
  if (hits.length === 0) {
    const empty = state.screen.field === "" ? "field.transfer.empty" : "field.none";
    return [title, line(words.t(empty), "dim")].slice(0, rows);
  }
  const chosen = chosenIndex(state);
  const draw = (hit: Hit, here: boolean) => hitRow(stage, hit, here);
  return [title, ...listRows(hits, chosen, rows - 1, draw)].slice(0, rows);
}

function hitRow({ words, glyphs }: Stage, hit: Hit, chosen: boolean): Row {
  const cells: Cell[] = [
    { text: hit.favourite ? `${glyphs.star} ` : "  ", role: "warn" },
    { text: hit.name, grow: true },
    { text: ` ${hit.shown === hit.name ? "" : hit.shown}`, role: "dim", width: 18, drop: 1 },
    { text: ` ${words.t(`hit.${hit.kind}`)}`, role: "dim", width: 16, drop: 2 },
  ];
  return chosenRow(cells, chosen, glyphs);
}
