/**
 * HID report descriptor → the fields that a telephone can use (HID 1.11 §6.2.2, §8).
 *
 *     bytes ─ readItems ─► items ─► global state ─┐
 *                              ├──► local usages ─┼─► Main item ─► fields at their bit in their report
 *                              └──► collections ──┘
 *
 * Kept are the fields of the Telephony (0x0B), LED (0x08) and Consumer (0x0C) pages, and Button
 * (0x09) fields inside a telephony collection. Bits of all other fields are counted, since they move
 * the ones behind them. Never throws and takes bounded time and space whatever the bytes are:
 * `problems` says what was wrong, `fields` has all that could still be placed. Pure.
 */
import {
  type GlobalItems,
  INITIAL_GLOBALS,
  LocalItems,
  setGlobal,
  usageCount,
  type UsageRange,
  usagesAt,
} from "./item_state.ts";
import { type DescriptorProblem, type Item, readItems } from "./items.ts";
import { idOf, Page, pageOf } from "./usages.ts";

export type ReportKind = "input" | "output" | "feature";

interface FieldPlace {
  kind: ReportKind;
  /** 0: reports have no id byte. */
  reportId: number;
  /** From the first bit behind the id byte; bit 0 is the lowest of a byte (HID 1.11 §5.8). */
  bitOffset: number;
  /** Bits of one control. */
  bitSize: number;
  /** True: a change, such as one press; false: a level. */
  relative: boolean;
  /** The descriptor calls the bits padding, although it names them. */
  constant: boolean;
  /** Values outside of the logical range mean "nothing". */
  nullState: boolean;
  logicalMinimum: number;
  logicalMaximum: number;
  /** Usages of the enclosing collections, outermost first. */
  collections: number[];
}

/** One control with bits of its own. */
export interface VariableField extends FieldPlace {
  form: "variable";
  usage: number;
  /** What a delimiter set offers instead of `usage`, less preferred. */
  alternatives: number[];
}

/** `count` slots of `bitSize` bits; each holds the number of a usage, `logicalMinimum` the first. */
export interface ArrayField extends FieldPlace {
  form: "array";
  count: number;
  usages: UsageRange[];
}

export type ReportField = VariableField | ArrayField;

export interface ReportSize {
  kind: ReportKind;
  reportId: number;
  /** Without the id byte. */
  bits: number;
}

export interface ReportDescriptor {
  fields: ReportField[];
  reports: ReportSize[];
  /** Usages of the top-level collections, in order. */
  collections: number[];
  /** True: every report begins with its id. */
  numbered: boolean;
  problems: DescriptorProblem[];
}

/** Linux' and Windows' largest report is 16384 bytes; beyond it a field cannot be placed. */
const MAX_REPORT_BITS = 16384 * 8;
const MAX_FIELDS = 4096;
const MAX_DEPTH = 64;
const MAX_PROBLEMS = 100;

const KINDS: Readonly<Record<number, ReportKind>> = { 0x8: "input", 0x9: "output", 0xb: "feature" };
const COLLECTION = 0xa, END_COLLECTION = 0xc, PUSH = 0xa, POP = 0xb;
const CONSTANT = 1, VARIABLE = 2, RELATIVE = 4, NULL_STATE = 64;

/** Parses a report descriptor; never throws. */
export function parseDescriptor(bytes: Uint8Array): ReportDescriptor {
  return new Parser().parse(bytes);
}

class Parser {
  #globals: GlobalItems = { ...INITIAL_GLOBALS };
  #stack: GlobalItems[] = [];
  #locals = new LocalItems();
  #path: number[] = [];
  /** How many of the open collections are of the Telephony page. */
  #telephonyDepth = 0;
  #top: number[] = [];
  #fields: ReportField[] = [];
  #bits = new Map<string, ReportSize>();
  #problems: DescriptorProblem[] = [];

  parse(bytes: Uint8Array): ReportDescriptor {
    const { items, problems } = readItems(bytes);
    for (const item of items) this.#item(item);
    if (this.#path.length > 0) {
      this.#problem(bytes.length, `${this.#path.length} collections are not closed`);
    }
    this.#problems.push(...problems);
    const reports = [...this.#bits.values()];
    const numbered = reports.some(({ reportId }) => reportId !== 0);
    if (numbered && reports.some(({ reportId }) => reportId === 0)) {
      this.#problem(0, "some reports have an id and some have none; those without are ignored");
      this.#fields = this.#fields.filter(({ reportId }) => reportId !== 0);
    }
    return {
      fields: this.#fields,
      reports,
      collections: this.#top,
      numbered,
      problems: this.#problems,
    };
  }

  #problem(offset: number, message: string | undefined): void {
    if (message === undefined || this.#problems.length >= MAX_PROBLEMS) return;
    this.#problems.push({ offset, message });
  }

  #item(item: Item): void {
    switch (item.type) {
      case "main":
        return this.#main(item);
      case "global":
        return this.#global(item);
      case "local":
        return this.#problem(item.offset, this.#locals.add(item));
      case "long":
        return this.#problem(item.offset, `long item ${item.tag} is skipped: none is defined`);
      case "reserved":
        return this.#problem(item.offset, `item of reserved type, tag ${item.tag}, is skipped`);
    }
  }

