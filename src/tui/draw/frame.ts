/**
 * The whole screen as rows, for any size.
 *
 *     status                       always
 *     tabs, rule                   from 16 rows
 *     incoming call, call strip    when there is one; a transfer that asks
 *     the view, or a window on it
 *     message                      why something did not work
 *     field                        what is typed
 *     hints                        keys that matter now
 *
 * Pure: the same state and size give the same rows.
 */
import {
  type ActionName,
  type AppState,
  askedCall,
  digitsGoTo,
  frontCall,
  isRinging,
  type LiveCall,
  ringingCall,
  VIEWS,
} from "../model/mod.ts";
import { nameOfAction } from "../act/mod.ts";
import { hintRow } from "./hints.ts";
import { keyLabel, layersOf } from "../keys/mod.ts";
import { overlayRows } from "./overlays.ts";
import { type Act, type Cell, line, type Row } from "./rows.ts";
import { clip, shortAddress, type StringKey, toAscii, width, wrap } from "../look/mod.ts";
import { registrationGlyph, registrationRole } from "./accounts.ts";
import { callLine } from "./call.ts";
import { tourText } from "./tour_text.ts";
import { VIEW_TABLE } from "./table.ts";
import { type Stage, whoOf } from "./widgets.ts";

/** From here on there is room for tabs. */
const TALL = 16;
/** Messages may take this many rows where there is room. */
const MESSAGE_ROWS = 3;

/** Exactly `stage.rows` rows; fewer than 4 show what matters most. */
export function frameRows(stage: Stage): Row[] {
  const { rows } = stage;
  if (rows < 4) return tinyRows(stage);
  const top = [
    statusRow(stage),
    ...tabRows(stage),
    ...tourRows(stage),
    ...bannerRows(stage),
  ];
  const bottom = [...messageRows(stage), fieldRow(stage), hintRow(stage)];
  const room = Math.max(0, rows - top.length - bottom.length);
  const inner = { ...stage, rows: room };
  const { overlay, view } = stage.state.screen;
  const body = overlay === undefined
    ? VIEW_TABLE[view](inner).slice(0, room)
    : overlayRows(inner, overlay).slice(0, room);
  const padding = Array.from({ length: room - body.length }, (): Row => []);
  return [...top, ...body, ...padding, ...bottom].slice(0, rows);
}

function tinyRows(stage: Stage): Row[] {
  const call = ringingCall(stage.state.phone) ?? frontCall(stage.state.phone);
  const rows = call === undefined ? [statusRow(stage)] : [callLine(stage, call), statusRow(stage)];
  return [...rows, hintRow(stage)].slice(0, stage.rows);
}

function statusRow(stage: Stage): Row {
  const { state, words, glyphs } = stage;
  const { phone } = state;
  const cells: Cell[] = [{ text: "offhook  ", role: "title", drop: 3 }, ...linkCells(stage)];
  if (phone.doNotDisturb) {
    cells.push({ text: `  ${glyphs.muted} ${words.t("dnd.on")}`, role: "warn" });
  }
  cells.push({ text: "", grow: true });
  const headset = phone.headsets.find(({ attached }) => attached);
  if (headset !== undefined) {
    cells.push({ text: `${clip(headset.name, 24)}  `, role: "dim", drop: 2 });
  }
  cells.push({ text: words.clock(state.now), role: "dim", drop: 1 });
  return cells;
}

function linkCells({ state, words, glyphs }: Stage): Cell[] {
  const { link, accounts } = state.phone;
  if (link.state === "attaching") return [{ text: words.t("link.attaching"), role: "dim" }];
  if (link.state === "lost") {
    return [{ text: `${glyphs.bad} ${words.t("link.lost")}`, role: "bad" }];
  }
  if (accounts.length === 0) return [{ text: words.t("accounts.none"), role: "dim" }];
  if (accounts.length === 1) {
    const [account] = accounts;
    const role = registrationRole(account!);
    const said = words.t(`registration.${account!.registration.state}` as StringKey);
    return [
      { text: `${registrationGlyph(account!, glyphs)} ${shortAddress(account!.uri)} `, role },
      { text: said, role },
    ];
  }
  const registered = accounts.filter(({ registration }) => registration.state === "registered");
  const all = registered.length === accounts.length;
  return [{
    text: `${all ? glyphs.good : glyphs.bad} ${
      words.t("accounts.summary", { registered: registered.length, all: accounts.length })
    }`,
    role: all ? "good" : "warn",
  }];
}

function tabRows(stage: Stage): Row[] {
  const { rows, columns, glyphs } = stage;
  if (rows < TALL) return [];
  const shown = (text: string) => glyphs.ascii ? toAscii(text) : text;
  const wide = (cells: Cell[]) => cells.reduce((sum, { text }) => sum + width(shown(text)), 0);
  const ways = [tabs(stage, true, " "), tabs(stage, true, ""), tabs(stage, false, " ")];
  const fitting = ways.find((cells) => wide(cells) <= columns) ?? ways.at(-1)!;
  return [
    fitting,
    [{ text: "", fill: glyphs.rule, role: "dim", grow: true }],
  ];
}

