/** Where a recording goes that nobody named a file for. */
import { join } from "../../base/path/mod.ts";
import type { RecordingFormat } from "../../core/media/mod.ts";
import type { CallView } from "../../core/state/mod.ts";
import { OffhookError } from "../../base/mod.ts";

/** Of the other side's address, in a file's name. */
const MOST_LETTERS = 40;

/**
 * `recordings/2026-03-01_14-05-09_alice_3f9a21c0.wav` in the data folder, in local time, or
 * `.opus`; the folder is made, for its owner's eyes only.
 * @throws OffhookError `file-unusable` when it cannot be
 */
export function recordingPath(
  dataFolder: string,
  call: CallView,
  now: Date,
  format: RecordingFormat = "wav",
): string {
  const folder = recordingsFolder(dataFolder);
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new OffhookError("file-unusable", `cannot make ${folder}: ${(cause as Error).message}`, {
      hint: "Name a file in a folder that can be written to.",
      data: { path: folder },
      cause,
    });
  }
  return join(folder, `${moment(now)}_${nameIn(call.remote.uri)}_${call.id}.${format}`);
}

/** Where recordings are that nobody named a file for, and all those of clients below admin. */
export function recordingsFolder(dataFolder: string): string {
  return join(dataFolder, "recordings");
}

function moment(now: Date): string {
  const two = (value: number) => `${value}`.padStart(2, "0");
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two);
  return `${date.join("-")}_${time.join("-")}`;
}

/** The user part of an address, or its host, in letters that every file system takes. */
function nameIn(uri: string): string {
  const address = uri.replace(/^(?:sips?|tel):/i, "").replace(/[;?].*$/, "");
  const name = address.includes("@") ? address.slice(0, address.lastIndexOf("@")) : address;
  return name.replace(/[^\p{L}\p{N}+._-]/gu, "-").slice(0, MOST_LETTERS) || "call";
}