  #global(item: Item): void {
    if (item.tag === PUSH) {
      if (this.#stack.length >= MAX_DEPTH) this.#problem(item.offset, "too many Push items");
      else this.#stack.push({ ...this.#globals });
    } else if (item.tag === POP) {
      const popped = this.#stack.pop();
      if (popped === undefined) this.#problem(item.offset, "Pop without Push");
      else this.#globals = popped;
    } else this.#problem(item.offset, setGlobal(this.#globals, item));
  }

  #main(item: Item): void {
    const { usages, problem } = this.#locals.take(this.#globals.usagePage);
    this.#problem(item.offset, problem);
    const kind = KINDS[item.tag];
    if (kind !== undefined) this.#report(kind, item, usages);
    else if (item.tag === COLLECTION) this.#open(item, usagesAt(usages, 0)[0] ?? 0);
    else if (item.tag === END_COLLECTION) {
      this.#close(item);
    } else this.#problem(item.offset, `main item ${item.tag} is reserved`);
  }

  #open(item: Item, usage: number): void {
    if (this.#path.length === 0) this.#top.push(usage);
    if (this.#path.length === MAX_DEPTH) this.#problem(item.offset, "collections nest too deeply");
    this.#path.push(usage);
    if (pageOf(usage) === Page.telephony) this.#telephonyDepth++;
  }

  #close(item: Item): void {
    const usage = this.#path.pop();
    if (usage === undefined) this.#problem(item.offset, "End Collection without Collection");
    else if (pageOf(usage) === Page.telephony) this.#telephonyDepth--;
  }

  /** An Input, Output or Feature item: its bits, and the fields among them that matter here. */
  #report(kind: ReportKind, item: Item, usages: UsageRange[]): void {
    const { reportId, reportSize, reportCount } = this.#globals;
    const key = `${kind} ${reportId}`;
    const report = this.#bits.get(key) ?? { kind, reportId, bits: 0 };
    this.#bits.set(key, report);
    const start = report.bits;
    const bits = reportSize * reportCount;
    if (start + bits > MAX_REPORT_BITS) {
      this.#problem(item.offset, `${kind} report ${reportId} grows beyond 16384 bytes`);
      report.bits = MAX_REPORT_BITS + 1; // whatever follows in this report cannot be placed
      return;
    }
    report.bits += bits;
    if (usages.length === 0) return;
    if (bits === 0) {
      this.#problem(item.offset, `the ${kind} item names usages but has no bits`);
      return;
    }
    if (item.unsigned & VARIABLE) this.#variables(kind, item, usages, start);
    else this.#array(kind, item, usages, start);
  }

  #place(kind: ReportKind, item: Item, bitOffset: number): FieldPlace {
    const { reportId, reportSize, logicalMinimum, logicalMaximum } = this.#globals;
    return {
      kind,
      reportId,
      bitOffset,
      bitSize: reportSize,
      relative: (item.unsigned & RELATIVE) !== 0,
      constant: (item.unsigned & CONSTANT) !== 0,
      nullState: (item.unsigned & NULL_STATE) !== 0,
      logicalMinimum,
      logicalMaximum,
      collections: this.#path.slice(0, MAX_DEPTH),
    };
  }

  /** One field for each control; usages that do not matter are stepped over range by range. */
  #variables(kind: ReportKind, item: Item, usages: UsageRange[], start: number): void {
    const { reportSize, reportCount } = this.#globals;
    const place = this.#place(kind, item, start);
    let index = 0;
    for (const [position, range] of usages.entries()) {
      // the last usage names all controls that are left (HID 1.11 §6.2.2.8)
      const last = position === usages.length - 1;
      const end = last ? reportCount : Math.min(reportCount, index + usageCount([range]));
      if (!this.#anyMatters(range)) {
        index = end;
        continue;
      }
      for (let nth = 0; index < end; index++, nth++) {
        const names = usagesAt([range], Math.min(nth, range.last - range.first));
        const usage = names.find((name) => this.#matters(name));
        if (usage === undefined) {
          if (nth > range.last - range.first) break;
          continue;
        }
        const alternatives = names.filter((name) => name !== usage);
        const bitOffset = start + index * reportSize;
        if (!this.#keep({ ...place, bitOffset, form: "variable", usage, alternatives }, item)) {
          return;
        }
      }
    }
  }

  #array(kind: ReportKind, item: Item, usages: UsageRange[], start: number): void {
    if (!usages.some((range) => this.#anyMatters(range))) return;
    const count = this.#globals.reportCount;
    this.#keep({ ...this.#place(kind, item, start), form: "array", count, usages }, item);
  }

  #keep(field: ReportField, item: Item): boolean {
    if (this.#fields.length < MAX_FIELDS) return this.#fields.push(field) > 0;
    this.#problem(item.offset, `more than ${MAX_FIELDS} fields: the rest is ignored`);
    return false;
  }

  /** A range has one page, so its last usage speaks for it (the first may be 0, Undefined). */
  #anyMatters({ last, alternatives }: UsageRange): boolean {
    return this.#matters(last) || alternatives.some((other) => this.#matters(other.last));
  }

  #matters(usage: number): boolean {
    if (idOf(usage) === 0) return false;
    switch (pageOf(usage)) {
      case Page.telephony:
      case Page.led:
      case Page.consumer:
        return true;
      case Page.button:
        return this.#telephonyDepth > 0;
      default:
        return false;
    }
  }
}
