/**
 * How well a few typed letters or digits fit a text: whole numbers, the same on every machine.
 *
 *     900 number exact     600 name: word start      300 other: word start, number: inside
 *     800 name: prefix     500 other: prefix         200 other: inside
 *     700 other exact,     400 name: inside          100 name: letters in this order
 *         number: prefix  1000 name exact
 *
 * plus 0–99 for how much of the text the query covers (for scattered letters: how close they stand).
 * "Other" is the organisation and the text of addresses. Pure, but run
 * for each contact at each key: it allocates nothing.
 */
import { fold } from "../database/mod.ts";

/** The bit of digits in {@link SearchText.letters}. */
export const DIGIT_LETTER = 1 << 26;

/** 0 means no match in every function here. */
export type Score = number;

/** Scores of one kind of field; 0: this way of matching does not count for it. */
interface Bands {
  exact: number;
  prefix: number;
  word: number;
  inside: number;
  scattered: number;
}

export const NAME: Bands = { exact: 1000, prefix: 800, word: 600, inside: 400, scattered: 100 };
export const OTHER: Bands = { exact: 700, prefix: 500, word: 300, inside: 200, scattered: 0 };
const NUMBER = { exact: 900, prefix: 700, inside: 300 };

/** One or two digits are inside almost every number. */
const MIN_INSIDE_DIGITS = 3;

/** A text ready to be searched. */
export interface SearchText {
  /** Folded; everything but letters and digits is one space; a space before the first word. */
  words: string;
  /** The same without that first space. */
  bare: string;
  /** Which letters occur: bit 0–25 a–z, 26 digits, 27 others. */
  letters: number;
}

/** Folded words with single spaces between them. */
export function searchWords(text: string): string {
  return fold(text).replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

export function searchText(words: string): SearchText {
  // Joined and not added: V8 searches a string that it has to put together first far more slowly.
  return { words: ["", words].join(" "), bare: words, letters: lettersOf(words) };
}

function lettersOf(text: string): number {
  let letters = 0;
  for (let at = 0; at < text.length; at++) letters |= letterBit(text.charCodeAt(at));
  return letters;
}

function letterBit(code: number): number {
  if (code >= 97 && code <= 122) return 1 << (code - 97);
  if (code >= 48 && code <= 57) return DIGIT_LETTER;
  return code === 32 ? 0 : 1 << 27;
}

/** @param query of {@link searchWords}, not empty */
export function scoreText(query: SearchText, target: SearchText, bands: Bands): Score {
  if ((query.letters & ~target.letters) !== 0) return 0;
  const { words } = target;
  // Both begin with a space, which the length of neither counts.
  const covered = Math.floor(99 * query.bare.length / target.bare.length);
  if (words.includes(query.bare)) {
    // With its space: finding that is finding the start of a word.
    const word = words.indexOf(query.words);
    if (word > 0) return bands.word + covered;
    if (word < 0) return bands.inside + covered;
    return words.length === query.words.length ? bands.exact : bands.prefix + covered;
  }
  if (bands.scattered === 0) return 0;
  const span = scatteredSpan(query.words, words);
  return span === 0 ? 0 : bands.scattered + Math.floor(99 * query.bare.length / span);
}

/**
 * The length of a stretch of `words` that has the letters of `query` in their order: the first one
 * found forwards, made as short as its end allows. 0 when there is none.
 */
function scatteredSpan(query: string, words: string): number {
  let end = 0;
  for (let at = 1; at < query.length; at++) {
    const letter = query.charCodeAt(at);
    if (letter === 32) continue;
    end = indexOfCode(words, letter, end) + 1;
    if (end === 0) return 0;
  }
  let start = end;
  for (let at = query.length - 1; at > 0; at--) {
    const letter = query.charCodeAt(at);
    if (letter === 32) continue;
    start--;
    while (words.charCodeAt(start) !== letter) start--;
  }
  return end - start;
}

function indexOfCode(text: string, code: number, from: number): number {
  for (let at = from; at < text.length; at++) if (text.charCodeAt(at) === code) return at;
  return -1;
}

/** @param digits what was typed, without formatting; @param number one spelling of a number */
export function scoreDigits(digits: string, number: string): Score {
  const at = number.indexOf(digits);
  if (at < 0) return 0;
  const covered = Math.floor(99 * digits.length / number.length);
  if (at === 0) return number.length === digits.length ? NUMBER.exact : NUMBER.prefix + covered;
  return digits.length >= MIN_INSIDE_DIGITS ? NUMBER.inside + covered : 0;
}
