/** Schemas of what a station keeps and sees beside its calls; `records.ts` makes the types of them. */
import type { Names } from "../../base/names/mod.ts";
import { INPUT_MODES, MESSAGE_DIRECTIONS } from "../../core/ports/mod.ts";
import { z } from "zod";
import { DIRECTIONS, ENDED_BY } from "../../core/state/mod.ts";
import { soundQuality } from "./media_values.ts";
import { encryption, errorJson, outcome, party, transport } from "./values.ts";

const time = z.number().describe("ms since the epoch.");
const count = z.number();
const limit = z.int().min(1).max(1000).optional();

const direction = z.enum(DIRECTIONS);

export const pastCall = z.strictObject({
  id: z.string(),
  sipCallId: z.string().nullable(),
  account: z.string(),
  direction,
  remote: party,
  outcome: outcome.nullable().describe("Null while the call is live."),
  sipStatus: count.describe("Final SIP status; 0 when there was none."),
  reason: z.string(),
  startedAt: time,
  answeredAt: time.nullable(),
  endedAt: time.nullable(),
  codec: z.string().nullable(),
  quality: z.strictObject({
    sent: count,
    received: count,
    lost: count,
    jitterMs: z.number(),
    mos: z.number().nullable()
      .describe("Of what we heard, without the delay, 1–4.5; null: not measured."),
    sound: soundQuality.nullable().describe("Both ways, by the E-model; null: not measured."),
    longestSilenceMs: z.number().nullable()
      .describe("Longest time without sound of the other side while it was due; null: not noted."),
    remoteLongestSilenceMs: z.number().nullable()
      .describe("Of ours there, by its reports; null: it sent none."),
  }).nullable(),
  encryption: encryption.nullable().describe("Of the sound; null: it was not encrypted."),
  recording: z.string().nullable(),
  endedBy: z.enum(ENDED_BY),
}).meta({ id: "PastCall" });

/** All given conditions hold together. */
export const pastCallQuery = z.strictObject({
  direction: direction.optional(),
  missed: z.boolean().optional(),
  account: z.string().optional(),
  since: z.number().optional().describe("ms since the epoch; started at this time or later."),
  until: z.number().optional().describe("ms since the epoch; started before this time."),
  remote: z.string().optional().describe("Part of the remote's name, URI or number."),
  limit: limit.describe("Default 50, at most 1000."),
  cursor: z.string().optional().describe("`next` of the previous page."),
});

export const pastCallPage = z.strictObject({
  records: z.array(pastCall).describe("Newest first."),
  next: z.string().nullable().describe("Null on the last page."),
});

/** One number or URI of a contact. */
export const contactAddress = z.strictObject({
  value: z.string(),
  labels: z.array(z.string()),
  preferred: z.boolean(),
});

export const contact = z.strictObject({
  id: z.string(),
  name: z.string(),
  givenName: z.string(),
  familyName: z.string(),
  organisation: z.string(),
  addresses: z.array(contactAddress),
  groups: z.array(z.string()),
  note: z.string(),
  favourite: z.boolean(),
}).meta({ id: "Contact" });

/** A contact as it is imported: with what only other programs understand. */
export const contactCard = z.strictObject({
  contact,
  extra: z.array(z.string())
    .describe("Other vCard lines, unfolded (RFC 6350 §3.3), kept for the next export."),
});

const ids = z.array(z.string());

/** What an import did, by the ids in the store. */
export const importedContacts = z.strictObject({
  added: ids,
  merged: ids.describe("Merged with an existing contact."),
  unchanged: ids.describe("Already existed with the same data."),
});

/** All given conditions hold together. */
const contactFilter = {
  group: z.string().optional(),
  favourite: z.boolean().optional(),
  named: z.string().optional().describe("An id, or a whole name."),
  cursor: z.string().optional().describe("`next` of the previous page."),
};

export const contactQuery = z.strictObject({ ...contactFilter, limit });

export const contactCardQuery = z.strictObject(contactFilter);

const nextPage = z.string().nullable().describe("Null on the last page.");

