/** zod schemas of what a station keeps, held against their TypeScript types. */
import { z } from "zod";
import type { HeadsetInfo } from "./headsets.ts";
import type { Contact, ContactAddress, ContactCard, ContactDraft } from "./records.ts";
import type { ContactHit, ImportedContacts } from "./records.ts";
import type { LadderMessage, PastCall, SoundDevices } from "./records.ts";
import { errorJson, outcome, party, transport } from "./values.ts";

const time = z.number();
const count = z.number();

export const pastCall: z.ZodType<PastCall> = z.strictObject({
  id: z.string(),
  sipCallId: z.string().nullable(),
  account: z.string(),
  direction: z.enum(["outgoing", "incoming"]),
  remote: party,
  outcome: outcome.nullable(),
  sipStatus: count,
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
    mos: z.number().nullable(),
  }).nullable(),
  recording: z.string().nullable(),
  endedBy: z.enum(["local", "remote", "none"]),
});

const address: z.ZodType<ContactAddress> = z.strictObject({
  value: z.string(),
  labels: z.array(z.string()),
  preferred: z.boolean(),
});

export const contact: z.ZodType<Contact> = z.strictObject({
  id: z.string(),
  name: z.string(),
  givenName: z.string(),
  familyName: z.string(),
  organisation: z.string(),
  addresses: z.array(address),
  groups: z.array(z.string()),
  note: z.string(),
  favourite: z.boolean(),
});

export const contactCard: z.ZodType<ContactCard> = z.strictObject({
  contact,
  extra: z.array(z.string()),
});

const ids = z.array(z.string());

export const importedContacts: z.ZodType<ImportedContacts> = z.strictObject({
  added: ids,
  merged: ids,
  unchanged: ids,
});

export const contactHit: z.ZodType<ContactHit> = z.strictObject({
  contact,
  address: address.optional(),
  score: z.int(),
});

export const contactDraft: z.ZodType<ContactDraft> = z.strictObject({
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

export const soundDevices: z.ZodType<SoundDevices> = z.strictObject({
  backend: z.string(),
  devices: z.array(z.strictObject({
    id: z.string(),
    name: z.string(),
    hostApi: z.string(),
    inputChannels: count,
    outputChannels: count,
    defaultInput: z.boolean(),
    defaultOutput: z.boolean(),
    sampleRate: count,
  })),
  unavailable: errorJson.optional(),
  missing: errorJson.optional(),
});

const inputMode = z.enum(["absolute", "relative"]).nullable();

export const headsetInfo: z.ZodType<HeadsetInfo> = z.strictObject({
  name: z.string(),
  vendorId: z.string(),
  productId: z.string(),
  path: z.string(),
  serial: z.string().optional(),
  usable: z.boolean(),
  why: z.string(),
  hint: z.string().optional(),
  inputs: z.strictObject({
    hookSwitch: inputMode,
    phoneMute: inputMode,
    reject: inputMode,
    flash: inputMode,
  }),
  furtherInputs: z.strictObject({ hold: inputMode, redial: inputMode }),
  digits: z.string(),
  outputs: z.strictObject({
    offHook: z.boolean(),
    ring: z.boolean(),
    mute: z.boolean(),
    hold: z.boolean(),
  }),
  quirks: z.array(z.string()),
  soundCards: z.array(z.int()),
  use: z.enum(["free", "station", "front", "released", "off"]),
});

export const ladderMessage: z.ZodType<LadderMessage> = z.strictObject({
  at: time,
  direction: z.enum(["in", "out"]),
  transport,
  peer: z.string(),
  summary: z.string(),
  cseq: z.string(),
  text: z.string(),
});
