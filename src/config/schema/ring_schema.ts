/** The `[ring]` table of the configuration: by what incoming calls ring. */
import { z } from "zod";

const FILE_EXAMPLES = ["~/Music/ring.wav"];

const name = () => z.string().trim().min(1);

const callerSchema = z.strictObject({
  contact: name().optional().describe("Name of a contact; absent: any.").meta({
    examples: ["Ada Lovelace"],
  }),
  group: name().optional().describe("Group of contacts; absent: any.").meta({
    examples: ["family"],
  }),
  file: z.string().min(1).describe("WAV file.").meta({ examples: FILE_EXAMPLES }),
});

export const ringSchema = z.strictObject({
  file: z.string().min(1).optional().describe(
    "WAV file that rings for every caller, played over and over. Default: a bell in the rhythm of " +
      "the country that [audio] tones names.",
  ).meta({ examples: FILE_EXAMPLES }),
  callers: z.array(callerSchema).max(1_000).default([]).describe(
    "Files for contacts and groups of contacts; the first that the caller belongs to rings.",
  ),
}).prefault({}).describe("How incoming calls ring; [devices] ringer says where.");
