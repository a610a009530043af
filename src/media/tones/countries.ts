/**
 * Tones of the world. The source is ITU-T E.180 Supplement 2, "Various tones used in national networks";
 * where a country states none for a purpose, what its exchanges play is here. `itu` is E.180 itself.
 */
import type { CallTone, ToneCountry } from "../../core/media/mod.ts";

/**
 * A tone: its frequencies, and how long it is on, off, on … in ms, over and over; without times it
 * goes on and on. `400+450` is both at once, `400*25` is 400 Hz modulated by 25 Hz to its full depth.
 */
export type Cadence = readonly [hertz: string, ...ms: number[]];

type CountryTones = Readonly<Record<CallTone, Cadence>>;

const ITU: CountryTones = {
  dial: ["425"],
  ringback: ["425", 1000, 4000],
  busy: ["425", 500, 500],
  congestion: ["425", 200, 200],
  waiting: ["425", 300, 9700],
};

const NORTH_AMERICA: CountryTones = {
  dial: ["350+440"],
  ringback: ["440+480", 2000, 4000],
  busy: ["480+620", 500, 500],
  congestion: ["480+620", 250, 250],
  waiting: ["440", 300, 10000],
};

export const TONES: Readonly<Record<ToneCountry, CountryTones>> = {
  itu: ITU,
  at: {
    dial: ["420"],
    ringback: ["420", 1000, 5000],
    busy: ["420", 400, 400],
    congestion: ["420", 200, 200],
    waiting: ["420", 40, 1960],
  },
  au: {
    dial: ["413+438"],
    ringback: ["413+438", 400, 200, 400, 2000],
    busy: ["425", 375, 375],
    congestion: ["425", 375, 375],
    waiting: ["425", 200, 200, 200, 4400],
  },
  be: {
    ...ITU,
    ringback: ["425", 1000, 3000],
    congestion: ["425", 167, 167],
    waiting: ["1400", 175, 175, 175, 3500],
  },
  bg: { ...ITU, congestion: ["425", 250, 250], waiting: ["425", 150, 150, 150, 4000] },
  br: {
    ...ITU,
    busy: ["425", 250, 250],
    congestion: ["425", 250, 250, 750, 250],
    waiting: ["425", 50, 1000],
  },
  ca: NORTH_AMERICA,
  ch: { ...ITU, waiting: ["425", 200, 200, 200, 4000] },
  cl: {
    dial: ["400"],
    ringback: ["400", 1000, 3000],
    busy: ["400", 500, 500],
    congestion: ["400", 200, 200],
    waiting: ["400", 250, 8750],
  },
  cn: {
    dial: ["450"],
    ringback: ["450", 1000, 4000],
    busy: ["450", 350, 350],
    congestion: ["450", 700, 700],
    waiting: ["450", 400, 4000],
  },
  cz: {
    ...ITU,
    dial: ["425", 330, 330, 660, 660],
    busy: ["425", 330, 330],
    congestion: ["425", 165, 165],
    waiting: ["425", 330, 9000],
  },
  de: {
    ...ITU,
    busy: ["425", 480, 480],
    congestion: ["425", 240, 240],
    waiting: ["425", 200, 200, 200, 5000],
  },
  dk: { ...ITU, waiting: ["425", 200, 600, 200, 3000] },
  es: {
    ...ITU,
    ringback: ["425", 1500, 3000],
    busy: ["425", 200, 200],
    congestion: ["425", 200, 200, 200, 200, 200, 600],
    waiting: ["425", 175, 175, 175, 3500],
  },
  fi: { ...ITU, busy: ["425", 300, 300], waiting: ["425", 150, 150, 150, 8000] },
  fr: {
    dial: ["440"],
    ringback: ["440", 1500, 3500],
    busy: ["440", 500, 500],
    congestion: ["440", 250, 250],
    waiting: ["440", 300, 10000],
  },
  gb: {
    dial: ["350+440"],
    ringback: ["400+450", 400, 200, 400, 2000],
    busy: ["400", 375, 375],
    congestion: ["400", 400, 350, 225, 525],
    waiting: ["400", 100, 4000],
  },
  gr: {
    ...ITU,
    dial: ["425", 200, 300, 700, 800],
    busy: ["425", 300, 300],
    waiting: ["425", 150, 150, 150, 8000],
  },
  hu: {
    ...ITU,
    ringback: ["425", 1250, 3750],
    busy: ["425", 300, 300],
    congestion: ["425", 300, 300],
    waiting: ["425", 40, 1960],
  },
  id: { ...ITU, congestion: ["425", 250, 250], waiting: ["425", 150, 150, 150, 10000] },
  il: {
    dial: ["414"],
    ringback: ["414", 1000, 3000],
    busy: ["414", 500, 500],
    congestion: ["414", 250, 250],
    waiting: ["414", 100, 100, 100, 100, 600, 3000],
  },
  in: {
    dial: ["400*25"],
    ringback: ["400*25", 400, 200, 400, 2000],
    busy: ["400", 750, 750],
    congestion: ["400", 250, 250],
    waiting: ["400", 200, 100, 200, 7500],
  },
  it: {
    ...ITU,
    dial: ["425", 200, 200, 600, 1000],
    waiting: ["425", 400, 100, 250, 100, 150, 14000],
  },
  jp: {
    dial: ["400"],
    ringback: ["400*16", 1000, 2000],
    busy: ["400", 500, 500],
    congestion: ["400", 500, 500],
    waiting: ["400*16", 500, 8000],
  },
  kr: {
    dial: ["350+440"],
    ringback: ["440+480", 1000, 2000],
    busy: ["480+620", 500, 500],
    congestion: ["480+620", 300, 200],
    waiting: ["350+440", 250, 250, 250, 3250],
  },
  lt: { ...ITU, busy: ["425", 350, 350], waiting: ["425", 150, 150, 150, 4000] },
  mx: {
    ...ITU,
    busy: ["425", 250, 250],
    congestion: ["425", 250, 250],
    waiting: ["425", 200, 600, 200, 10000],
  },
  nl: { ...ITU, congestion: ["425", 250, 250], waiting: ["425", 500, 9500] },
  no: { ...ITU, waiting: ["425", 200, 600, 200, 10000] },
  nz: {
    dial: ["400"],
    ringback: ["400+450", 400, 200, 400, 2000],
    busy: ["400", 500, 500],
    congestion: ["400", 250, 250],
    waiting: ["400", 200, 3000],
  },
  pl: { ...ITU, congestion: ["425", 500, 500], waiting: ["425", 150, 150, 150, 4000] },
  pt: { ...ITU, ringback: ["425", 1000, 5000], waiting: ["440", 300, 10000] },
  ru: {
    ...ITU,
    busy: ["425", 350, 350],
    congestion: ["425", 175, 175],
    waiting: ["425", 200, 5000],
  },
  se: {
    ...ITU,
    ringback: ["425", 1000, 5000],
    busy: ["425", 250, 250],
    congestion: ["425", 250, 750],
    waiting: ["425", 200, 500, 200, 9100],
  },
  sg: {
    dial: ["425"],
    ringback: ["425*24", 400, 200, 400, 2000],
    busy: ["425", 750, 750],
    congestion: ["425", 250, 250],
    waiting: ["425*24", 300, 200, 300, 3200],
  },
  tr: {
    dial: ["450"],
    ringback: ["450", 2000, 4000],
    busy: ["450", 500, 500],
    congestion: ["450", 200, 200, 200, 200, 200, 200, 600, 200],
    waiting: ["450", 200, 600, 200, 8000],
  },
  tw: {
    dial: ["350+440"],
    ringback: ["440+480", 1000, 2000],
    busy: ["480+620", 500, 500],
    congestion: ["480+620", 250, 250],
    waiting: ["350+440", 250, 250, 250, 3250],
  },
  us: NORTH_AMERICA,
  za: {
    dial: ["400*33"],
    ringback: ["400*33", 400, 200, 400, 2000],
    busy: ["400", 500, 500],
    congestion: ["400", 250, 250],
    waiting: ["400*33", 250, 250],
  },
};

/** What rings here, in the rhythm of a country: a bell of 1000 Hz that trembles 20 times a second. */
export function bellOf(country: ToneCountry): Cadence {
  const [, ...ms] = TONES[country].ringback;
  return ["1000*20", ...ms];
}
