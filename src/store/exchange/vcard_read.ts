/**
 * vCard files as contacts.
 *
 *     Property… ─► BEGIN…END: one card ─► contact + lines that only others understand
 *
 * A line or card that is wrong is reported with its place, the others are read. Pure.
 */
import { type ContactCard, type ContactDraft, toContact } from "../contacts/mod.ts";
import { singleLine } from "../database/mod.ts";
import type { ImportProblem } from "./decode.ts";
import { parameterValue, type Property, readProperties } from "./vcard_lines.ts";
import { escapeText, formatParameter, splitRaw, splitText, unescapeText } from "./vcard_text.ts";

export interface ReadContacts {
  /** A contact that has no id of its own has the id "". */
  cards: ContactCard[];
  problems: ImportProblem[];
}

/** Characters of one kept line; a portrait is larger only by mistake. */
const MAX_EXTRA_LENGTH = 512 * 1024;

/** @param input the file as it is, or its text */
export function readVCards(input: Uint8Array | string): ReadContacts {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  const problems: ImportProblem[] = [];
  const cards: ContactCard[] = [];
  const groups: Property[][] = [];
  for (const properties of splitCards(readProperties(bytes, problems), problems)) {
    if (isGroupCard(properties)) groups.push(properties);
    else readCard(properties, cards, problems);
  }
  for (const properties of groups) applyGroup(properties, cards, problems);
  problems.sort((a, b) => a.line - b.line);
  return { cards, problems };
}

/** The properties of each card, BEGIN first, END left away. */
function splitCards(properties: Property[], problems: ImportProblem[]): Property[][] {
  const cards: Property[][] = [];
  let open: Property[] | undefined;
  let outside = false;
  for (const property of properties) {
    const delimiter = /^vcard$/i.test(property.value.trim()) ? property.name : "";
    if (delimiter === "BEGIN") {
      if (open !== undefined) problems.push(unfinished(open));
      open = [property];
      cards.push(open);
      outside = false;
    } else if (open === undefined) {
      // One report for a whole stretch.
      if (!outside) problems.push({ line: property.line, why: "text outside of a card" });
      outside = true;
    } else if (delimiter === "END") open = undefined;
    else open.push(property);
  }
  if (open !== undefined) problems.push(unfinished(open));
  return cards;
}

function unfinished(card: Property[]): ImportProblem {
  return { line: card[0]!.line, why: "the card has no END:VCARD; what it has was read" };
}

type CardDraft = ContactDraft & Required<Pick<ContactDraft, "addresses" | "groups">>;

function readCard(properties: Property[], cards: ContactCard[], problems: ImportProblem[]): void {
  const draft: CardDraft = { addresses: [], groups: [] };
  const labels = labelsOfGroups(properties);
  const extra: string[] = [];
  let id = "";
  for (const property of properties) {
    if (IGNORED.has(property.name) || labels.used.has(property)) continue;
    if (property.name === "UID") id = cardId(property.value);
    else if (
      !readName(property, properties, draft, extra) && !readDetail(property, draft) &&
      !readAddress(property, draft, labels.byGroup)
    ) keep(property, extra, problems);
  }
  try {
    cards.push({ contact: toContact(id, draft), extra });
  } catch (error) {
    problems.push({ line: properties[0]!.line, why: (error as Error).message });
  }
}

/** About the file or the program that wrote it, not about the person. */
const IGNORED = new Set(["BEGIN", "END", "VERSION", "PRODID", "REV"]);

function cardId(value: string): string {
  return singleLine(unescapeText(value)).replace(/^urn:uuid:/i, "");
}

/** FN, N and ORG; what they say beyond what a contact has is kept with them. */
function readName(
  property: Property,
  all: Property[],
  draft: ContactDraft,
  extra: string[],
): boolean {
  const { name, value } = property;
  if (name === "FN" && draft.name === undefined) {
    draft.name = unescapeText(value);
    return true;
  }
  if (name === "N" && draft.familyName === undefined) {
    const [family = "", given = "", ...others] = splitText(value, ";");
    draft.familyName = family;
    draft.givenName = given;
    if (saysMore(property, others, all)) extra.push(keptComponents(property, [family, given]));
    return true;
  }
  if (name === "ORG" && draft.organisation === undefined) {
    const [organisation = "", ...units] = splitText(value, ";");
    draft.organisation = organisation;
    if (saysMore(property, units, all)) extra.push(keptComponents(property, [organisation]));
    return true;
  }
  return false;
}

/** The line with its first components as the contact has them. */
function keptComponents(property: Property, first: string[]): string {
  const rest = splitRaw(property.value, ";").slice(first.length);
  const own = first.map((component) => escapeText(singleLine(component)));
  return formatProperty({ ...property, value: [...own, ...rest].join(";") });
}

/** The first of several is kept too: the export must know which one is the contact's. */
function saysMore(property: Property, components: string[], all: Property[]): boolean {
  return property.parameters.length > 0 || property.group !== "" ||
    components.some((component) => component !== "") ||
    all.some((other) => other !== property && other.name === property.name);
}

function readDetail({ name, value }: Property, draft: CardDraft): boolean {
  if (name === "NOTE") {
    const note = unescapeText(value);
    draft.note = draft.note === undefined ? note : `${draft.note}\n${note}`;
  } else if (name === "CATEGORIES") {
    for (const category of splitText(value, ",")) {
      // So the address book of Google says it.
      if (category === "starred") draft.favourite = true;
      else draft.groups.push(category);
    }
  } else if (name === "X-OFFHOOK-FAVOURITE") draft.favourite = value.trim() !== "0";
  else return false;
  return true;
}

