// deno-lint-ignore-file no-console
/**
 * Whole calls of offhook and of baresip, measured on the wire by one far end in the same run, as a
 * table of ratios. `--json FILE` keeps the figures, `--quick` repeats less.
 *
 *     phone (a process) ◄── SIP, RTP on loopback ──► wire.ts: every arrival with its time
 */
import { missing } from "../../tests/support/requirements.ts";
import { type Effort, type Figure, measure } from "./measure.ts";
import { baresip, type MeasuredPhone, offhook } from "./phones.ts";

const EFFORT: Record<"quick" | "full", Effort> = {
  quick: { repeats: 3, talkMs: 5_000 },
  full: { repeats: 11, talkMs: 20_000 },
};

function option(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1];
}

function table([name, ours]: [string, Figure[]], [other, theirs]: [string, Figure[]]): string[] {
  const rows = [["", name, other, "ratio"]];
  for (const { what, unit, value } of ours) {
    const their = theirs.find((figure) => figure.what === what)?.value;
    const ratio = their === undefined || their === 0 ? "" : (value / their).toFixed(2);
    rows.push([what, show(value, unit), their === undefined ? "–" : show(their, unit), ratio]);
  }
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ")
  );
}

function show(value: number, unit: string): string {
  return `${value < 100 ? value.toFixed(2) : value.toFixed(0)} ${unit}`;
}

const effort = EFFORT[Deno.args.includes("--quick") ? "quick" : "full"];
const absent = missing(["baresip", "sox", "espeak"]);
if (absent !== undefined) {
  console.error(`whole calls are not measured: ${absent}`);
  Deno.exit(0);
}
const wanted = option("--only");
const phones: MeasuredPhone[] = [offhook, baresip].filter(({ name }) => !wanted || name === wanted);
const results: Record<string, Figure[]> = {};
for (const phone of phones) {
  console.error(`measuring ${phone.name} …`);
  results[phone.name] = await measure(phone, effort);
}
const [first, second = ["–", []]] = Object.entries(results);
console.log(table(first, second as [string, Figure[]]).join("\n"));
const file = option("--json");
if (file) {
  const record = { deno: Deno.version.deno, cores: navigator.hardwareConcurrency, effort, results };
  await Deno.writeTextFile(file, JSON.stringify(record, null, 2) + "\n");
}
