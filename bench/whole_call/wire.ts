/**
 * The far end of the measured calls: a registrar and a phone of our own that take the time of every
 * datagram as it arrives, so that all phones are measured alike and on the wire.
 */
import { headerOf, RawSip } from "../../tests/peers/raw_sip.ts";
import type { Scratch } from "../../tests/peers/scratch.ts";
import { pause } from "../../tests/support/pause.ts";
import { intervals } from "./statistics.ts";

/** Times of one outgoing call of a measured phone; all ms. */
export interface CallTimes {
  /** From the command (or the start of the process) to the INVITE here. */
  dialToInvite: number;
  /** From our 200 to its ACK. */
  okToAck: number;
  /** From our 200 to its first RTP packet. */
  okToRtp: number;
  /** Intervals between its RTP packets. */
  pacing: number[];
  /** Where its signalling comes from. */
  from: Deno.NetAddr;
}

export interface CallPlan {
  /** How long to count RTP, ms. */
  talkMs: number;
  /** Runs in mid-call, for usage. */
  during?: () => Promise<void>;
}

export class Wire {
  readonly sip: RawSip;
  readonly #rtp: Deno.DatagramConn;
  #arrivals: number[] = [];

  private constructor(scratch: Scratch) {
    this.sip = RawSip.start(scratch);
    this.#rtp = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const reading = this.#readRtp();
    scratch.defer(async () => {
      this.#rtp.close();
      await reading;
    });
  }

  static start(scratch: Scratch): Wire {
    return new Wire(scratch);
  }

  get mediaPort(): number {
    return (this.#rtp.addr as Deno.NetAddr).port;
  }

  /** Grants the next REGISTER. @returns when it arrived */
  async grantRegistration(): Promise<number> {
    const request = await this.sip.request("REGISTER");
    const headers = [`contact: ${headerOf(request, "contact")};expires=600`, "expires: 600"];
    await this.sip.reply(request, "200 OK", { toTag: "registrar", headers, contact: false });
    return request.at;
  }

  /** Takes the call that a phone makes after `dialledAt`, and ends it. */
  async takeCall(dialledAt: () => number, plan: CallPlan): Promise<CallTimes> {
    this.#arrivals = [];
    const invite = await this.sip.request("INVITE");
    await this.sip.reply(invite, "180 Ringing", { toTag: "wire" });
    await pause(300);
    const answeredAt = performance.now();
    await this.sip.reply(invite, "200 OK", { toTag: "wire", sdp: this.sip.sdp(this.mediaPort) });
    const ack = await this.sip.request("ACK");
    await pause(plan.talkMs);
    await plan.during?.();
    const arrivals = this.#arrivals;
    if (arrivals.length === 0) throw new Error("no RTP arrived");
    return {
      dialToInvite: invite.at - dialledAt(),
      okToAck: ack.at - answeredAt,
      okToRtp: arrivals[0] - answeredAt,
      // The first second is the start of sound, not its flow.
      pacing: intervals(arrivals.filter((at) => at > answeredAt + 1000)),
      from: invite.from,
    };
  }

  /** Answers the phone's BYE. */
  async takeBye(): Promise<void> {
    await this.sip.reply(await this.sip.request("BYE"), "200 OK");
  }

  /** Calls a phone that answers at once. @returns ms from the INVITE to the 180 (absent: none) and 200 */
  async call(
    place: { hostname: string; port: number },
    id: string,
  ): Promise<{ ok: number; ringing?: number }> {
    const target = `sip:phone@${place.hostname}:${place.port}`;
    const via = (branch: string) =>
      `via: SIP/2.0/UDP 127.0.0.1:${this.sip.port};branch=z9hG4bK${branch}${id}`;
    const same = [`from: <${this.sip.uri}>;tag=${id}`, `call-id: ${id}@wire`, "max-forwards: 70"];
    const contact = `contact: <${this.sip.uri}>`;
    const before = this.sip.received.length;
    const sentAt = performance.now();
    await this.sip.send(
      [`INVITE ${target} SIP/2.0`, via("i"), ...same, `to: <${target}>`, "cseq: 1 INVITE", contact],
      place,
      this.sip.sdp(this.mediaPort),
    );
    const ok = await this.sip.response("INVITE", 200);
    const ringing = this.sip.received.slice(before).find(({ start }) =>
      start.startsWith("SIP/2.0 180")
    );
    const inside = [...same, `to: ${headerOf(ok, "to")}`];
    await this.sip.send([`ACK ${target} SIP/2.0`, via("a"), ...inside, "cseq: 1 ACK"], place);
    await pause(300);
    await this.sip.send([`BYE ${target} SIP/2.0`, via("b"), ...inside, "cseq: 2 BYE"], place);
    await this.sip.response("BYE", 200);
    return { ok: ok.at - sentAt, ...(ringing ? { ringing: ringing.at - sentAt } : {}) };
  }

  async #readRtp(): Promise<void> {
    const buffer = new Uint8Array(2048);
    try {
      for (;;) {
        await this.#rtp.receive(buffer);
        this.#arrivals.push(performance.now());
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) {
        throw error;
      }
    }
  }
}