const SIP_PROPERTIES = new Set(["X-SIP", "X-SIP-ADDRESS", "X-SIP-URI"]);
const CALLABLE = /^(sips?|tel):/i;

function readAddress(
  property: Property,
  draft: CardDraft,
  labels: Map<string, string[]>,
): boolean {
  if (!isAddress(property)) return false;
  const text = addressText(property);
  const value = SIP_PROPERTIES.has(property.name) && !CALLABLE.test(text) ? `sip:${text}` : text;
  const types = typesOf(property);
  const words = labels.get(property.group.toLowerCase()) ?? [];
  if (text !== "") {
    draft.addresses.push({
      value,
      labels: [...types.filter((type) => type !== "pref"), ...words],
      preferred: types.includes("pref") || parameterValue(property, "PREF") === "1",
    });
  }
  return true;
}

/** xmpp:, skype: and the like are IMPP too, but nothing that a phone can call. */
function isAddress(property: Property): boolean {
  const { name } = property;
  return name === "TEL" || SIP_PROPERTIES.has(name) ||
    name === "IMPP" && CALLABLE.test(addressText(property));
}

function addressText(property: Property): string {
  return singleLine(unescapeText(property.value));
}

/** TYPE values; also `TYPE="voice,home"`, as RFC 6350 §6.4.1 has it. */
function typesOf(property: Property): string[] {
  return property.parameters.filter(({ name }) => name === "TYPE")
    .flatMap(({ values }) => values.flatMap((value) => value.split(",")))
    .map((type) => type.trim().toLowerCase());
}

/** All numbers of a group share its labels: without a limit a small file could become huge. */
const MAX_LABELS = 16;

/** Apple's way to name a number: `item1.TEL:…`, `item1.X-ABLabel:Door`. */
function labelsOfGroups(properties: Property[]) {
  const byGroup = new Map<string, string[]>();
  const used = new Set<Property>();
  const addresses = properties.filter((one) => one.group !== "" && isAddress(one));
  for (const { group } of addresses) byGroup.set(group.toLowerCase(), []);
  for (const property of properties) {
    const labels = byGroup.get(property.group.toLowerCase());
    if (property.name !== "X-ABLABEL" || labels === undefined) continue;
    if (labels.length >= MAX_LABELS) continue;
    labels.push(labelText(unescapeText(property.value)));
    used.add(property);
  }
  return { byGroup, used };
}

/** `_$!<Mobile>!$_` is Apple's word for one of its own labels. */
function labelText(value: string): string {
  const own = /^_\$!<(.*)>!\$_$/.exec(value);
  return own === null ? value : own[1]!.toLowerCase();
}

function keep(property: Property, extra: string[], problems: ImportProblem[]): void {
  const line = formatProperty(asDataUri(property));
  if (line.length <= MAX_EXTRA_LENGTH) extra.push(line);
  else {
    const size = Math.round(line.length / 1024);
    problems.push({ line: property.line, why: `${property.name} of ${size} KiB is left out` });
  }
}

const MEDIA_TYPES: Record<string, string> = { PHOTO: "image", LOGO: "image", SOUND: "audio" };

/** Binary values of 2.1 and 3.0 (`ENCODING=b`) in the form of 4.0 (RFC 6350 §6.2.4). */
function asDataUri(property: Property): Property {
  if (!/^(b|base64)$/i.test(parameterValue(property, "ENCODING") ?? "")) return property;
  const subtype = parameterValue(property, "TYPE")?.toLowerCase() ?? "octet-stream";
  const media = `${MEDIA_TYPES[property.name] ?? "application"}/${subtype}`;
  return {
    ...property,
    parameters: property.parameters.filter(({ name }) => name !== "ENCODING" && name !== "TYPE"),
    value: `data:${media};base64,${property.value.replace(/\s/g, "")}`,
  };
}

function formatProperty({ group, name, parameters, value }: Property): string {
  const prefix = group === "" ? "" : `${group}.`;
  const rest = parameters.map((parameter) =>
    `;${parameter.name}=${parameter.values.map(formatParameter).join(",")}`
  );
  return `${prefix}${name}${rest.join("")}:${value}`;
}

const KINDS = new Set(["KIND", "X-ADDRESSBOOKSERVER-KIND"]);
const MEMBERS = new Set(["MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"]);

/** A card that names a group of others (RFC 6350 §6.1.4). */
function isGroupCard(properties: Property[]): boolean {
  return properties.some(({ name, value }) => KINDS.has(name) && /^group$/i.test(value.trim()));
}

function applyGroup(group: Property[], cards: ContactCard[], problems: ImportProblem[]): void {
  const name = singleLine(unescapeText(group.find((one) => one.name === "FN")?.value ?? ""));
  const members = new Set(
    group.filter((one) => MEMBERS.has(one.name)).map((one) => cardId(one.value)),
  );
  for (const { contact } of cards) {
    if (!members.delete(contact.id) || name === "" || contact.groups.includes(name)) continue;
    contact.groups.push(name);
  }
  if (members.size > 0) {
    const why = `the group "${name}" has ${members.size} members that are not in this file`;
    problems.push({ line: group[0]!.line, why });
  }
}
