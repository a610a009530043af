/**
 * Contacts as vCard 3.0 (RFC 2426, read by everything) or 4.0 (RFC 6350). Pure.
 */
import {
  type Contact,
  type ContactAddress,
  type ContactCard,
  freeGroups,
} from "../contacts/mod.ts";
import { endOfHead, escapeText, foldLine, splitRaw } from "./vcard_text.ts";

export type VCardVersion = "3.0" | "4.0";

/** The text of a file; lines end with CRLF. */
export function writeVCards(cards: Iterable<ContactCard>, version: VCardVersion = "3.0"): string {
  let text = "";
  for (const card of cards) {
    for (const line of cardLines(card, version)) text += foldLine(line);
  }
  return text;
}

function cardLines({ contact, extra }: ContactCard, version: VCardVersion): string[] {
  const others = [...extra];
  const keptName = takeKept(others, "N");
  const keptOrganisation = takeKept(others, "ORG");
  return [
    "BEGIN:VCARD",
    `VERSION:${version}`,
    ...(contact.id === "" ? [] : [uidLine(contact.id, version)]),
    `FN:${escapeText(contact.name)}`,
    ...nameLine(contact, keptName, version),
    ...organisationLine(contact, keptOrganisation),
    ...addressLines(contact.addresses, extra, version),
    ...(contact.groups.length === 0
      ? []
      : [`CATEGORIES:${contact.groups.map(escapeText).join(",")}`]),
    ...(contact.note === "" ? [] : [`NOTE:${escapeText(contact.note)}`]),
    ...(contact.favourite ? ["X-OFFHOOK-FAVOURITE:1"] : []),
    ...others.map((line) => version === "4.0" ? line : withInlineBinary(line)),
    "END:VCARD",
  ];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** RFC 6350 §6.7.6: a URI unless said otherwise. */
function uidLine(id: string, version: VCardVersion): string {
  if (UUID.test(id)) return `UID:urn:uuid:${id}`;
  return version === "4.0" ? `UID;VALUE=text:${escapeText(id)}` : `UID:${escapeText(id)}`;
}

/** Takes the first line of this name out of `lines`: the contact's own. */
function takeKept(lines: string[], name: string): string | undefined {
  const pattern = new RegExp(`^([^.:;]+\\.)?${name}[;:]`);
  const at = lines.findIndex((line) => pattern.test(line));
  return at < 0 ? undefined : lines.splice(at, 1)[0];
}

/** N is required in 3.0 (RFC 2426 §3.1.2); prefixes and the like come from the line that was kept. */
function nameLine(contact: Contact, kept: string | undefined, version: VCardVersion): string[] {
  const names = [contact.familyName, contact.givenName].map(escapeText);
  if (kept !== undefined) return [withComponents(kept, names)];
  const needed = version === "3.0" || names.some((name) => name !== "");
  return needed ? [`N:${names.join(";")};;;`] : [];
}

function organisationLine(contact: Contact, kept: string | undefined): string[] {
  const organisation = escapeText(contact.organisation);
  if (kept !== undefined) return [withComponents(kept, [organisation])];
  return organisation === "" ? [] : [`ORG:${organisation}`];
}

/** The line with its first components replaced: they may have been edited since it was kept. */
function withComponents(line: string, components: string[]): string {
  const head = line.slice(0, endOfHead(line) + 1);
  const rest = splitRaw(line.slice(head.length), ";").slice(components.length);
  return head + [...components, ...rest].join(";");
}

/** What may stand in TYPE; a label in a person's own words goes beside the number. */
const TYPE = /^[a-z0-9-]+$/;

function addressLines(
  addresses: ContactAddress[],
  extra: string[],
  version: VCardVersion,
): string[] {
  const groups = freeGroups(extra);
  return addresses.flatMap((address) => {
    const types = address.labels.filter((label) => TYPE.test(label));
    const words = address.labels.filter((label) => !TYPE.test(label));
    const preferred = address.preferred ? preference(types, version) : "";
    const type = types.length === 0 ? "" : `;TYPE=${types.join(",")}`;
    const line = `${addressHead(address.value)}${type}${preferred}:${addressValue(address.value)}`;
    if (words.length === 0) return [line];
    const group = groups.next().value;
    return [
      `${group}.${line}`,
      ...words.map((label) => `${group}.X-ABLabel:${escapeText(label)}`),
    ];
  });
}

function preference(types: string[], version: VCardVersion): string {
  if (version === "4.0") return ";PREF=1";
  return types.length === 0 ? ";TYPE=pref" : ",pref";
}

/** SIP addresses are IMPP in both versions (RFC 4770, RFC 6350 §6.4.3). */
function addressHead(value: string): string {
  if (/^sips?:/i.test(value)) return "IMPP";
  return /^tel:/i.test(value) ? "TEL;VALUE=uri" : "TEL";
}

/** A URI stands as it is; a backslash, which no URI has, is escaped so that it comes back. */
function addressValue(value: string): string {
  return /^(sips?|tel):/i.test(value) ? value.replaceAll("\\", "\\\\") : escapeText(value);
}

/** A data: URI as 3.0 writes it (RFC 2426 §2.4.1). */
function withInlineBinary(line: string): string {
  const match = /^([^:;]+)((?:;[^:]*)?):data:[^/;,]+\/([^;,]+);base64,(.*)$/s.exec(line);
  if (match === null) return line;
  const [, name, parameters, subtype, data] = match;
  const type = subtype === "octet-stream" ? "" : `;TYPE=${subtype!.toUpperCase()}`;
  return `${name}${parameters};ENCODING=b${type}:${data}`;
}
