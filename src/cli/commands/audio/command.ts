/** `offhook audio`: a live call's sound on standard input and output. */
import { lazily } from "../../../base/mod.ts";
import { callField, stationFields } from "../../live/mod.ts";
import { defineCommand, flag, option, readWholeNumber, words } from "../../args/mod.ts";

const fields = {
  named: words("CALL", "Which call; not needed when there is only one."),
  ...callField,
  rate: option(
    "--rate",
    { metavar: "HERTZ", read: readWholeNumber(4_000, 192_000) },
    "Sample rate of both streams (s16le, mono); 16000 by default.",
  ),
  instead: flag(["--instead"], "Replace the microphone instead of mixing with it."),
  eventsFd: option(
    "--events-fd",
    { metavar: "N", read: readWholeNumber(3, 1023) },
    "Write the call's events to this file descriptor, one JSON object per line.",
  ),
  quiet: flag(["-q", "--quiet"], "Print no messages except errors."),
};

export type AudioFields = typeof fields & typeof stationFields;

export const command = defineCommand<AudioFields>({
  description:
    "Writes what the other side says to standard output, and plays standard input into the call, " +
    "mixed with the microphone or instead of it. The command ends with the call, not with its input.",
  synopsis: "[OPTIONS] [CALL]",
  examples: [
    "audio > far-end.raw",
    "audio --rate 8000 --events-fd 3 3> events.ndjson | recogniser",
  ],
  fields,
  shared: { Station: stationFields },
  run: async (values, { io }) => {
    const { runAudio } = await lazily<typeof import("./run.ts")>(
      import.meta.url,
      "./run.ts",
    );
    return await runAudio(values, io);
  },
});