/** All tabs by name, closer together, or, where they do not fit, the others by their key alone. */
function tabs({ state, words, keymap }: Stage, named: boolean, after: string): Cell[] {
  return VIEWS.flatMap((view): Cell[] => {
    const here = view === state.screen.view;
    const [key] = keymap.keysOf(`view.${view}`);
    const label = key === undefined ? "" : keyLabel(key);
    const name = named || here ? words.t(`view.${view}`) : "";
    const text = [label, name].filter(Boolean).join(" ");
    const act: Act = { action: `view.${view}` };
    return [{ text: ` ${text}${after}`, role: here ? "selected" : "dim", act }];
  });
}

function tourRows({ state, words, keymap, columns }: Stage): Row[] {
  const text = tourText(state, words, keymap);
  if (text === undefined) return [];
  return wrap(text, columns - 2).slice(0, 2).map((part) => line(` ${part}`, "selected"));
}

/** What waits for an answer, in every view; outside the phone view also the call in front. */
function bannerRows(stage: Stage): Row[] {
  const { phone, screen } = stage.state;
  const rows: Row[] = [];
  const ringing = ringingCall(phone);
  const asked = askedCall(phone);
  const front = frontCall(phone);
  if (ringing !== undefined) rows.push(ringingRow(stage, ringing));
  if (asked !== undefined) rows.push(askedRow(stage, asked));
  const elsewhere = screen.view !== "phone" || screen.overlay !== undefined;
  if (elsewhere && front !== undefined && !isRinging(front.view)) rows.push(callLine(stage, front));
  return rows;
}

function ringingRow(stage: Stage, { view }: LiveCall): Row {
  const { state, words, glyphs } = stage;
  const front = frontCall(state.phone);
  const waiting = front !== undefined && !isRinging(front.view);
  const what = words.t(waiting ? "call.waiting" : "state.ringing")
    .toLocaleUpperCase(words.language);
  const who = whoOf(state, view.remote);
  const address = shortAddress(view.remote.uri);
  return [
    { text: ` ${glyphs.ringing} ${what}  `, role: "ringing" },
    { text: who, role: "ringing", grow: true },
    { text: address === who ? " " : ` ${address} `, role: "ringing", drop: 1 },
    keyCell(stage, "answer"),
    keyCell(stage, "reject"),
  ];
}

function askedRow(stage: Stage, { view }: LiveCall): Row {
  const { state, words, glyphs } = stage;
  const who = whoOf(state, view.remote);
  const target = shortAddress(view.transferAsked ?? "");
  return [
    { text: ` ${glyphs.ringing} `, role: "ringing" },
    { text: words.t("call.transfer.asked", { who, target }), role: "ringing", grow: true },
    keyCell(stage, "followTransfer"),
    keyCell(stage, "refuseTransfer"),
  ];
}

/** An answer to what a banner asks, with its key of now. */
function keyCell({ state, words, keymap }: Stage, name: ActionName): Cell {
  const bound = layersOf(state).flatMap((layer) => keymap.keysOf(name, [layer]))[0] ??
    keymap.keysOf(name, ["always"])[0];
  const does = words.t(nameOfAction(name));
  const text = bound === undefined ? "" : ` ${keyLabel(bound)} ${does} `;
  return { text, role: "ringing", drop: 2, act: { action: name } };
}

function messageRows(stage: Stage): Row[] {
  const { state, words, keymap, columns, rows } = stage;
  const { link } = state.phone;
  const { message } = state.screen;
  const most = rows >= TALL ? MESSAGE_ROWS : 2;
  if (link.state === "lost") {
    const { since, error } = link;
    // What is being done about it comes before what is wrong.
    if (message !== undefined) {
      return wrap(message.text, columns).slice(0, most).map((part) => line(part, message.role));
    }
    const text = words.t(state.startable ? "link.lost.start" : "link.lost.hint", {
      for: words.duration(state.now - since),
      why: words.error(error),
      key: keyLabel(keymap.keysOf("go")[0] ?? ":"),
    });
    return wrap(text, columns).slice(0, most).map((part) => line(part, "bad"));
  }
  if (message === undefined) return rows >= TALL ? [[]] : [];
  return wrap(message.text, columns).slice(0, most).map((part) => line(part, message.role));
}

function fieldRow({ state, words, glyphs, keymap }: Stage): Row {
  const { purpose, field, caret } = state.screen;
  const label = words.t(
    purpose === "dial" ? "field.dial" : purpose === "transfer" ? "field.transfer" : "field.rename",
  );
  const prompt: Cell = { text: `${label} ${glyphs.pointer} `, role: "key" };
  const cursor: Cell = { text: glyphs.cursor, role: "accent", cursor: true };
  if (field === "") {
    const search = keyLabel(keymap.keysOf("search")[0] ?? ":");
    const hint = words.t(emptyField(state), { dot: glyphs.separator, search });
    return [prompt, cursor, { text: hint, role: "dim", grow: true }];
  }
  return [
    prompt,
    { text: field.slice(0, caret), role: "title" },
    cursor,
    { text: field.slice(caret), role: "title", grow: true },
  ];
}

/** What the empty field is for. */
function emptyField(state: AppState): StringKey {
  const { purpose, searching } = state.screen;
  if (purpose === "transfer") return "field.transfer.empty";
  if (purpose !== "dial") return "field.rename.empty";
  if (searching) return "field.focused";
  if (digitsGoTo(state) !== undefined) return "field.digits";
  return state.phone.calls.length > 0 ? "field.busy" : "field.idle";
}
