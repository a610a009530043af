/**
 * A query against one contact: every typed word must fit somewhere, in any order. Pure; runs for each
 * contact at each key.
 */
import type { ContactAddress } from "./contact.ts";
import type { Entry } from "./entry.ts";
import { NAME, OTHER, type Score, scoreDigits, scoreText } from "./fuzzy.ts";
import { type SearchText, searchText, searchWords } from "./fuzzy.ts";
import { canonicalNumber, type NumberPlan } from "./phone_number.ts";

/** A query taken apart once. */
export interface Query {
  phrase: SearchText;
  tokens: Token[];
  /** Spellings of the whole query as a number; empty when it is none. */
  numbers: string[];
}

interface Token {
  text: SearchText;
  isDigits: boolean;
  /** Digits beside letters may be part of a number; digits alone are a number as a whole. */
  inNumbers: boolean;
}

/** @returns undefined when there is nothing to search for */
export function toQuery(text: string, plan: NumberPlan): Query | undefined {
  const words = searchWords(text);
  if (words === "") return undefined;
  const numbers = numberSpellings(text, plan);
  const tokens = words.split(" ").map((word) => {
    const isDigits = /^\d+$/.test(word);
    return { text: searchText(word), isDigits, inNumbers: isDigits && numbers.length === 0 };
  });
  return { phrase: searchText(words), tokens, numbers };
}

/** A number may still be being typed: `0049 30` must find `+49 30 1234`. */
function numberSpellings(text: string, plan: NumberPlan): string[] {
  if (!/^[\d\s()./*#+-]+$/.test(text)) return [];
  const typed = text.replace(/\D/g, "");
  const canonical = (canonicalNumber(text, plan) ?? typed).replace(/\D/g, "");
  const prefix = (plan.internationalPrefixes ?? ["00"]).find((start) =>
    start !== "" && typed.startsWith(start) && typed.length > start.length
  );
  return [...new Set([typed, canonical, typed.slice(prefix?.length ?? 0)])];
}

export function scoreEntry(query: Query, entry: Entry): Score {
  const { phrase, tokens, numbers } = query;
  const whole = tokens.length > 1 && entry.allWords.includes(phrase.bare)
    ? scoreName(phrase, entry)
    : 0;
  return Math.max(whole, scoreTokens(tokens, entry), scoreNumbers(numbers, entry));
}

/** The address that the query means; undefined when name and organisation fit as well without it. */
export function matchedAddress(query: Query, entry: Entry): ContactAddress | undefined {
  let best = scoreEntry(query, { ...entry, addresses: [] });
  let matched: ContactAddress | undefined;
  for (const candidate of entry.addresses) {
    const score = scoreEntry(query, { ...entry, addresses: [candidate] });
    if (score > best) [best, matched] = [score, candidate.address];
  }
  return matched;
}

function scoreName(text: SearchText, entry: Entry): Score {
  let best = 0;
  for (const name of entry.names) best = Math.max(best, scoreText(text, name, NAME));
  return best;
}

function scoreTokens(tokens: Token[], entry: Entry): Score {
  let sum = 0;
  for (const token of tokens) {
    const score = scoreToken(token, entry);
    if (score === 0) return 0;
    sum += score;
  }
  return Math.floor(sum / tokens.length);
}

function scoreToken({ text, isDigits, inNumbers }: Token, entry: Entry): Score {
  if ((text.letters & ~entry.letters) !== 0) return 0;
  const words = entry.allWords.includes(text.bare) ? scoreWords(text, entry) : 0;
  if (inNumbers) return Math.max(words, scoreNumber(text.bare, entry));
  // Digits that stand apart say nothing, letters do.
  return words > 0 || isDigits ? words : scoreName(text, entry);
}

function scoreWords(text: SearchText, entry: Entry): Score {
  let best = scoreName(text, entry);
  if (entry.organisation !== undefined) {
    best = Math.max(best, scoreText(text, entry.organisation, OTHER));
  }
  for (const { text: address } of entry.addresses) {
    if (address !== undefined) best = Math.max(best, scoreText(text, address, OTHER));
  }
  return best;
}

function scoreNumbers(queries: string[], entry: Entry): Score {
  let best = 0;
  for (const query of queries) best = Math.max(best, scoreNumber(query, entry));
  return best;
}

function scoreNumber(digits: string, entry: Entry): Score {
  let best = 0;
  if (!entry.numberText.includes(digits)) return best;
  for (const { numbers } of entry.addresses) {
    for (const number of numbers) best = Math.max(best, scoreDigits(digits, number));
  }
  return best;
}
