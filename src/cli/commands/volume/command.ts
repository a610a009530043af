/** `offhook volume`: how loud the running station's calls are heard. */
import { volumeAfter, type VolumeWish } from "../../../core/media/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import { say, sayJson } from "../../process/mod.ts";
import { LIVE, type LiveFields, withStation } from "../../live/mod.ts";
import { defineCommand, words } from "../../args/mod.ts";

const FIELDS = {
  to: words("VOLUME", "up, down, or dB from -30 to 6; without it the present volume."),
};

export const command = defineCommand<typeof FIELDS & LiveFields>({
  synopsis: "[OPTIONS] [up|down|DB]",
  description: "Sets how loud you hear all calls. Recordings, and programs that joined a call, " +
    "get the original volume.",
  examples: ["volume up", "volume -6", "volume"],
  fields: FIELDS,
  shared: LIVE,
  run: (values, { io }) => {
    const wish = wishOf(values.to);
    return withStation(values, io, async (phone) => {
      const { volume, seq } = wish === undefined
        ? await phone.request("status", {})
        : await phone.request("volume", { volume: wish });
      if (values.json) {
        await sayJson(io, { schema: "offhook.action/1", action: "volume", volume, seq });
      } else if (!values.quiet) await say(io, `volume ${volume} dB`);
      return 0;
    });
  },
});

function wishOf(given: readonly string[]): VolumeWish | undefined {
  const [wish] = given;
  if (wish === undefined) return undefined;
  if (given.length === 1) {
    if (wish === "up" || wish === "down") return wish;
    if (/^[+-]?[0-9]{1,3}$/.test(wish)) return volumeAfter(0, Number(wish));
  }
  throw new OffhookError("usage", `"${given.join(" ")}" is not a volume`, {
    hint: "Allowed are up, down and whole dB from -30 to 6.",
  });
}
