/**
 * What Global and Local items set until a Main item uses it (HID 1.11 §6.2.2.7, §6.2.2.8).
 *
 * Global items stay, are pushed and popped; Local items are forgotten after each Main item. The
 * usage page is applied when the Main item comes, not when the Usage item is read: `Usage 7, Usage
 * Page Button, Input` is button 7 (so do Linux and Windows; real headsets count on it). Pure.
 */
import type { Item } from "./items.ts";
import { idOf, pageOf, usageOf } from "./usages.ts";

/** Consecutive usages, both ends included, with what a delimiter set offers in their place. */
export interface UsageRange {
  first: number;
  last: number;
  /** Other names of the same controls, less preferred (HID 1.11 §6.2.2.8, Delimiter). */
  alternatives: { first: number; last: number }[];
}

export interface GlobalItems {
  usagePage: number;
  logicalMinimum: number;
  logicalMaximum: number;
  /** Bits of one control, and controls of one Main item. */
  reportSize: number;
  reportCount: number;
  /** 0: the device has no report ids (so far). */
  reportId: number;
}

export const INITIAL_GLOBALS: Readonly<GlobalItems> = {
  usagePage: 0,
  logicalMinimum: 0,
  logicalMaximum: 0,
  reportSize: 0,
  reportCount: 0,
  reportId: 0,
};

/** Applies one Global item other than Push and Pop. Returns what was wrong with it. */
export function setGlobal(globals: GlobalItems, item: Item): string | undefined {
  const value = item.unsigned;
  switch (item.tag) {
    case 0x0:
      globals.usagePage = value & 0xffff;
      return value > 0xffff ? `usage page ${value} is beyond 65535` : undefined;
    case 0x1:
      globals.logicalMinimum = item.signed;
      return undefined;
    case 0x2:
      // `15 00 25 FF` means 255 to every vendor that writes it, although it reads as −1
      globals.logicalMaximum = globals.logicalMinimum >= 0 && item.signed < 0 ? value : item.signed;
      return undefined;
    case 0x3: // physical minimum, physical maximum, unit exponent, unit: nothing here is measured
    case 0x4:
    case 0x5:
    case 0x6:
      return undefined;
    case 0x7:
      globals.reportSize = value;
      return undefined;
    case 0x8:
      if (value === 0 || value > 255) return `report id ${value} is not within 1–255`;
      globals.reportId = value;
      return undefined;
    case 0x9:
      globals.reportCount = value;
      return undefined;
    default:
      return `global item ${item.tag} is reserved`;
  }
}

/** A usage as written: short ones get their page later. */
interface RawUsage {
  value: number;
  extended: boolean;
}

interface RawRange {
  first: RawUsage;
  last: RawUsage;
  alternatives: RawRange[];
}

/** The Local items since the last Main item. */
export class LocalItems {
  #ranges: RawRange[] = [];
  #minimum: RawUsage | undefined;
  #maximum: RawUsage | undefined;
  /** Undefined outside a delimiter set, null in an empty one, else the preferred usage. */
  #set: RawRange | null | undefined;

  /** Applies one Local item. Returns what was wrong with it. */
  add(item: Item): string | undefined {
    const usage = { value: item.unsigned, extended: item.size === 4 };
    switch (item.tag) {
      case 0x0:
        this.#push({ first: usage, last: usage, alternatives: [] });
        return undefined;
      case 0x1:
        this.#minimum = usage;
        return this.#pair();
      case 0x2:
        this.#maximum = usage;
        return this.#pair();
      case 0x3: // designator index, minimum, maximum; string index, minimum, maximum: not needed
      case 0x4:
      case 0x5:
      case 0x7:
      case 0x8:
      case 0x9:
        return undefined;
      case 0xa:
        return this.#delimiter(item.unsigned);
      default:
        return `local item ${item.tag} is reserved`;
    }
  }

  /** Returns the usages with `page` applied to the short ones, and forgets everything. */
  take(page: number): { usages: UsageRange[]; problem?: string } {
    const problem = this.#set !== undefined
      ? "a delimiter set is not closed"
      : this.#minimum !== undefined || this.#maximum !== undefined
      ? "a usage range has only one end"
      : undefined;
    const usages = this.#ranges.map((range) => ({
      ...paged(range, page),
      alternatives: range.alternatives.map((other) => paged(other, page)),
    }));
    this.#ranges = [];
    this.#minimum = this.#maximum = this.#set = undefined;
    return problem === undefined ? { usages } : { usages, problem };
  }

  #push(range: RawRange): void {
    if (this.#set) {
      this.#set.alternatives.push(range);
      return;
    }
    if (this.#set === null) this.#set = range;
    this.#ranges.push(range);
  }

  #pair(): string | undefined {
    const first = this.#minimum, last = this.#maximum;
    if (first === undefined || last === undefined) return undefined;
    this.#minimum = this.#maximum = undefined;
    // where only one end is extended, its page counts for both
    const page = first.extended ? pageOf(first.value) : last.extended ? pageOf(last.value) : 0;
    const extended = first.extended || last.extended;
    const low = extended ? usageOf(page, idOf(first.value)) : first.value;
    const high = extended ? usageOf(page, idOf(last.value)) : last.value;
    if (pageOf(low) !== pageOf(high)) return "the usage range spans two usage pages";
    if (high < low) return `the usage range ends (${high}) before it begins (${low})`;
    this.#push({
      first: { value: low, extended },
      last: { value: high, extended },
      alternatives: [],
    });
    return undefined;
  }

  #delimiter(value: number): string | undefined {
    if (value === 1) {
      if (this.#set !== undefined) return "a delimiter set opens inside another";
      this.#set = null;
      return undefined;
    }
    if (value !== 0) return `delimiter ${value} is neither open nor close`;
    if (this.#set === undefined) return "a delimiter set closes that was not open";
    this.#set = undefined;
    return undefined;
  }
}

function paged(range: RawRange, page: number): { first: number; last: number } {
  const full = ({ value, extended }: RawUsage) => extended ? value : usageOf(page, value % 0x10000);
  return { first: full(range.first), last: full(range.last) };
}

/** How many usages the ranges name. */
export function usageCount(ranges: readonly UsageRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** The usages of control `index`, the preferred one first; none beyond the end of the ranges. */
export function usagesAt(ranges: readonly UsageRange[], index: number): number[] {
  for (const { first, last, alternatives } of ranges) {
    const count = last - first + 1;
    if (index < count) {
      const others = alternatives.map((other) => Math.min(other.first + index, other.last));
      return [first + index, ...others];
    }
    index -= count;
  }
  return [];
}
