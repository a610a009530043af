/** `offhook record start | stop | pause | resume`: the recording of a live call. */
import { RECORD_ACTIONS } from "../../../core/state/mod.ts";
import { resolve } from "../../../base/path/mod.ts";
import type { CallView } from "../../../control/contract/mod.ts";
import {
  callField,
  LIVE,
  type LiveFields,
  meantCall,
  talking,
  withStation,
} from "../../live/mod.ts";
import { say, sayJson } from "../../process/mod.ts";
import { argument, bad, defineCommand, oneOf, words } from "../../args/mod.ts";

type Action = (typeof RECORD_ACTIONS)[number];

const DONE: Record<Action, string> = {
  start: "recording to",
  stop: "recorded to",
  pause: "paused; writing silence to",
  resume: "recording again to",
};

/** In which state of its recording a call can be meant. */
const FITS: Record<Action, (call: CallView) => boolean> = {
  start: (call) => talking(call) && call.recording.name === "off",
  stop: ({ recording }) => recording.name !== "off",
  pause: ({ recording }) => recording.name === "on",
  resume: ({ recording }) => recording.name === "paused",
};

const fields = {
  action: argument(
    { ...oneOf("ACTION", RECORD_ACTIONS), read: readAction },
    "start, stop, pause or resume; a pause is recorded as silence.",
  ),
  file: words(
    "FILE",
    "For start: the stereo file (left: our side), Ogg Opus when its name ends in .opus, .ogg or " +
      ".oga, otherwise WAV; without it a new WAV in the data folder.",
  ),
  ...callField,
};

export const command = defineCommand<typeof fields & LiveFields>({
  synopsis: "start|stop|pause|resume [OPTIONS] [FILE]",
  examples: ["record start", "record pause", "record resume", "record stop --json"],
  fields,
  shared: LIVE,
  run: ({ action, file, call: named, ...values }, { io }) => {
    const path = pathOf(action, file, io.cwd);
    return withStation(values, io, async (phone) => {
      const { calls } = await phone.request("status", {});
      const { id: call } = meantCall(calls, named, FITS[action]);
      const { path: written, seq } = await phone.request("record", { call, action, ...path });
      if (values.json) {
        const doing = `record ${action}`;
        await sayJson(io, { schema: "offhook.action/1", action: doing, call, path: written, seq });
      } else if (!values.quiet) await say(io, `${DONE[action]} ${written}`);
      return 0;
    });
  },
});

function readAction(input: string): Action {
  const action = RECORD_ACTIONS.find((each) => each === input);
  if (action !== undefined) return action;
  throw bad(`"${input}" is not one of ${RECORD_ACTIONS.join(", ")}`);
}

function pathOf(action: Action, files: readonly string[], cwd: string): { path?: string } {
  const [file, another] = files;
  if (file === undefined) return {};
  if (action !== "start") throw bad(`record ${action} takes no file`, "Only start does.");
  if (another !== undefined) throw bad("a call is recorded to one file");
  // The station has a folder of its own.
  return { path: resolve(cwd, file) };
}
