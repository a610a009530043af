/**
 * The one list that letters search: contacts and the people of the history together, best first, and
 * what is typed as it stands when it can be dialled. Pure.
 */
import type { ContactHit, PastCall } from "../../control/contract/mod.ts";
import { resolveTarget } from "../../core/account/mod.ts";
import type { Hit } from "./state.ts";
import { shortAddress } from "../look/mod.ts";

const LIMIT = 50;
/** Whoever is in the address book comes before who merely called, at the same fit. */
const HISTORY_PENALTY = 50;

export function findHits(
  typed: string,
  contacts: readonly ContactHit[],
  history: readonly PastCall[],
): Hit[] {
  const text = typed.trim();
  const scored: { hit: Hit; score: number }[] = [];
  const seen = new Set<string>();
  for (const { contact, address, score } of contacts) {
    if (address === undefined) continue;
    // The number that fits, then the contact's others right below it.
    const others = contact.addresses.filter(({ value }) => value !== address.value);
    for (const { value, labels } of [address, ...others]) {
      seen.add(keyOf(value));
      const shown = [shortAddress(value), ...labels.slice(0, 1)].join(" ");
      const { name, favourite } = contact;
      scored.push({ hit: { kind: "contact", name, target: value, shown, favourite }, score });
    }
  }
  history.forEach(({ remote }, age) => {
    const key = keyOf(remote.uri);
    if (seen.has(key)) return;
    const score = fitOf(text, remote.displayName ?? "", remote.uri);
    if (score === 0) return;
    seen.add(key);
    const shown = shortAddress(remote.uri);
    const hit: Hit = {
      kind: "history",
      name: remote.displayName ?? shown,
      target: remote.uri,
      shown,
      favourite: false,
    };
    scored.push({ hit, score: score - HISTORY_PENALTY - Math.min(age, 40) });
  });
  const hits = scored.sort((a, b) => b.score - a.score).slice(0, LIMIT).map(({ hit }) => hit);
  const direct = asTyped(text);
  if (direct === undefined) return hits;
  // Digits mean what they say; letters mean whoever is found.
  return /^[\d+*#]/.test(text) || /^\w+:|@/.test(text) ? [direct, ...hits] : [...hits, direct];
}

/** What is typed, if it can be dialled; whether it has a server is the station's business. */
export function asTyped(text: string): Hit | undefined {
  if (text === "") return undefined;
  try {
    resolveTarget(text, { server: "server.invalid" });
  } catch {
    return undefined;
  }
  return { kind: "typed", name: text, target: text, shown: "", favourite: false };
}

/** How well letters fit a name or address: 0 not at all, else up to 1000. */
export function fitOf(query: string, name: string, uri: string): number {
  const wanted = fold(query);
  if (wanted === "") return 1;
  const fields = [fold(name), fold(shortAddress(uri)), fold(uri)];
  return Math.max(...fields.map((field, index) => fieldFit(wanted, field) - index * 20), 0);
}

function fieldFit(wanted: string, field: string): number {
  if (field === "") return 0;
  if (field === wanted) return 1000;
  if (field.startsWith(wanted)) return 900;
  const at = field.indexOf(wanted);
  if (at > 0) return /[\s@._-]/.test(field[at - 1]!) ? 800 : 600;
  return inOrder(wanted, field) ? 300 : 0;
}

function inOrder(wanted: string, field: string): boolean {
  let at = 0;
  for (const character of wanted.replaceAll(" ", "")) {
    at = field.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/** A number is the same on whichever server; a name is not. */
function keyOf(address: string): string {
  const bare = address.replace(/^(?:sips?|tel):/i, "").toLowerCase().replace(/[;?].*$/, "");
  const user = bare.replace(/@.*$/, "").replace(/[\s().-]/g, "");
  return /^[+\d*#]+$/.test(user) ? user : bare;
}
