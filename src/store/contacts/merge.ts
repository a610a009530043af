/**
 * One contact out of two that mean the same person. Nothing is lost: numbers, groups and labels are
 * joined, and where both say something different about one thing, the stated rule decides.
 *
 *     same id (the source changed it)          the incoming name, organisation … win
 *     same name and number (a duplicate)       what is there wins, gaps are filled
 *
 * Pure.
 */
import { addressKeys } from "./address.ts";
import { type Contact, type ContactAddress, type ContactCard, toContact } from "./contact.ts";
import type { NumberPlan } from "./phone_number.ts";

/** vCard properties of which a contact has one (RFC 6350 §6, cardinality 1 and *1). */
const SINGLE = new Set(["N", "ORG", "BDAY", "ANNIVERSARY", "GENDER", "KIND", "PHOTO", "TITLE"]);

export function mergeCards(
  existing: ContactCard,
  incoming: ContactCard,
  plan: NumberPlan,
): ContactCard {
  const old = existing.contact;
  const fresh = incoming.contact;
  const [first, second] = old.id === fresh.id ? [fresh, old] : [old, fresh];
  const contact = toContact(old.id, {
    name: first.name,
    givenName: first.givenName || second.givenName,
    familyName: first.familyName || second.familyName,
    organisation: first.organisation || second.organisation,
    addresses: mergeAddresses(old.addresses, fresh.addresses, plan),
    groups: [...old.groups, ...fresh.groups],
    note: mergeNotes(old.note, fresh.note),
    favourite: old.favourite || fresh.favourite,
  });
  const incomingWins = old.id === fresh.id;
  return { contact, extra: mergeExtra(existing.extra, incoming.extra, incomingWins) };
}

/** What makes two addresses one. */
function addressKey(value: string, plan: NumberPlan): string {
  const { uri, number } = addressKeys(value, plan);
  return uri ?? number ?? value.toLowerCase();
}

export function shareAddress(a: Contact, b: Contact, plan: NumberPlan): boolean {
  const keys = new Set(a.addresses.map((address) => addressKey(address.value, plan)));
  return b.addresses.some((address) => keys.has(addressKey(address.value, plan)));
}

function mergeAddresses(
  old: ContactAddress[],
  fresh: ContactAddress[],
  plan: NumberPlan,
): ContactAddress[] {
  const merged = old.map((address) => ({ ...address, labels: [...address.labels] }));
  const byKey = new Map(merged.map((address) => [addressKey(address.value, plan), address]));
  // A person chose which one is preferred: an import does not add a second.
  const chosen = old.some((address) => address.preferred);
  for (const address of fresh) {
    const key = addressKey(address.value, plan);
    const same = byKey.get(key);
    const preferred = address.preferred && !chosen;
    if (same === undefined) {
      const added = { ...address, preferred };
      merged.push(added);
      byKey.set(key, added);
    } else {
      same.labels.push(...address.labels);
      same.preferred ||= preferred;
    }
  }
  return merged;
}

/** Lines that the other note has already are not repeated. */
function mergeNotes(old: string, fresh: string): string {
  const lines = new Set(old.split("\n"));
  const added = fresh.split("\n").filter((line) => !lines.has(line));
  return [old, added.join("\n")].filter((text) => text.trim() !== "").join("\n");
}

const LINE = /^(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)/;

function propertyName(line: string): string {
  return LINE.exec(line)?.[2]?.toUpperCase() ?? "";
}

function propertyGroup(line: string): string {
  return LINE.exec(line)?.[1]?.toLowerCase() ?? "";
}

function mergeExtra(old: string[], fresh: string[], incomingWins: boolean): string[] {
  const taken = singles(old);
  const winners = incomingWins ? singles(fresh) : new Map<string, string>();
  const kept = old.map((line) => winners.get(propertyName(line)) ?? line);
  const added = fresh.filter((line) => !taken.has(propertyName(line)));
  return [...new Set([...kept, ...regrouped(kept, added)])];
}

function singles(lines: string[]): Map<string, string> {
  const named = lines.map((line) => [propertyName(line), line] as const);
  return new Map(named.filter(([name]) => SINGLE.has(name)));
}

/** Groups bind lines of one card (RFC 6350 §3.3): those of another card get names of their own. */
function regrouped(old: string[], fresh: string[]): string[] {
  const there = new Set(old);
  const taken = groupNames(old);
  const differing = groupNames(fresh.filter((line) => !there.has(line)));
  const names = freeGroups([...old, ...fresh]);
  const renamed = new Map<string, string>();
  return fresh.map((line) => {
    const group = propertyGroup(line);
    if (!taken.has(group) || !differing.has(group)) return line;
    const name = renamed.get(group) ?? names.next().value;
    renamed.set(group, name);
    return name + line.slice(group.length);
  });
}

function groupNames(lines: string[]): Set<string> {
  return new Set(lines.map(propertyGroup).filter((group) => group !== ""));
}

/** `itemN` for all the N that no line uses, without an end. */
export function* freeGroups(lines: string[]): Generator<string, never> {
  const taken = groupNames(lines);
  for (let n = 1;; n++) if (!taken.has(`item${n}`)) yield `item${n}`;
}
