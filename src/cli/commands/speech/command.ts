/** `offhook speech`: what the running station's sound passes before it is sent. */
import { SPEECH_FILTERS, type SpeechFilter, type SpeechSettings } from "../../../core/media/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import { say, sayJson } from "../../process/mod.ts";
import { LIVE, type LiveFields, withStation } from "../../live/mod.ts";
import { defineCommand, words } from "../../args/mod.ts";

/** As they are typed. */
const NAMES: Readonly<Record<SpeechFilter, string>> = {
  highPass: "high-pass",
  noiseSuppression: "noise-suppression",
  agc: "agc",
};
const ALLOWED = `one of ${Object.values(NAMES).join(", ")}, and on or off`;

const FIELDS = {
  to: words("SWITCH", `${ALLOWED}; without it what is on now.`),
};

export const command = defineCommand<typeof FIELDS & LiveFields>({
  synopsis: "[OPTIONS] [FILTER on|off]",
  description: "Switches the filters of what you send, in calls that are on and those to come. " +
    "high-pass removes hum and rumble of a sound card; noise-suppression takes noise away, clicks " +
    "of keys too, and what you send is 30 ms later; agc brings your voice to one loudness. " +
    "What you hear stays as it is.",
  examples: ["speech", "speech agc on", "speech high-pass off"],
  fields: FIELDS,
  shared: LIVE,
  run: (values, { io }) => {
    const wish = wishOf(values.to);
    return withStation(values, io, async (phone) => {
      const { speech, seq } = wish === undefined
        ? await phone.request("status", {})
        : await phone.request("speech", { speech: wish });
      if (values.json) {
        await sayJson(io, { schema: "offhook.action/1", action: "speech", speech, seq });
      } else if (!values.quiet) await say(io, linesOf(speech));
      return 0;
    });
  },
});

function linesOf(speech: SpeechSettings): string {
  return SPEECH_FILTERS.map((filter) => `${NAMES[filter]} ${speech[filter] ? "on" : "off"}`)
    .join("\n");
}

function wishOf(given: readonly string[]): Partial<SpeechSettings> | undefined {
  if (given.length === 0) return undefined;
  const [name, to] = given;
  const filter = SPEECH_FILTERS.find((each) => NAMES[each] === name);
  if (filter !== undefined && given.length === 2 && (to === "on" || to === "off")) {
    return { [filter]: to === "on" };
  }
  throw new OffhookError("usage", `"${given.join(" ")}" switches nothing`, {
    hint: `Allowed is ${ALLOWED}.`,
  });
}
