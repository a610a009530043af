/**
 * Contacts as a table, with the columns that the address book of Google has, so that it and most
 * others read it. Pure.
 *
 * Several values in one cell stand with ` ::: ` between them, the preferred number's label begins
 * with `* `, both as Google has it. A table holds what a {@link Contact} has: lines of a vCard that
 * only other programs understand are not in it.
 */
import { defused, undefused } from "./formula.ts";
import { type Contact, type ContactCard, type ContactDraft, toContact } from "../contacts/mod.ts";
import { type CsvFormat, type CsvRecord, formatCsv, parseCsv } from "./csv.ts";
import { type Column, columnOf } from "./csv_columns.ts";
import { decodeText, type ImportProblem } from "./decode.ts";
import { escapeText } from "./vcard_text.ts";

export interface ReadCsv {
  /** A contact that has no id of its own has the id "". */
  cards: ContactCard[];
  problems: ImportProblem[];
  /** Headers of columns that nothing was made of. */
  ignored: string[];
}

/** @param input the file as it is, or its text; its first record is the header */
export function readContactCsv(input: Uint8Array | string): ReadCsv {
  const text = typeof input === "string" ? input : decodeText(input);
  const { records, problems } = parseCsv(text);
  const [header, ...rows] = records;
  const headers = header?.fields ?? [];
  const columns = headers.map((one) => columnOf(one));
  const ignored = headers.filter((name, at) => name.trim() !== "" && columns[at] === undefined);
  if (!columns.some((column) => column !== undefined && IDENTIFYING.has(column.field))) {
    const why = "the first line names no column of names or numbers";
    return { cards: [], problems: [{ line: header?.line ?? 1, why }], ignored };
  }
  const cards: ContactCard[] = [];
  for (const row of rows) {
    try {
      cards.push(readRow(row, columns));
    } catch (error) {
      problems.push({ line: row.line, why: (error as Error).message });
    }
  }
  problems.sort((a, b) => a.line - b.line);
  return { cards, problems, ignored };
}

const IDENTIFYING = new Set(["name", "givenName", "familyName", "organisation", "number"]);

function readRow(record: CsvRecord, columns: (Column | undefined)[]): ContactCard {
  const fields = record.fields.map(undefused);
  if (fields.slice(columns.length).some((field) => field.trim() !== "")) {
    // Which of them is one too many nobody knows: taking them would put values in wrong places.
    throw new RangeError(`${fields.length} fields, the header has ${columns.length}`);
  }
  const cells = cellsByField(fields, columns);
  const first = (field: string) => cells.get(field)?.find((cell) => cell.trim() !== "") ?? "";
  const [given, middle, family] = [first("givenName"), first("middleName"), first("familyName")];
  const groups = (cells.get("groups") ?? []).flatMap(splitList);
  const draft: ContactDraft = {
    name: first("name") || [given, middle, family].filter((part) => part.trim() !== "").join(" "),
    givenName: given,
    familyName: family,
    organisation: first("organisation"),
    addresses: readNumbers(fields, columns),
    groups: groups.filter((group) => !GOOGLE_GROUPS.has(group)),
    note: (cells.get("note") ?? []).filter((note) => note.trim() !== "").join("\n"),
    favourite: YES.test(first("favourite").trim()) || groups.includes(GOOGLE_STARRED),
  };
  const emails = (cells.get("email") ?? []).flatMap(splitList);
  return {
    contact: toContact(first("id").trim(), draft),
    extra: emails.map((email) => `EMAIL:${escapeText(email)}`),
  };
}

const YES = /^(1|x|y|yes|true|j|ja|wahr)$/i;
const GOOGLE_STARRED = "* starred";
/** What everybody there is in. */
const GOOGLE_GROUPS = new Set([GOOGLE_STARRED, "* myContacts"]);

function cellsByField(fields: string[], columns: (Column | undefined)[]): Map<string, string[]> {
  const cells = new Map<string, string[]>();
  columns.forEach((column, at) => {
    if (column === undefined) return;
    cells.set(column.field, [...cells.get(column.field) ?? [], fields[at] ?? ""]);
  });
  return cells;
}

function readNumbers(
  fields: string[],
  columns: (Column | undefined)[],
): NonNullable<ContactDraft["addresses"]> {
  return columns.flatMap((column, at) => {
    if (column?.field !== "number") return [];
    const { labels, pair } = column;
    const labelAt = columns.findIndex((one) => one?.field === "label" && one.pair === pair);
    const said = pair === undefined ? { labels } : readLabels(fields[labelAt] ?? "");
    return splitList(fields[at] ?? "").map((value) => ({ value, ...said }));
  });
}

const PREFERRED = "* ";

function readLabels(cell: string): { labels: string[]; preferred: boolean } {
  const preferred = cell.startsWith(PREFERRED) || cell === PREFERRED.trim();
  return { labels: splitList(preferred ? cell.slice(PREFERRED.length) : cell), preferred };
}

const SEPARATOR = " ::: ";

function splitList(cell: string): string[] {
  return cell.split(":::").map((item) => item.trim().replace(/\\([\\:*])/g, "$1"))
    .filter((item) => item !== "");
}

/** An item that could be taken for something else is escaped; such items are rare. */
function joinList(items: string[]): string {
  return items.map((item) => {
    const needed = item.includes("\\") || item.includes("::") || /^[:*]|:$/.test(item);
    return needed ? item.replace(/[\\:*]/g, "\\$&") : item;
  }).join(SEPARATOR);
}

const FIELDS = [
  "UID",
  "Name",
  "First Name",
  "Last Name",
  "Organization Name",
  "Labels",
  "Favourite",
  "Notes",
];

/** The text of a file: a header, then a record for each contact. */
export function writeContactCsv(contacts: Iterable<Contact>, format: CsvFormat = {}): string {
  const rows = [...contacts];
  const most = rows.reduce((most, { addresses }) => Math.max(most, addresses.length), 1);
  const numbers = Array.from({ length: most }, (_, at) => at + 1);
  const header = [
    ...FIELDS,
    ...numbers.flatMap((n) => [`Phone ${n} - Label`, `Phone ${n} - Value`]),
  ];
  const records = rows.map((contact) => contactFields(contact, most).map(defused));
  return formatCsv([header, ...records], format);
}

function contactFields(contact: Contact, columns: number): string[] {
  const numbers = contact.addresses.flatMap(({ value, labels, preferred }) => [
    (preferred ? PREFERRED : "") + joinList(labels),
    joinList([value]),
  ]);
  const empty = Array<string>((columns - contact.addresses.length) * 2).fill("");
  return [
    contact.id,
    contact.name,
    contact.givenName,
    contact.familyName,
    contact.organisation,
    joinList(contact.groups),
    contact.favourite ? "1" : "",
    contact.note,
    ...numbers,
    ...empty,
  ];
}
