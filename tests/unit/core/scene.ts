/** A core in a test: state carried from step to step, everything asked and told kept. */
import type { Account } from "../../../src/core/account/account.ts";
import type { Call } from "../../../src/core/state/call.ts";
import type {
  MediaDescription,
  MediaKeys,
  PayloadFormat,
  RtpProfile,
  StreamDescription,
} from "../../../src/core/media/media_description.ts";
import type { EncryptionTerms } from "../../../src/core/media/encryption.ts";
import type { MediaReport } from "../../../src/core/ports/media_report.ts";
import type { RequestOrigin } from "../../../src/core/ports/sip_port.ts";
import type { Effect, Input, PhoneState, Settings } from "../../../src/core/state/state.ts";
import type { PhoneEvent } from "../../../src/core/state/events.ts";
import { initialState, step } from "../../../src/core/step.ts";

export const FORMATS: PayloadFormat[] = [
  { payloadType: 9, encoding: "G722", clockRate: 8000, channels: 1 },
  { payloadType: 8, encoding: "PCMA", clockRate: 8000, channels: 1 },
  { payloadType: 0, encoding: "PCMU", clockRate: 8000, channels: 1 },
  {
    payloadType: 101,
    encoding: "TELEPHONE-EVENT",
    clockRate: 8000,
    channels: 1,
    parameters: "0-15",
  },
];

export const ACCOUNT: Account = {
  id: "desk",
  user: "alice",
  server: "example.test",
  register: true,
  expires: 600,
  codecs: ["PCMA", "PCMU"],
  tls: { minVersion: "1.2", verify: true },
};

export const SETTINGS: Settings = {
  formats: FORMATS,
  maxCalls: 4,
  ringMs: 60_000,
  doNotDisturb: false,
  active: "one",
  endpoints: { microphone: { kind: "silence" }, speaker: { kind: "null" } },
};

export const REPORT: MediaReport = {
  sent: 1,
  received: 2,
  lost: 0,
  jitterMs: 0,
  late: 0,
  duplicates: 0,
  undecodable: 0,
  concealedMs: 0,
  rtcpReceived: 0,
  rtpSilentMs: 0,
  rtcpSilentMs: 0,
  longestSilentMs: 0,
  sentLevel: -90,
  receivedLevel: -90,
  dtmfSent: "",
  dtmfReceived: "",
};

/** Terms of a call whose signalling may not carry keys. */
export const OPEN: EncryptionTerms = { policy: "prefer" };

/** The far end's description. */
export function theirs(
  change: Partial<StreamDescription> & MediaKeys & { profile?: RtpProfile } = {},
): MediaDescription {
  const description = {
    address: "192.0.2.7",
    port: 4000,
    profile: "RTP/AVP",
    formats: [FORMATS[2], { ...FORMATS[3], payloadType: 96 }],
    direction: "sendrecv",
    ...change,
  };
  return description as MediaDescription;
}

/** The last word of media, and of a BYE of ours. */
export const closed = (call: string): Input => ({ type: "MediaClosed", call, report: REPORT });
export const byeDone = (call: string): Input => ({
  type: "CallEnded",
  call,
  by: "local",
  reason: "BYE answered",
});

export class Scene {
  state: PhoneState;
  effects: Effect[] = [];
  events: PhoneEvent[] = [];
  at = 1_000;

  constructor(settings: Partial<Settings> = {}, account: Account = ACCOUNT) {
    this.state = initialState({ ...SETTINGS, ...settings }, [account]);
  }

  /** One step; what it asked and told is kept until the next. */
  play(...inputs: Input[]): this {
    this.effects = [];
    this.events = [];
    for (const input of inputs) {
      const result = step(this.state, input, { at: this.at += 10, random: 0.5 });
      this.state = result.state;
      this.effects.push(...result.effects);
      this.events.push(...result.events);
    }
    return this;
  }

  call(id: string): Call {
    const call = this.state.calls.get(id);
    if (call === undefined) throw new Error(`no call ${id}`);
    return call;
  }

  phase(id: string): string {
    return this.state.calls.get(id)?.phase.name ?? "gone";
  }

  effect<T extends Effect["type"]>(type: T): Extract<Effect, { type: T }> {
    const found = this.effects.find((effect) => effect.type === type);
    if (found === undefined) {
      throw new Error(`no ${type} among ${this.effects.map((effect) => effect.type)}`);
    }
    return found as Extract<Effect, { type: T }>;
  }

  asked(type: Effect["type"]): boolean {
    return this.effects.some((effect) => effect.type === type);
  }

  /** The record of a call that ended in the last step. */
  record() {
    const ended = this.events.find((event) => event.type === "call.ended");
    if (ended?.type !== "call.ended") throw new Error("no call ended");
    return ended.record;
  }

  dialled(id = "a"): this {
    return this.play({ type: "Dial", call: id, account: "desk", target: "sip:bob@example.test" }, {
      type: "MediaOpened",
      call: id,
      port: 5000,
      rtcpPort: 5001,
    });
  }

  talking(id = "a"): this {
    return this.dialled(id).play(accepted(id));
  }

  ringing(
    id = "a",
    offer: MediaDescription | null = theirs(),
    origin: RequestOrigin = "server",
  ): this {
    return this.play({
      type: "IncomingCall",
      call: id,
      account: "desk",
      sipCallId: `${id}@peer`,
      origin,
      source: "192.0.2.1",
      from: { uri: "sip:bob@example.test" },
      to: { uri: "sip:alice@example.test" },
      offer,
      transport: "udp",
    });
  }
}

export function accepted(call: string, description: MediaDescription | null = theirs()): Input {
  return {
    type: "CallAccepted",
    call,
    sipCallId: `${call}@us`,
    dialog: "1",
    local: { uri: "sip:alice@192.0.2.7" },
    remote: { uri: "sip:bob@example.test" },
    transport: "udp",
    description,
    isOffer: false,
  };
}
