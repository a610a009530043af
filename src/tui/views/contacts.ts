/** The address book; letters search it. */
import type { ContactHit } from "../../control/records.ts";
import { type Cell, line, type Row } from "../rows.ts";
import { chosenIndex } from "../state.ts";
import { chosenRow, type Stage, windowOf } from "../widgets.ts";

export function contactsView(stage: Stage): Row[] {
  const { state, words, rows } = stage;
  const { contacts, contactsError } = state.records;
  if (contacts.length === 0) {
    if (contactsError !== undefined) return [line(contactsError.message, "warn")];
    const text = state.screen.field;
    return [
      line(text === "" ? words.t("contacts.none") : words.t("contacts.nobody", { text }), "dim"),
    ];
  }
  const chosen = chosenIndex(state);
  const detail = rows >= 8 ? detailRows(stage, contacts[chosen]!) : [];
  const { items, from } = windowOf(contacts, chosen, rows - detail.length);
  return [
    ...items.map((hit, at) => contactRow(stage, hit, from + at === chosen)),
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
