/**
 * The table of methods: schema of what goes in and comes out, the least role that may call it, and a
 * line of what it does. The types of `Phone`, the server's checks, `offhook schema --api` and
 * `docs/api.md` are made from it.
 */
import { RECORD_ACTIONS } from "../../core/state/mod.ts";
import { z } from "zod";
import { ENCRYPTIONS, KEYINGS } from "../../core/account/mod.ts";
import { VOLUME_STEPS, type VolumeWish } from "../../core/media/mod.ts";
import { exactly } from "./exactly.ts";
import type { Role } from "../../base/names/mod.ts";
import {
  contact,
  contactCard,
  contactCardPage,
  contactCardQuery,
  contactDraft,
  contactHit,
  contactPage,
  contactQuery,
  contactSearch,
  headsetList,
  importedContacts,
  ladderMessage,
  pastCallPage,
  pastCallQuery,
  soundDevices,
} from "./record_values.ts";
import { speech, speechWish } from "./media_values.ts";
import { endpoints, extraHeader, limits, microphone, party, snapshot, speaker } from "./values.ts";

export interface Method {
  params: z.ZodObject;
  result: z.ZodObject;
  least: Role;
  /** One line for the documentation. */
  does: string;
}

const nothing = z.strictObject({});
const call = z.string().min(1);
const account = z.string().min(1);
/** What `dial` and `answer` have in common. */
const callOptions = {
  endpoints: endpoints.optional(),
  codecs: z.array(z.string()).min(1).optional(),
  encryption: z.enum(ENCRYPTIONS).optional()
    .describe("Of the sound; absent: as the account has it."),
  keying: z.enum(KEYINGS).optional()
    .describe("How keys of the sound are offered; absent: as the account has it."),
  from: party.optional()
    .describe("Who calls or answers, if not the account's own address."),
  headers: z.array(extraHeader).optional(),
  limits: limits.optional(),
  bound: z.boolean().optional()
    .describe("Hang up when the connection that asked for the call closes."),
};

