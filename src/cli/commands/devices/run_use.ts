/** The run of `offhook devices use`: other endpoints for a live call of the running station. */
import { resolve } from "../../../base/path/mod.ts";
import { parseMicrophone, parseSpeaker } from "../../../config/values/mod.ts";
import { type ExitCode, OffhookError } from "../../../base/mod.ts";
import type { UseValues } from "./command.ts";
import { type Io, say, sayJson } from "../../process/mod.ts";
import { meantCall, withStation } from "../../live/mod.ts";

const RATE = 16_000;

export async function runDevicesUse(values: UseValues, io: Io): Promise<ExitCode> {
  const endpoints = endpointsOf(values, io.cwd);
  return await withStation(values, io, async (phone) => {
    const { calls } = await phone.request("status", {});
    const call = meantCall(
      calls,
      values.call,
      ({ state }) => state === "active" || state === "held" || state === "early",
    );
    const { seq } = await phone.request("useDevices", { call: call.id, ...endpoints });
    if (values.json) {
      await sayJson(io, { schema: "offhook.action/1", action: "devices use", call: call.id, seq });
    } else if (!values.quiet) await say(io, `${describe(values)} for ${call.remote.uri}`);
    return 0;
  });
}

function endpointsOf({ mic, speaker, loop }: UseValues, cwd: string) {
  const change = {
    ...(mic === undefined ? {} : { microphone: parseMicrophone(mic, { rate: RATE, loop }) }),
    ...(speaker === undefined ? {} : { speaker: parseSpeaker(speaker, { rate: RATE }) }),
  };
  if (Object.keys(change).length === 0) {
    throw new OffhookError("usage", "neither --mic nor --speaker is given", {
      hint: "For example: offhook devices use --mic device:Jabra --speaker device:Jabra.",
    });
  }
  for (const endpoint of Object.values(change)) {
    if (endpoint.kind === "pipe") {
      throw new OffhookError("usage", "a pipe is this process's own, the station has another", {
        hint: "Use offhook audio: it pipes a live call.",
      });
    }
    if (endpoint.kind === "file") endpoint.path = resolve(cwd, endpoint.path);
  }
  return change;
}

function describe({ mic, speaker }: UseValues): string {
  const parts = [mic === undefined ? "" : `microphone ${mic}`, speaker && `speaker ${speaker}`];
  return `using ${parts.filter(Boolean).join(" and ")}`;
}
