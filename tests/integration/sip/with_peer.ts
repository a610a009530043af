/** A phone and a peer that is written by hand, until both are gone. */
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { description, Phone, type PhoneOptions } from "./phone.ts";
import { type RawMessage, RawPeer, type RequestOptions, sdp } from "./raw_peer.ts";

export interface Scene {
  phone: Phone;
  peer: RawPeer;
  port: number;
}

export async function withPeer(
  run: (scene: Scene) => Promise<void>,
  options: PhoneOptions = {},
): Promise<void> {
  const peer = await RawPeer.open();
  const phone = await Phone.listening(options);
  try {
    await run({ phone, peer, port: Number(phone.at.split(":")[1]) });
  } finally {
    for (const bye of peer.received.filter((message) => message.kind === "BYE")) {
      peer.reply(bye, 200);
    }
    peer.obliging.add("BYE");
    await phone.stop();
    await peer.close();
  }
}

export interface AccountScene {
  phone: Phone;
  /** The account's server. */
  server: RawPeer;
  /** Somebody at another address. */
  stranger: RawPeer;
  /** The phone's. */
  port: number;
}

/** A phone with an account, connected to its server; it registers only when it is told to. */
export async function withAccount(
  run: (scene: AccountScene) => Promise<void>,
  options: PhoneOptions = {},
): Promise<void> {
  const server = await RawPeer.open();
  const stranger = await RawPeer.open("127.0.0.2");
  const account = { server: server.at, ...options.account };
  const phone = await Phone.listening({ ...options, account });
  phone.agent.start();
  await phone.next("ConnectionChanged");
  try {
    await run({ phone, server, stranger, port: Number(phone.at.split(":")[1]) });
  } finally {
    for (const peer of [server, stranger]) {
      for (const bye of peer.received.filter(({ kind }) => kind === "BYE")) peer.reply(bye, 200);
      for (const method of ["BYE", "REGISTER"]) peer.obliging.add(method);
    }
    const stopped = phone.stop();
    if (options.clock instanceof VirtualClock) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      options.clock.advance(5_000);
    }
    await stopped;
    await server.close();
    await stranger.close();
  }
}

/** An answered call: the peer called, the phone accepted, the ACK came. */
export async function answered(
  { phone, peer, port }: Scene,
  options: RequestOptions = {},
): Promise<{ call: string; invite: RawMessage; ok: RawMessage }> {
  const invite = peer.request("INVITE", port, { body: sdp(6000), ...options });
  const { call } = await phone.next("IncomingCall");
  phone.do({ type: "SendAccept", call, description: description(5000) });
  const ok = await peer.next("200", "INVITE");
  peer.inDialog("ACK", invite, ok, { cseq: options.cseq ?? 1 });
  await phone.next("CallConfirmed");
  return { call, invite, ok };
}

/** An answered call: the phone called, the peer accepted, the ACK came. */
export async function dialled(
  { phone, peer }: Pick<Scene, "phone" | "peer">,
  call: string,
  tag = "peer",
) {
  phone.dial(call, `sip:x@${peer.at}`);
  const invite = await peer.next("INVITE");
  peer.reply(invite, 200, { tag, body: sdp(7000), headers: ["Allow: INVITE, INFO, UPDATE"] });
  await phone.next("CallAccepted");
  await peer.next("ACK");
  return invite;
}
