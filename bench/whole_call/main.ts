// deno-lint-ignore-file no-console
/**
 * Whole calls of offhook, of a running station of it, and of baresip, measured on the wire by one far
 * end in the same run, as a table. `--json FILE` keeps the figures, `--quick` repeats less.
 *
 *     phone (a process) ◄── SIP, RTP on loopback ──► wire.ts: every arrival with its time
 */
import { missing } from "../../tests/support/requirements.ts";
import { type Effort, type Figure, measure } from "./measure.ts";
import { baresip, type MeasuredPhone, offhook, station } from "./phones.ts";

const EFFORT: Record<"quick" | "full", Effort> = {
  quick: { repeats: 3, talkMs: 5_000 },
  full: { repeats: 11, talkMs: 20_000 },
};

function option(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1];
}

/** Rows are figures, columns are phones; the ratio is that of our best to baresip's. */
function table(results: Record<string, Figure[]>): string[] {
  const names = Object.keys(results);
  const figures = new Map(Object.values(results).flat().map(({ what, unit }) => [what, unit]));
  const rows = [["", ...names, "ratio"]];
  for (const [what, unit] of figures) {
    const values = names.map((name) => results[name].find((figure) => figure.what === what)?.value);
    const cells = values.map((value) => value === undefined ? "–" : show(value, unit));
    rows.push([what, ...cells, ratio(names, values)]);
  }
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ")
  );
}

function ratio(names: string[], values: (number | undefined)[]): string {
  const theirs = values[names.indexOf(baresip.name)];
  const ours = values.filter((value, i) => value !== undefined && names[i] !== baresip.name);
  if (!theirs || ours.length === 0) return "";
  return (Math.min(...ours as number[]) / theirs).toFixed(2);
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
const phones: MeasuredPhone[] = [offhook, station, baresip].filter(({ name }) =>
  !wanted || name === wanted
);
const results: Record<string, Figure[]> = {};
for (const phone of phones) {
  console.error(`measuring ${phone.name} …`);
  results[phone.name] = await measure(phone, effort);
}
console.log(table(results).join("\n"));
const loadAverage = Deno.loadavg().map((load) => Number(load.toFixed(1)));
console.log(`load average ${loadAverage.join(", ")}`);
const file = option("--json");
if (file) {
  const record = {
    deno: Deno.version.deno,
    cores: navigator.hardwareConcurrency,
    effort,
    loadAverage,
    results,
  };
  await Deno.writeTextFile(file, JSON.stringify(record, null, 2) + "\n");
}
