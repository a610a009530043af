/**
 * How a failure is told: `offhook: what failed`, then lines on what to do; with `--json` an object
 * on standard output besides.
 */
import { type ConfigIssue, formatIssue } from "../../config/mod.ts";
import type { OffhookError } from "../../base/mod.ts";
import { type Io, say, sayJson } from "./io.ts";

const ERROR_SCHEMA = "offhook.error/1";

export async function reportError(error: OffhookError, io: Io, json: boolean): Promise<void> {
  if (json) await sayJson(io, { schema: ERROR_SCHEMA, error: error.toJSON() });
  for (const line of errorLines(error)) await say(io, line);
}

/** Words for a person. A bug of ours comes with its stack: that is what a report needs. */
export function errorLines(error: OffhookError): string[] {
  const lines = [`offhook: ${error.message}`];
  const issues = error.data?.issues;
  if (Array.isArray(issues)) {
    lines.push(...(issues as ConfigIssue[]).map((issue) => `  ${formatIssue(issue)}`));
  }
  if (error.hint !== undefined) lines.push(`  ${error.hint}`);
  if (error.code === "internal") {
    const cause = error.cause instanceof Error ? error.cause : error;
    lines.push("  This is a bug of offhook; please report it with what follows.");
    lines.push(...(cause.stack ?? "").split("\n").slice(1));
  }
  return lines;
}
