/** The address book; letters search it. */
import type { ContactHit } from "../../control/contract/records.ts";
import { type Cell, line, type Row } from "./rows.ts";
import { keyLabel } from "../keys/keymap.ts";
import { wrap } from "../look/text.ts";
import { chosenIndex } from "../model/state.ts";
import { chosenRow, listRows, type Stage } from "./widgets.ts";

export function contactsView(stage: Stage): Row[] {
  const { state, words, keymap, columns, rows } = stage;
  const { contacts, contactsError } = state.records;
  if (contacts.length === 0) {
    if (contactsError !== undefined) return [line(contactsError.message, "warn")];
    const text = state.screen.field;
    const key = keyLabel(keymap.keysOf("addContact")[0] ?? ":");
    return [
      ...wrap(
        text === "" ? words.t("contacts.none", { key }) : words.t("contacts.nobody", { text }),
        columns,
      ).map((said) => line(said, "dim")),
    ];
  }
  const chosen = chosenIndex(state);
  const detail = rows >= 8 ? detailRows(stage, contacts[chosen]!) : [];
  return [
    ...listRows(
      contacts,
      chosen,
      rows - detail.length,
      (hit, here) => contactRow(stage, hit, here),
    ),
    ...detail,
  ];
}

function contactRow({ glyphs }: Stage, { contact, address }: ContactHit, chosen: boolean): Row {
  const cells: Cell[] = [
    { text: contact.favourite ? `${glyphs.star} ` : "  ", role: "warn" },
    { text: contact.name, grow: true },
    { text: ` ${contact.organisation}`, role: "dim", width: 18, drop: 2 },
    { text: ` ${address?.value ?? ""}`, role: "dim", width: 26, drop: 1 },
  ];
  return chosenRow(cells, chosen, glyphs);
}

function detailRows({ glyphs }: Stage, { contact }: ContactHit): Row[] {
  const addresses = contact.addresses.map(({ value, labels }) =>
    labels.length === 0 ? value : `${value} (${labels.join(", ")})`
  );
  const [note = ""] = contact.note.split("\n");
  return [
    [{ text: "", fill: glyphs.rule, role: "dim", grow: true }],
    line(addresses.join("  "), "dim"),
    line([contact.groups.join(", "), note].filter(Boolean).join("  "), "dim"),
  ];
}