export const contactPage = z.strictObject({
  contacts: z.array(contact).describe("Favourites first, then by name."),
  next: nextPage,
});

export const contactCardPage = z.strictObject({ cards: z.array(contactCard), next: nextPage });

export const contactSearch = z.strictObject({
  query: z.string().max(200).describe("Empty: every contact, favourites first."),
  limit,
});

export const contactHit = z.strictObject({
  contact,
  address: contactAddress.optional()
    .describe("The address that matched, else the one to call by default."),
  score: z.int().describe("1–1000: how well it fits."),
});

/** What a person says about a new contact. */
export const contactDraft = z.strictObject({
  name: z.string().optional(),
  addresses: z.array(z.strictObject({
    value: z.string(),
    labels: z.array(z.string()).optional(),
    preferred: z.boolean().optional(),
  })).optional(),
  organisation: z.string().optional(),
  note: z.string().optional(),
  favourite: z.boolean().optional(),
});

export const soundDevice = z.strictObject({
  id: z.string().describe("Stays the same over restarts and replugging."),
  name: z.string(),
  hostApi: z.string(),
  inputChannels: count,
  outputChannels: count,
  defaultInput: z.boolean(),
  defaultOutput: z.boolean(),
  sampleRate: count.describe("Preferred by the device, Hz."),
});

export const soundDevices = z.strictObject({
  backend: z.string().describe("What reaches the sound cards: naudiodon, portaudio or none."),
  devices: z.array(soundDevice),
  unavailable: errorJson.optional().describe(
    "Why no sound card can be used at all, and what to install.",
  ),
  missing: errorJson.optional().describe("Why a call that is answered now would have no sound."),
});

const inputMode = z.enum(INPUT_MODES).nullable()
  .describe("absolute: reports its position; relative: reports each press; null: not present.");

const hexId = z.string().regex(/^[0-9a-f]{4}$/);

/** Who has a headset. */
const HEADSET_USES = ["free", "station", "front", "released", "off"] as const satisfies Names<5>;

export const headsetInfo = z.strictObject({
  name: z.string().describe("The name that the device reports."),
  vendorId: hexId.describe("Four hex digits."),
  productId: hexId,
  path: z.string().describe("Its path while it is plugged in, for example /dev/hidraw3."),
  serial: z.string().optional(),
  usable: z.boolean().describe("It has a hook switch or a mute button, and offhook may open it."),
  why: z.string().describe("One sentence: what works, or why nothing does."),
  hint: z.string().optional().describe("The command that gives permission to open it."),
  inputs: z.strictObject({
    hookSwitch: inputMode,
    phoneMute: inputMode,
    reject: inputMode,
    flash: inputMode,
  }).describe("How each button and switch reports."),
  furtherInputs: z.strictObject({ hold: inputMode, redial: inputMode }),
  digits: z.string().describe("Digits that its keys dial."),
  outputs: z.strictObject({
    offHook: z.boolean(),
    ring: z.boolean(),
    mute: z.boolean(),
    hold: z.boolean(),
  }).describe("Its lamps."),
  quirks: z.array(z.string())
    .describe("Deviations from the standard that are handled, one sentence each."),
  soundCards: z.array(z.int()).describe("Linux: ALSA cards of the same USB device."),
  use: z.enum(HEADSET_USES).describe(
    "free: no station uses it; station: a running station uses it; front: and calls are on it; " +
      "released: the station let it go while no call is on; off: until it is switched on again.",
  ),
}).meta({ id: "Headset" });

export const headsetList = z.strictObject({
  headsets: z.array(headsetInfo),
  on: z.boolean().describe("Whether the station uses headset buttons at all."),
});

/** One SIP message of a call's ladder; credentials are taken out. */
export const ladderMessage = z.strictObject({
  at: time,
  direction: z.enum(MESSAGE_DIRECTIONS),
  transport,
  peer: z.string().describe("host:port of the other side."),
  summary: z.string().describe("INVITE, 200 OK."),
  cseq: z.string().describe("1 INVITE."),
  text: z.string().describe("The whole message, cleaned for a terminal."),
});
