/** The runs of `offhook contacts`: on the station that runs, else on the store. */
import { resolve } from "../../../base/path/mod.ts";
import type { Contact, ContactCard, ContactDraft, Records } from "../../../control/contract/mod.ts";
import { type ExitCode, fileReason, lazily, OffhookError } from "../../../base/mod.ts";
import type { ImportProblem } from "../../../store/exchange/mod.ts";
import type {
  AddValues,
  ContactListValues,
  EditValues,
  ExportValues,
  ImportValues,
  RemoveValues,
  SearchValues,
} from "./command.ts";
import { exportCards, importCards, listContacts } from "./contact_pages.ts";
import { type Io, say, sayJson, writeJson } from "../../process/mod.ts";
import { table } from "../../output/mod.ts";
import { withRecords } from "../../station/mod.ts";

const SCHEMA = "offhook.contact/1";

function filterOf({ group, favourites }: { group?: string | undefined; favourites: boolean }) {
  return {
    ...(group === undefined ? {} : { group }),
    ...(favourites ? { favourite: true } : {}),
  };
}

export async function list(values: ContactListValues, io: Io): Promise<ExitCode> {
  const found = await withRecords(values, io, (records) => listContacts(records, filterOf(values)));
  const all = !values.favourites && values.group === undefined;
  const none = all ? "there is no contact yet" : "no such contact";
  await show(found.map((contact) => ({ contact })), values, io, none);
  return 0;
}

export async function search(values: SearchValues, io: Io): Promise<ExitCode> {
  const { text: query, limit } = values;
  const { hits } = await withRecords(
    values,
    io,
    (records) => records.request("contacts.search", { query, limit }),
  );
  await show(hits, values, io);
  return 0;
}

interface Shown {
  contact: Contact;
  address?: { value: string } | undefined;
  score?: number;
}

/** @param none what is said when there is nothing to show */
async function show(
  found: readonly Shown[],
  { json, quiet }: { json: boolean; quiet: boolean },
  io: Io,
  none = "no such contact",
): Promise<void> {
  if (json) {
    await writeJson(io.stdout, found.map((hit) => ({ schema: SCHEMA, ...hit })));
  } else if (found.length > 0) await io.stdout.rows(table(found.map(row)));
  else if (!quiet) await say(io, none);
}

function row({ contact, address }: Shown): string[] {
  const values = address === undefined ? contact.addresses : [address];
  return [
    contact.favourite ? "*" : " ",
    contact.name,
    values.map(({ value }) => value).join(", "),
    contact.organisation === contact.name ? "" : contact.organisation,
  ];
}

export function add(values: AddValues, io: Io): Promise<ExitCode> {
  return withRecords(values, io, (records) => addIn(records, values, io));
}

async function addIn(records: Records, values: AddValues, io: Io): Promise<ExitCode> {
  const { name, addresses, organisation, note, favourite } = values;
  const draft: ContactDraft = {
    name,
    addresses: addresses.map((value) => ({ value })),
    ...(organisation === undefined ? {} : { organisation }),
    ...(note === undefined ? {} : { note }),
    ...(favourite ? { favourite } : {}),
  };
  const { contact } = await records.request("contacts.add", draft);
  if (values.json) await sayJson(io, { schema: SCHEMA, contact });
  else if (!values.quiet) await say(io, `added ${contact.name} (${contact.id})`);
  return 0;
}

export function edit(values: EditValues, io: Io): Promise<ExitCode> {
  return withRecords(values, io, (records) => editIn(records, values, io));
}

async function editIn(records: Records, values: EditValues, io: Io): Promise<ExitCode> {
  const { name, addresses, organisation, note, favourite } = values;
  const { id } = await meant(records, values.id);
  const changes: ContactDraft = {
    ...(name === undefined ? {} : { name }),
    ...(addresses.length === 0 ? {} : { addresses: addresses.map((value) => ({ value })) }),
    ...(organisation === undefined ? {} : { organisation }),
    ...(note === undefined ? {} : { note }),
    ...(favourite === undefined ? {} : { favourite: favourite === "yes" }),
  };
  if (Object.keys(changes).length === 0) {
    throw new OffhookError("usage", `nothing of "${values.id}" is to be changed`, {
      hint: "Give numbers, --name, --organisation, --note or --favourite.",
    });
  }
  const { contact } = await records.request("contacts.update", { id, changes });
  if (values.json) await sayJson(io, { schema: SCHEMA, contact });
  else if (!values.quiet) await say(io, `changed ${contact.name} (${contact.id})`);
  return 0;
}

