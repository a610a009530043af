/**
 * The table of methods: schema of what goes in and comes out, and the least role that may call it.
 * Server, documentation and the exported JSON Schema are made from it.
 */
import { z } from "zod";
import type { MethodName, Methods } from "./phone.ts";
import type { Role } from "./role.ts";
import {
  contact as contactSchema,
  contactCard,
  contactDraft,
  contactHit,
  headsetInfo,
  importedContacts,
  ladderMessage,
  pastCall,
  soundDevices,
} from "./record_values.ts";
import { endpoints, extraHeader, limits, microphone, party, snapshot, speaker } from "./values.ts";

export interface Method<Params, Result> {
  params: z.ZodType<Params>;
  result: z.ZodType<Result>;
  least: Role;
  /** One line for the documentation. */
  does: string;
}

const nothing = z.strictObject({});
const call = z.string().min(1);
const account = z.string().min(1);

export const METHODS: {
  [M in MethodName]: Method<Methods[M]["params"], Methods[M]["result"]>;
} = {
  status: { params: nothing, result: snapshot, least: "viewer", does: "accounts and live calls" },
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
      account: account.optional(),
      target: z.string().min(1),
      endpoints: endpoints.optional(),
      codecs: z.array(z.string()).min(1).optional(),
      from: party.optional(),
      headers: z.array(extraHeader).optional(),
      limits: limits.optional(),
      bound: z.boolean().optional(),
    }),
    result: z.strictObject({ call }),
    least: "operator",
    does: "places a call",
  },
  answer: {
    params: z.strictObject({
      call,
      endpoints: endpoints.optional(),
      codecs: z.array(z.string()).min(1).optional(),
      from: party.optional(),
      headers: z.array(extraHeader).optional(),
      limits: limits.optional(),
      bound: z.boolean().optional(),
    }),
    result: nothing,
    least: "operator",
    does: "answers a ringing call",
  },
  reject: {
    params: z.strictObject({
      call,
      status: z.int().min(300).max(699).optional(),
      reason: z.string().optional(),
      target: z.string().min(1).optional(),
      headers: z.array(extraHeader).optional(),
    }),
    result: nothing,
    least: "operator",
    does: "refuses a ringing call",
  },
  hangup: onCall("ends a call, whatever it is doing"),
  hold: onCall("puts the far end on hold"),
  resume: onCall("takes the far end back from hold"),
  swap: { params: nothing, result: nothing, least: "operator", does: "changes two calls over" },
  mute: {
    params: z.strictObject({ call, muted: z.boolean() }),
    result: nothing,
    least: "operator",
    does: "sends silence instead of the microphone, or the microphone again",
  },
  dtmf: {
    params: z.strictObject({ call, digits: z.string(), durationMs: z.number().optional() }),
    result: nothing,
    least: "operator",
    does: "sends digits",
  },
  transfer: {
    params: z.strictObject({ call, target: z.string().min(1) }),
    result: nothing,
    least: "operator",
    does: "hands the far end on to another number",
  },
  answerTransfer: {
    params: z.strictObject({ call, follow: z.boolean() }),
    result: nothing,
    least: "operator",
    does: "goes where the other side wants to transfer a call, or stays",
  },
  doNotDisturb: {
    params: z.strictObject({ on: z.boolean() }),
    result: nothing,
    least: "operator",
    does: "refuses every incoming call as busy, or stops doing so",
  },
  volume: {
    // The core says which numbers are allowed.
    params: z.strictObject({ volume: z.union([z.enum(["up", "down"]), z.number()]) }),
    result: z.strictObject({ volume: z.number() }),
    least: "operator",
    does: "makes what is heard louder or softer, by one step or to so many dB",
  },
  earlyMedia: {
    params: z.strictObject({ call, endpoints: endpoints.optional() }),
    result: nothing,
    least: "operator",
    does: "plays sound to a caller before the call is answered",
  },
  record: {
    params: z.strictObject({
      call,
      action: z.enum(["start", "stop", "pause", "resume"]),
      path: z.string().min(1).optional(),
    }),
    result: z.strictObject({ path: z.string() }),
    least: "operator",
    does: "begins, pauses or ends a recording of both directions",
  },
  useDevices: {
    params: z.strictObject({
      call,
      microphone: microphone.optional(),
      speaker: speaker.optional(),
    }),
    result: nothing,
    least: "operator",
    does: "goes over to another microphone or loudspeaker",
  },
  history: {
    params: z.strictObject({
      direction: z.enum(["outgoing", "incoming"]).optional(),
      missed: z.boolean().optional(),
      since: z.number().optional(),
      remote: z.string().optional(),
      limit: z.int().min(1).max(1000).optional(),
      cursor: z.string().optional(),
    }),
    result: z.strictObject({ records: z.array(pastCall), next: z.string().nullable() }),
    least: "viewer",
    does: "calls that were, newest first",
  },
  "contacts.search": {
    params: z.strictObject({
      query: z.string().max(200),
      limit: z.int().min(1).max(1000).optional(),
    }),
    result: z.strictObject({ hits: z.array(contactHit) }),
    least: "viewer",
    does: "contacts that fit some letters or digits, best first",
  },
  "contacts.lookUp": {
    params: z.strictObject({ uri: z.string().min(1) }),
    result: z.strictObject({ contact: contactSchema.optional() }),
    least: "viewer",
    does: "whose address this is",
  },
  "contacts.add": {
    params: contactDraft,
    result: z.strictObject({ contact: contactSchema }),
    least: "operator",
    does: "keeps a new contact",
  },
  "contacts.update": {
    params: z.strictObject({ id: z.string().min(1), changes: contactDraft }),
    result: z.strictObject({ contact: contactSchema }),
    least: "operator",
    does: "changes what is named of a contact",
  },
  "contacts.remove": {
    params: z.strictObject({ id: z.string().min(1) }),
    result: z.strictObject({ removed: z.boolean(), card: contactCard.optional() }),
    least: "operator",
    does: "forgets a contact",
  },
  "contacts.import": {
    params: z.strictObject({ cards: z.array(contactCard).max(1000) }),
    result: importedContacts,
    least: "operator",
    does: "takes in contacts of another program, and joins those that are there",
  },
  devices: {
    params: nothing,
    result: soundDevices,
    least: "viewer",
    does: "microphones and loudspeakers of the station's machine",
  },
  headsets: {
    params: nothing,
    result: z.strictObject({ headsets: z.array(headsetInfo), on: z.boolean() }),
    least: "viewer",
    does: "headsets that are plugged in, what each can do, and which has the calls",
  },
  "headsets.use": {
    params: z.strictObject({ on: z.boolean() }),
    result: nothing,
    least: "operator",
    does: "uses headset buttons and lamps, or leaves them to other programs",
  },
  ladder: {
    params: z.strictObject({ sipCallId: z.string().min(1) }),
    result: z.strictObject({ messages: z.array(ladderMessage) }),
    least: "admin",
    does: "SIP messages of a call, without credentials",
  },
};

function onCall(does: string): Method<{ call: string }, Record<string, never>> {
  return { params: z.strictObject({ call }), result: nothing, least: "operator", does };
}
