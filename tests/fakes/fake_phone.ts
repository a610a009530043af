/** A phone whose other side is a test: it records requests and tells the events it is given. */
import { PLAIN_SPEECH } from "../../src/core/media/speech.ts";
import type {
  MethodName,
  Methods,
  Phone,
  Sequenced,
  Subscription,
} from "../../src/control/contract/phone.ts";
import type { CallRecord, CallView } from "../../src/core/state/call_view.ts";
import type { OffhookError } from "../../src/base/errors.ts";
import type { MediaReport } from "../../src/core/ports/media_report.ts";
import type { PhoneEvent } from "../../src/core/state/events.ts";
import type { ListeningPhone, PhoneOptions } from "../../src/cli/process/open_phone.ts";

type Request = { [M in MethodName]: { method: M; params: Methods[M]["params"] } }[MethodName];

export class FakePhone implements ListeningPhone {
  readonly requests: Request[] = [];
  readonly listening: ListeningPhone["listening"] = [];
  options: PhoneOptions | undefined;
  closed = false;
  /** What happens at a request, besides its being recorded; may throw. */
  onRequest: (request: Request) => void = () => {};
  readonly #listeners = new Set<(event: Sequenced) => void>();
  #seq = 0;

  /** To be passed where a phone is opened. */
  readonly open = (options: PhoneOptions): Promise<FakePhone> => {
    this.options = options;
    for (const { transport, host, port } of options.direct.listen) {
      this.listening.push({ transport, host, port: port || 40000 });
    }
    return Promise.resolve(this);
  };

  async request<M extends MethodName>(
    method: M,
    params: Methods[M]["params"],
  ): Promise<Methods[M]["result"] & { seq: number }> {
    await Promise.resolve();
    const request = { method, params } as Request;
    this.requests.push(request);
    this.onRequest(request);
    return { ...(method === "dial" ? { call: "c1" } : {}), seq: this.#seq } as never;
  }

  subscribe(listener: (event: Sequenced) => void): Promise<Subscription> {
    this.#listeners.add(listener);
    const close = () => void this.#listeners.delete(listener);
    const snapshot = {
      accounts: [],
      calls: [],
      doNotDisturb: false,
      volume: 0,
      speech: PLAIN_SPEECH,
    };
    return Promise.resolve({ snapshot, seq: this.#seq, close });
  }

  audio(): Promise<never> {
    return Promise.reject(new Error("a fake phone has no sound"));
  }

  levels(): Promise<() => void> {
    return Promise.resolve(() => {});
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  tell(event: PhoneEvent): void {
    const sequenced = { ...event, seq: ++this.#seq, at: 0 } as Sequenced;
    for (const listener of this.#listeners) queueMicrotask(() => listener(sequenced));
  }

  methods(): MethodName[] {
    return this.requests.map(({ method }) => method);
  }
}

const REPORT: MediaReport = {
  sent: 100,
  received: 99,
  lost: 1,
  jitterMs: 1.23456,
  late: 0,
  duplicates: 0,
  undecodable: 0,
  concealedMs: 0,
  rtcpReceived: 0,
  rtpSilentMs: 0,
  rtcpSilentMs: 0,
  longestSilentMs: 0,
  codec: "PCMU",
  sentLevel: -20,
  receivedLevel: -30,
  dtmfSent: "",
  dtmfReceived: "",
};

export function aReport(changes: Partial<MediaReport> = {}): MediaReport {
  return { ...REPORT, ...changes };
}

export function aView(changes: Partial<CallView> = {}): CallView {
  return {
    id: "c1",
    direction: "outgoing",
    account: "direct",
    state: "active",
    remote: { uri: "sip:600@127.0.0.1:5560" },
    security: "none",
    startedAt: 1000,
    hold: { local: false, remote: false },
    muted: false,
    recording: { name: "off" },
    ...changes,
  };
}

export function aRecord(changes: Partial<CallRecord> = {}): CallRecord {
  return {
    id: "c1",
    sipCallId: "abc@host",
    direction: "outgoing",
    account: "direct",
    local: { uri: "sip:offhook@127.0.0.1" },
    remote: { uri: "sip:600@127.0.0.1:5560" },
    transport: "udp",
    codec: "PCMU",
    startedAt: 1000,
    answeredAt: 1250,
    endedAt: 6250,
    report: aReport(),
    outcome: "answered",
    sipStatus: 200,
    reason: "OK",
    endedBy: "remote",
    ...changes,
  };
}

/** A call that was never answered. */
export function aFailure(
  outcome: CallRecord["outcome"],
  error: OffhookError | undefined,
  changes: Partial<CallRecord> = {},
): CallRecord {
  const record = aRecord({ outcome, ...changes });
  delete record.answeredAt;
  delete record.report;
  delete record.codec;
  if (error !== undefined) record.error = error.toJSON();
  return record;
}

export type { Phone };