export const METHODS = {
  status: {
    params: nothing,
    result: snapshot,
    least: "viewer",
    does: "returns accounts and live calls",
  },
  register: {
    params: z.strictObject({ account }),
    result: nothing,
    least: "admin",
    does: "registers an account",
  },
  unregister: {
    params: z.strictObject({ account }),
    result: nothing,
    least: "admin",
    does: "removes an account's registration",
  },
  dial: {
    params: z.strictObject({
      account: account.optional()
        .describe("Default: the default account. `direct`: call a full URI without an account."),
      target: z.string().min(1).describe(
        "SIP, SIPS or TEL URI; or a number or name of the account's server, by its dial plan.",
      ),
      ...callOptions,
    }),
    result: z.strictObject({ call }),
    least: "operator",
    does: "places a call",
  },
  answer: {
    params: z.strictObject({ call, ...callOptions }),
    result: nothing,
    least: "operator",
    does: "answers a ringing call",
  },
  reject: {
    params: z.strictObject({
      call,
      status: z.int().min(300).max(699).optional().describe("Default: 603."),
      reason: z.string().optional(),
      target: z.string().min(1).optional().describe(
        "Where the caller shall call instead: for a status of 300 to 399, and needed there.",
      ),
      headers: z.array(extraHeader).optional(),
    }),
    result: nothing,
    least: "operator",
    does: "refuses a ringing call",
  },
  hangup: onCall("ends a call, whatever it is doing"),
  silence: onCall("stops the ringing of a call here; the caller is told nothing"),
  hold: onCall("puts the other side on hold"),
  resume: onCall("takes the other side off hold"),
  swap: { params: nothing, result: nothing, least: "operator", does: "swaps two calls" },
  mute: {
    params: z.strictObject({ call, muted: z.boolean() }),
    result: nothing,
    least: "operator",
    does: "mutes or unmutes the microphone",
  },
  dtmf: {
    params: z.strictObject({
      call,
      digits: z.string().describe("0-9, *, #, A-D; w pauses 1 s, a comma 2 s."),
      durationMs: z.number().optional().describe("Duration of each digit; default 100."),
    }),
    result: nothing,
    least: "operator",
    does: "sends digits",
  },
  transfer: {
    params: z.strictObject({ call, target: z.string().min(1) }),
    result: nothing,
    least: "operator",
    does: "transfers the other side to another number",
  },
  answerTransfer: {
    params: z.strictObject({ call, follow: z.boolean() }),
    result: nothing,
    least: "operator",
    does: "follows or refuses the transfer in a call's `transferAsked`",
  },
  doNotDisturb: {
    params: z.strictObject({ on: z.boolean() }),
    result: nothing,
    least: "operator",
    does: "turns do-not-disturb on or off: incoming calls get busy",
  },
  volume: {
    params: z.strictObject({
      volume: exactly<VolumeWish>()(z.union([z.enum(VOLUME_STEPS), z.number()]))
        .describe("One step, or dB: whole numbers from -30 to 6."),
    }),
    result: z.strictObject({ volume: z.number().describe("The new volume, dB.") }),
    least: "operator",
    does: "sets how loud calls are heard",
  },
  speech: {
    params: z.strictObject({
      speech: speechWish.describe("What to switch; the rest stays as it is."),
    }),
    result: z.strictObject({ speech }),
    least: "operator",
    does: "switches the filters of what we send, in calls that are on and those to come",
  },
  earlyMedia: {
    params: z.strictObject({
      call,
      endpoints: endpoints.optional()
        .describe("Only until the answer; absent: the phone's own. Nothing is recorded."),
    }),
    result: nothing,
    least: "operator",
    does: "plays sound to a caller before the call is answered or rejected",
  },
  record: {
    params: z.strictObject({
      call,
      action: z.enum(RECORD_ACTIONS).describe(
        "start and stop are answered when the file is open, and when it is complete.",
      ),
      path: z.string().min(1).optional().describe(
        "Of start: absolute; absent: a name of its own in the station's data folder.",
      ),
    }),
    result: z.strictObject({ path: z.string() }),
    least: "operator",
    does: "starts, pauses or ends a recording of both directions",
  },
  useDevices: {
    params: z.strictObject({
      call,
      microphone: microphone.optional(),
      speaker: speaker.optional(),
    }),
    result: nothing,
    least: "operator",
    does: "switches to another microphone or speaker; the answer comes when it is in use",
  },
  history: {
    params: pastCallQuery,
    result: pastCallPage,
    least: "viewer",
    does: "returns past and live calls, newest first",
  },
  "contacts.list": {
    params: contactQuery,
    result: contactPage,
    least: "viewer",
    does: "all contacts, or some of them",
  },
  "contacts.export": {
    params: contactCardQuery,
    result: contactCardPage,
    least: "viewer",
    does: "contacts as contacts.import takes them",
  },
  "contacts.search": {
    params: contactSearch,
    result: z.strictObject({ hits: z.array(contactHit) }),
    least: "viewer",
    does: "returns contacts that match some letters or digits, best match first",
  },
  "contacts.lookUp": {
    params: z.strictObject({ uri: z.string().min(1) }),
    result: z.strictObject({ contact: contact.optional() }),
    least: "viewer",
    does: "returns the contact with this address",
  },
  "contacts.add": {
    params: contactDraft,
    result: z.strictObject({ contact }),
    least: "operator",
    does: "adds a contact",
  },
  "contacts.update": {
    params: z.strictObject({ id: z.string().min(1), changes: contactDraft }),
    result: z.strictObject({ contact }),
    least: "operator",
    does: "changes fields of a contact",
  },
  "contacts.remove": {
    params: z.strictObject({ id: z.string().min(1) }),
    result: z.strictObject({
      removed: z.boolean(),
      card: contactCard.optional().describe("The removed contact: `contacts.import` restores it."),
    }),
    least: "operator",
    does: "removes a contact",
  },
  "contacts.import": {
    params: z.strictObject({ cards: z.array(contactCard).max(1000) }),
    result: importedContacts,
    least: "operator",
    does: "imports contacts from another program and merges them with existing ones",
  },
  ping: {
    params: z.strictObject({
      account: account.optional().describe("Absent: as for dial, else the default account."),
      target: z.string().min(1).optional().describe("As for dial; absent: the account's server."),
      timeoutMs: z.int().min(100).max(32_000).optional().describe("5000 by default."),
    }),
    result: z.strictObject({
      account,
      target: z.string().describe("The URI that was asked."),
      status: z.int().describe("Any is a sign of life: 200, but also 401, 404 or 405."),
      reason: z.string(),
      rttMs: z.number().describe("From the request to its answer."),
      agent: z.string().optional().describe("What the answerer calls itself."),
      from: z.string().optional().describe("Where the answer came from: udp 192.0.2.1:5060."),
    }),
    least: "operator",
    does: "asks a server or a target whether it is there (OPTIONS)",
  },
  devices: {
    params: nothing,
    result: soundDevices,
    least: "viewer",
    does: "returns the microphones and speakers of the station's machine",
  },
  headsets: {
    params: nothing,
    result: headsetList,
    least: "viewer",
    does: "returns the attached headsets, what each can do, and which one has the calls",
  },
  "headsets.use": {
    params: z.strictObject({ on: z.boolean() }),
    result: nothing,
    least: "operator",
    does: "uses headset buttons and lamps, or leaves them to other programs",
  },
  ladder: {
    params: z.strictObject({
      sipCallId: z.string().min(1).describe("Of a live call or one of the history."),
    }),
    result: z.strictObject({ messages: z.array(ladderMessage) }),
    least: "admin",
    does: "returns the SIP messages of a call, without credentials",
  },
} as const satisfies Record<string, Method>;

function onCall(does: string) {
  return {
    params: z.strictObject({ call }),
    result: nothing,
    least: "operator",
    does,
  } as const satisfies Method;
}
