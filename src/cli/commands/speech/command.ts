/** `offhook speech`: what the running station's sound passes before it is sent. */
import {
  ECHO_WAYS,
  SPEECH_SWITCHES,
  type SpeechSettings,
  type SpeechSwitch,
} from "../../../core/media/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import { say, sayJson } from "../../process/mod.ts";
import { LIVE, type LiveFields, withStation } from "../../live/mod.ts";
import { defineCommand, words } from "../../args/mod.ts";

/** As they are typed. */
const NAMES: Readonly<Record<SpeechSwitch, string>> = {
  highPass: "high-pass",
  noiseSuppression: "noise-suppression",
  agc: "agc",
};
const ALLOWED = `${Object.values(NAMES).join(", ")} with on or off, and echo with ${
  ECHO_WAYS.join(" or ")
}`;

const FIELDS = {
  to: words("SWITCH", `${ALLOWED}; without it what is on now.`),
};

export const command = defineCommand<typeof FIELDS & LiveFields>({
  synopsis: "[OPTIONS] [FILTER on|off] | [echo WAY]",
  description: "Switches the filters of what you send, in calls that are on and those to come. " +
    "high-pass removes hum and rumble of a sound card; noise-suppression takes noise away, clicks " +
    "of keys too, and what you send is 30 ms later; agc brings your voice to one loudness. echo speex " +
    "cancels the echo that the other side hears from your loudspeaker, by libspeexdsp; half-duplex " +
    "lets one speak at a time, and so changes what you hear, too.",
  examples: ["speech", "speech agc on", "speech echo speex"],
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
  const switches = SPEECH_SWITCHES.map((name) => `${NAMES[name]} ${speech[name] ? "on" : "off"}`);
  return [...switches, `echo ${speech.echo}`].join("\n");
}

function wishOf(given: readonly string[]): Partial<SpeechSettings> | undefined {
  if (given.length === 0) return undefined;
  const [name, to] = given;
  if (given.length === 2) {
    const filter = SPEECH_SWITCHES.find((each) => NAMES[each] === name);
    if (filter !== undefined && (to === "on" || to === "off")) return { [filter]: to === "on" };
    const echo = ECHO_WAYS.find((way) => way === to);
    if (name === "echo" && echo !== undefined) return { echo };
  }
  throw new OffhookError("usage", `"${given.join(" ")}" switches nothing`, {
    hint: `Allowed are ${ALLOWED}.`,
  });
}
