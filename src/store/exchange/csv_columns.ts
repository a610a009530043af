/**
 * What the columns of a contact table mean, by their headers: those that Google, Outlook and people
 * use, in English and German, and our own. Pure.
 */
import { fold } from "../database/mod.ts";

/** What a column may be, besides numbers and their labels. */
type CsvField =
  | "id"
  | "name"
  | "givenName"
  | "middleName"
  | "familyName"
  | "organisation"
  | "groups"
  | "note"
  | "favourite"
  | "email";

export type Column =
  | { field: CsvField }
  | { field: "number"; labels: string[]; /** Of the column that names its label. */ pair?: string }
  | { field: "label"; pair: string };

const HEADERS: Record<string, CsvField> = {
  "uid": "id",
  "name": "name",
  "full name": "name",
  "display name": "name",
  "anzeigename": "name",
  "first name": "givenName",
  "given name": "givenName",
  "vorname": "givenName",
  "middle name": "middleName",
  "additional name": "middleName",
  "weitere vornamen": "middleName",
  "last name": "familyName",
  "family name": "familyName",
  "surname": "familyName",
  "nachname": "familyName",
  "organization": "organisation",
  "organisation": "organisation",
  "organization name": "organisation",
  "organization 1 - name": "organisation",
  "company": "organisation",
  "firma": "organisation",
  "group": "groups",
  "groups": "groups",
  "group membership": "groups",
  "labels": "groups",
  "categories": "groups",
  "kategorien": "groups",
  "gruppe": "groups",
  "gruppen": "groups",
  "note": "note",
  "notes": "note",
  "notiz": "note",
  "notizen": "note",
  "favourite": "favourite",
  "favorite": "favourite",
  "favorit": "favourite",
  "e-mail": "email",
  "email": "email",
  "e-mail address": "email",
  "email address": "email",
  "e-mail-adresse": "email",
};

const PHONE_PAIR = /^(?:phone|sip) (\d+) - (value|label|type)$/;
const EMAIL_VALUE = /^e-?mail (?:\d+ - value|\d+(?: address)?)$/;
const NUMBER_WORDS =
  /\b(?:tele(?:fon|phone)|tel|phone|number|numbers|nummer|rufnummer|durchwahl|extension|sip|sip address|uri|mobile|cell|handy|fax|pager)|(?:telefon|nummer|fax)\b/;

/** Words of a header that say what kind of number it is; the first word of a pair is the label. */
const LABEL_WORDS: [label: string, words: RegExp][] = [
  ["work", /business|work|office|geschaftlich|arbeit|buro|dienst/],
  ["home", /home|privat/],
  ["cell", /mobil|cell|handy/],
  ["fax", /fax/],
  ["pager", /pager/],
  ["main", /main|primary|haupt/],
];

/** @returns undefined when nothing is known about such a header */
export function columnOf(header: string): Column | undefined {
  const key = fold(header).trim();
  const pair = PHONE_PAIR.exec(key);
  if (pair !== null) {
    const [, number = "", part] = pair;
    return part === "value"
      ? { field: "number", labels: [], pair: number }
      : { field: "label", pair: number };
  }
  const field = Object.hasOwn(HEADERS, key) ? HEADERS[key]! : undefined;
  if (field !== undefined) return { field };
  if (EMAIL_VALUE.test(key)) return { field: "email" };
  if (!NUMBER_WORDS.test(key) || /phonetic|e-?mail/.test(key)) return undefined;
  const labels = LABEL_WORDS.filter(([, words]) => words.test(key)).map(([label]) => label);
  return { field: "number", labels };
}
