/** Windows over a view: all keys, all actions, the digit pad, questions. Pure. */
import { KEYPAD } from "../../core/media/mod.ts";
import { ACTIONS, doesNow, whyNot } from "../act/mod.ts";
import {
  ACTION_GROUPS,
  ACTION_NAMES,
  type AnswerName,
  type Overlay,
  type ScreenQuestion,
} from "../model/mod.ts";
import { keyLabel, layersOf, paletteEntries, paletteRow } from "../keys/mod.ts";
import { acting, BLANK, line, type Row } from "./rows.ts";
import { type StringKey, wrap } from "../look/mod.ts";
import { chosenRow, heading, listRows, type Stage, whoOf } from "./widgets.ts";

export function overlayRows(stage: Stage, overlay: Overlay): Row[] {
  switch (overlay.name) {
    case "help":
      return helpRows(stage, overlay.top);
    case "palette":
      return paletteRows(stage, overlay);
    case "pad":
      return padRows(stage, overlay);
    case "confirm":
      return confirmRows(stage, overlay);
  }
}

/** Everything that the `?` page says, unscrolled. */
export function helpLines(stage: Stage): Row[] {
  const { state, words, keymap, columns } = stage;
  const rows: Row[] = [];
  for (const group of ACTION_GROUPS) {
    rows.push(heading(words.t(`group.${group}`), stage));
    for (const name of ACTION_NAMES) {
      if (ACTIONS[name].group !== group) continue;
      const keys = keymap.keysOf(name).map(keyLabel).join(", ");
      const why = whyNot(name, state);
      rows.push([
        {
          text: ` ${keys === "" ? ":" : keys}`,
          role: why === undefined ? "key" : "dim",
          width: 20,
        },
        { text: ` ${words.t(doesNow(name, state))}`, grow: true },
        { text: why === undefined ? "" : ` ${words.t(why)}`, role: "dim", drop: 1 },
      ]);
    }
  }
  const notes = [words.t("help.field"), words.t("help.edit"), words.t("help.pad")];
  return [
    ...rows,
    BLANK,
    ...notes.flatMap((text) => wrap(text, columns)).map((text) => line(text)),
  ];
}

function helpRows(stage: Stage, top: number): Row[] {
  const { words, glyphs, rows } = stage;
  const all = helpLines(stage);
  const room = Math.max(1, rows - 1);
  const from = Math.max(0, Math.min(top, all.length - room));
  const more = from + room < all.length ? `  ${glyphs.down} ${words.t("help.more")}` : "";
  return [heading(`${words.t("help.title")}${more}`, stage), ...all.slice(from, from + room)];
}

function paletteRows(stage: Stage, overlay: Extract<Overlay, { name: "palette" }>): Row[] {
  const { state, words, glyphs, keymap, rows } = stage;
  const entries = paletteEntries(state, words, keymap, overlay.query);
  const title = heading(words.t("palette.title"), stage);
  const field: Row = [
    { text: `${glyphs.pointer} `, role: "key" },
    { text: overlay.query, role: "title" },
    { text: glyphs.cursor, role: "accent", grow: true, cursor: true },
  ];
  if (entries.length === 0) return [title, field, line(words.t("palette.none"), "dim")];
  const list = listRows(
    entries,
    paletteRow(entries, overlay.chosen),
    Math.max(1, rows - 2),
    ({ title, keys, why }, here) =>
      chosenRow(
        [
          { text: title, role: why === undefined ? "text" : "dim", grow: true },
          { text: why === undefined ? "" : ` ${why}`, role: "dim", drop: 1 },
          { text: ` ${keys}`, role: why === undefined ? "key" : "dim", width: 14, align: "right" },
        ],
        here,
        glyphs,
      ),
  );
  return [title, field, ...list];
}

function padRows(stage: Stage, { call, sent }: Extract<Overlay, { name: "pad" }>): Row[] {
  const { state, words } = stage;
  const found = state.phone.calls.find(({ view }) => view.id === call);
  const who = found === undefined ? "" : whoOf(state, found.view.remote);
  return [
    heading(words.t("pad.title", { who }), stage),
    line(words.t("pad.hint"), "dim"),
    [{ text: `${words.t("pad.sent")}: `, role: "dim" }, { text: sent, role: "title" }, {
      text: "",
      grow: true,
      cursor: true,
    }],
    ...(stage.rows >= 8
      ? [BLANK, ...KEYPAD.map((keys) => line(`   ${keys.join(" ")}`, "key"))]
      : []),
  ];
}

function confirmRows(stage: Stage, asked: ScreenQuestion): Row[] {
  const { state, words, keymap, columns } = stage;
  const { about } = asked;
  const inside = state.ownership === "inside";
  const question = words.t(
    about === "quit" && inside ? "confirm.quit.inside" : `confirm.${about}` as StringKey,
    { name: asked.about === "remove-contact" ? asked.contact.name : "" },
  );
  const layers = layersOf(state);
  const choice = (answer: AnswerName, text: StringKey): Row => {
    const keys = keymap.keysOf(answer, layers).map(keyLabel).join(", ");
    const cursor = answer === "confirm.first";
    return acting(
      [{ text: `  ${keys}`, role: "key", width: 15, cursor }, { text: words.t(text), grow: true }],
      { action: answer },
    );
  };
  const first: StringKey = about === "quit"
    ? inside ? "confirm.quit.inside.first" : "confirm.quit.first"
    : `confirm.${about}.first` as StringKey;
  return [
    BLANK,
    ...wrap(question, columns - 2).map((text) => line(` ${text}`, "title")),
    BLANK,
    choice("confirm.first", first),
    ...(about === "quit" && !inside ? [choice("confirm.second", "confirm.quit.second")] : []),
    choice("confirm.no", "confirm.no"),
  ];
}
