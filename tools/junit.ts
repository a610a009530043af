/** Reads what `deno test --junit-path` writes: counts, failures, and skips with their reasons. */
import { SKIP_MARK } from "../tests/support/skip.ts";

/** How one group of tests went. */
export interface GroupReport {
  passed: number;
  failed: string[];
  skipped: { name: string; reason: string }[];
  seconds: number;
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescapeXml(text: string): string {
  return text.replace(
    /&(lt|gt|quot|apos|amp|#\d+);/g,
    (_, name: string) => ENTITIES[name] ?? String.fromCodePoint(Number(name.slice(1))),
  );
}

/**
 * Test cases of a report; steps count as tests of their own. Empty text (the run died before it wrote
 * one) gives an empty report: the caller knows from the exit status that something failed.
 */
export function readJunit(xml: string): GroupReport {
  const report: GroupReport = { passed: 0, failed: [], skipped: [], seconds: 0 };
  for (const [, attributes, body] of xml.matchAll(/<testcase ([^>]*)>([\s\S]*?)<\/testcase>/g)) {
    const name = unescapeXml(/(?:^| )name="([^"]*)"/.exec(attributes)?.[1] ?? "?");
    if (/<(failure|error)\b/.test(body)) report.failed.push(name);
    else if (body.includes("<skipped")) report.skipped.push(skip(name));
    else report.passed++;
  }
  return report;
}

function skip(name: string): { name: string; reason: string } {
  const mark = name.indexOf(SKIP_MARK);
  if (mark < 0) return { name, reason: "ignored in the code, without a reason" };
  return { name: name.slice(0, mark), reason: name.slice(mark + SKIP_MARK.length, -1) };
}
