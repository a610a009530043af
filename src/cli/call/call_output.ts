/** Says how a call went: JSON or words, and the exit status. */
import { type ExitCode, OffhookError } from "../../base/mod.ts";
import type { CallReport } from "../../control/schemas/mod.ts";
import type { FollowedCall } from "./call_follower.ts";
import { callReport, exitOf, sentenceOf } from "./call_report.ts";
import { errorLines, type Io, say, sayJson, writeJson } from "../process/mod.ts";

export interface OutputWishes {
  json: boolean;
  quiet: boolean;
  requireAudio: boolean;
  /** The call was to be refused with this status: then that is no failure. */
  reject?: number | undefined;
  /** Standard output carries the sound. */
  soundOnStdout: boolean;
}

/** @returns the exit status; 130 when the call was interrupted */
export async function finishCall(
  followed: FollowedCall,
  wishes: OutputWishes,
  { io, interrupted }: { io: Io; interrupted: boolean },
): Promise<ExitCode> {
  const report = callReport(followed, { requireAudio: wishes.requireAudio });
  if (wishes.json) await printReport(report, wishes, io);
  else await printWords(report, wishes, io, interrupted);
  return interrupted ? 130 : exitOf(report);
}

/** Standard output belongs to the sound when that is piped: then the report is on standard error. */
async function printReport(report: CallReport, wishes: OutputWishes, io: Io): Promise<void> {
  if (wishes.soundOnStdout) await writeJson(io.stderr, [report]);
  else await sayJson(io, report);
}

async function printWords(
  report: CallReport,
  { quiet, reject }: OutputWishes,
  io: Io,
  interrupted: boolean,
): Promise<void> {
  const failed = report.outcome !== "answered" && !interrupted && reject === undefined;
  if (!failed) {
    if (!quiet) await say(io, sentenceOf(report));
    return;
  }
  if (report.error === undefined) {
    await say(io, `offhook: ${sentenceOf(report)}`);
    return;
  }
  for (const line of errorLines(OffhookError.fromJSON(report.error))) await say(io, line);
}