export function remove(values: RemoveValues, io: Io): Promise<ExitCode> {
  return withRecords(values, io, (records) => removeIn(records, values, io));
}

async function removeIn(records: Records, values: RemoveValues, io: Io): Promise<ExitCode> {
  const contact = await meant(records, values.id);
  const { removed } = await records.request("contacts.remove", { id: contact.id });
  if (!removed) throw noSuchContact(values.id);
  if (values.json) await sayJson(io, { schema: SCHEMA, contact });
  else if (!values.quiet) await say(io, `removed ${contact.name}`);
  return 0;
}

/** @throws OffhookError `not-found`; `usage` when several have the name */
async function meant(records: Records, idOrName: string): Promise<Contact> {
  const found = await listContacts(records, { named: idOrName });
  const named = found.filter(({ name }) => name === idOrName);
  if (named.length > 1) throw severalNamed(idOrName, named);
  const contact = found.find(({ id }) => id === idOrName) ?? named[0];
  if (contact === undefined) throw noSuchContact(idOrName);
  return contact;
}

function noSuchContact(idOrName: string): OffhookError {
  return new OffhookError("not-found", `there is no contact "${idOrName}"`, {
    hint: "offhook contacts search finds it; its id is in the JSON.",
  });
}

function severalNamed(name: string, contacts: readonly Contact[]): OffhookError {
  const described = contacts.map(({ id, addresses }) => `${id} (${addresses[0]?.value ?? ""})`);
  return new OffhookError("usage", `${contacts.length} contacts are named "${name}"`, {
    hint: `Give an id: ${described.join(", ")}.`,
  });
}

export async function importFile(values: ImportValues, io: Io): Promise<ExitCode> {
  const { readContactFile } = await lazily<
    typeof import("../../../store/exchange/contact_file.ts")
  >(
    import.meta.url,
    "../../../store/exchange/contact_file.ts",
  );
  const { cards, problems, ignored } = readContactFile(await bytesOf(values.file, io));
  if (cards.length === 0) throw nothingIn(values.file, problems);
  return await withRecords<ExitCode>(values, io, async (records) => {
    const { added, merged, unchanged } = await importCards(records, cards as ContactCard[]);
    const counts = { added: added.length, merged: merged.length, unchanged: unchanged.length };
    if (values.json) {
      await sayJson(io, { schema: "offhook.contacts-import/1", ...counts, problems, ignored });
    } else if (!values.quiet) {
      for (const { line, why } of problems) await say(io, `line ${line}: ${why}`);
      if (ignored.length > 0) await say(io, `ignored columns: ${ignored.join(", ")}`);
      await say(
        io,
        `${counts.added} added, ${counts.merged} merged, ${counts.unchanged} unchanged`,
      );
    }
    return 0;
  });
}

function nothingIn(file: string, problems: readonly ImportProblem[]): OffhookError {
  const [first] = problems;
  const source = file === "-" ? "standard input" : file;
  return new OffhookError("file-unusable", `there is no contact in ${source}`, {
    hint: first === undefined
      ? "It must be vCard, or CSV with a header."
      : `Line ${first.line}: ${first.why}.`,
    data: { problems },
  });
}

async function bytesOf(file: string, io: Io): Promise<Uint8Array> {
  if (file === "-") return new TextEncoder().encode(await io.readStdin());
  const path = resolve(io.cwd, file);
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    throw new OffhookError("file-unusable", `cannot read ${path}: ${fileReason(cause)}`, { cause });
  }
}

export async function exportAll(values: ExportValues, io: Io): Promise<ExitCode> {
  const cards = await withRecords(values, io, (records) => exportCards(records, filterOf(values)));
  const vcard = await lazily<typeof import("../../../store/exchange/vcard_write.ts")>(
    import.meta.url,
    "../../../store/exchange/vcard_write.ts",
  );
  const csv = await lazily<typeof import("../../../store/exchange/contact_csv.ts")>(
    import.meta.url,
    "../../../store/exchange/contact_csv.ts",
  );
  await io.stdout.data(
    values.format === "vcard"
      ? vcard.writeVCards(cards)
      : csv.writeContactCsv(cards.map(({ contact }) => contact)),
  );
  return 0;
}
