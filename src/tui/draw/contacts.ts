/** The address book; letters search it. */
import type { ContactHit } from "../../control/contract/mod.ts";
import { type Cell, line, type Row } from "./rows.ts";
import { keyLabel } from "../keys/mod.ts";
import { wrap } from "../look/mod.ts";
import { chosenIndex, chosenNumber } from "../model/mod.ts";
import { chosenRow, listRows, type Stage } from "./widgets.ts";

export function contactsView(stage: Stage): Row[] {
  const { state, words, keymap, columns, rows } = stage;
  const { contacts, contactsError } = state.records;
  if (contacts.length === 0) {
    if (contactsError !== undefined) return [line(words.error(contactsError), "warn")];
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
  const number = chosenNumber(state);
  const detail = rows >= 8 ? detailRows(stage, contacts[chosen]!, number) : [];
  const draw = (hit: ContactHit, here: boolean) =>
    contactRow(stage, hit, here ? number : hit.address?.value, here);
  return [...listRows(contacts, chosen, rows - detail.length, draw), ...detail];
}

function contactRow(
  { glyphs }: Stage,
  { contact }: ContactHit,
  number: string | undefined,
  chosen: boolean,
): Row {
  const cells: Cell[] = [
    { text: contact.favourite ? `${glyphs.star} ` : "  ", role: "warn" },
    { text: contact.name, grow: true },
    { text: ` ${contact.organisation}`, role: "dim", width: 18, drop: 2 },
    { text: ` ${number ?? ""}`, role: "dim", width: 26, drop: 1 },
  ];
  return chosenRow(cells, chosen, glyphs);
}

/** Its numbers, the one that would be called marked, then what else is known. */
function detailRows({ glyphs }: Stage, { contact }: ContactHit, number: string | undefined): Row[] {
  const addresses = contact.addresses.flatMap(({ value, labels }): Cell[] => {
    const text = labels.length === 0 ? value : `${value} (${labels.join(", ")})`;
    return value === number
      ? [{ text: `${glyphs.pointer} ${text}  `, role: "key" }]
      : [{ text: `${text}  `, role: "dim", drop: 1 }];
  });
  const [note = ""] = contact.note.split("\n");
  return [
    [{ text: "", fill: glyphs.rule, role: "dim", grow: true }],
    addresses,
    line([contact.groups.join(", "), note].filter(Boolean).join("  "), "dim"),
  ];
}
