/**
 * Words, times and numbers as the person in front reads them.
 *
 *     LC_ALL, LC_MESSAGES, LANG (or --language) ─► Language ─► Words: catalogue, Intl formats
 *
 * Pure.
 */
import type { ErrorJson } from "../../base/mod.ts";
import { type Language, LANGUAGES } from "../../base/names/mod.ts";
import { de } from "./de.ts";
import { type Catalogue, en, type StringKey } from "./en.ts";
import { errorText } from "./error_texts.ts";
import { es } from "./es.ts";

export type { StringKey };

const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, de, es };

export type Filling = Readonly<Record<string, string | number>>;

/** How a screen speaks. */
export interface Words {
  language: Language;
  t(key: StringKey, filling?: Filling): string;
  /** What failed: in English the message, else the kind of error before it. */
  error(error: Pick<ErrorJson, "code" | "message">): string;
  /** `14:03` */
  clock(at: number): string;
  /** Time of today, else the day. At most 12 columns. */
  moment(at: number, now: number): string;
  /** `1:23` or `1:02:03`. */
  duration(ms: number): string;
  number(value: number, digits?: number): string;
}

/** @param locale BCP 47, for dates and numbers; by default that of the language */
export function wordsFor(language: Language, locale: string = language, timeZone?: string): Words {
  const catalogue = CATALOGUES[language];
  const zone = timeZone === undefined ? {} : { timeZone };
  // A locale without a country says nothing about the hour: the 24-hour clock is read everywhere.
  const cycle = locale.includes("-") ? {} : { hourCycle: "h23" as const };
  const clock = new Intl.DateTimeFormat(locale, {
    hour: "2-digit",
    minute: "2-digit",
    ...cycle,
    ...zone,
  });
  const day = new Intl.DateTimeFormat(locale, { day: "2-digit", month: "short", ...zone });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "short", ...zone });
  const numbers = new Map<number, Intl.NumberFormat>();
  return {
    language,
    t: (key, filling) => filled(catalogue[key], filling),
    error: (error) => errorText(language, error),
    clock: (at) => clock.format(at),
    moment: (at, now) => date.format(at) === date.format(now) ? clock.format(at) : day.format(at),
    duration,
    number(value, digits = 0) {
      let format = numbers.get(digits);
      if (format === undefined) {
        format = new Intl.NumberFormat(locale, {
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        });
        numbers.set(digits, format);
      }
      return format.format(value);
    },
  };
}

function filled(text: string, filling: Filling | undefined): string {
  if (filling === undefined) return text;
  return text.replace(/\{(\w+)\}(\.?)/g, (all, name, stop) => {
    const value = filling[name];
    if (value === undefined) return all;
    // A name may end with a full stop of its own: "Acme Inc.".
    return stop !== "" && /[.!?…]$/.test(String(value)) ? String(value) : `${value}${stop}`;
  });
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const pad = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}

export interface LocaleChoice {
  language: Language;
  locale: string;
  /** Whether the terminal's character set is UTF-8. */
  unicode: boolean;
}

/** What the environment says, by POSIX precedence. @param wanted `--language` */
export function localeOf(
  environment: (name: string) => string | undefined,
  wanted?: string,
): LocaleChoice {
  const value = (...names: string[]) => names.map(environment).find((text) => text) ?? "";
  const messages = value("LC_ALL", "LC_MESSAGES", "LANG");
  const characters = value("LC_ALL", "LC_CTYPE", "LANG");
  const time = tagOf(value("LC_ALL", "LC_TIME", "LANG"));
  const language = languageOf(wanted ?? tagOf(messages) ?? "en");
  const locale = time !== undefined && languageOf(time) === language ? time : language;
  // An unset locale says nothing about the terminal; today's are UTF-8.
  const unicode = characters === "" || /utf-?8/i.test(characters);
  return { language, locale, unicode };
}

function tagOf(posix: string): string | undefined {
  const tag = posix.replace(/[.@].*$/, "").replace("_", "-");
  if (tag === "" || tag === "C" || tag === "POSIX") return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

function languageOf(tag: string): Language {
  const name = tag.slice(0, 2).toLowerCase();
  return LANGUAGES.find((language) => language === name) ?? "en";
}
