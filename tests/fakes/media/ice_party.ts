/** A phone's ICE on a fake network, which may go to another network. */
import type { IceCredentials, NegotiatedStream } from "../../../src/core/media/mod.ts";
import { IceGatherer, IceTransport } from "../../../src/media/transport/ice/mod.ts";
import type { VirtualClock } from "../virtual_clock.ts";
import type { FakeNetwork } from "./fake_network.ts";

const CODEC = { payloadType: 0, encoding: "PCMU", clockRate: 8000, channels: 1 };
/** Where somebody says that it is. */
export interface Place {
  address: string;
  port: number;
  candidates: IceTransport["local"]["candidates"];
  credentials: IceCredentials;
}

export class IceParty {
  readonly heard: number[] = [];
  readonly failed: string[] = [];
  /** How often a way that was in use was lost. */
  lost = 0;
  /** How often a pair was settled on. */
  ready = 0;
  #place: Place | undefined;
  #transport: IceTransport | undefined;

  constructor(readonly network: FakeNetwork, readonly around: Around) {}

  get transport(): IceTransport {
    return this.#transport!;
  }

  get place(): Place {
    return this.#place!;
  }

  async open(address: string): Promise<void> {
    const transport = new IceTransport(this.around, await this.#gather(address), {
      failed: (error) => this.failed.push(error.message),
      lost: () => this.lost += 1,
    });
    transport.receiver = {
      deliver: (_, data) => this.heard.push(data[3]!) > 0,
      ready: () => this.ready += 1,
    };
    this.#transport = transport;
    this.#place = { ...transport.local, port: transport.rtpPort };
  }

  async regather(address: string): Promise<void> {
    this.#place = this.transport.regathered(await this.#gather(address));
  }

  /** As after an offer or answer, with where both sides say that they are. */
  use(them: { place: Place }, controlling: boolean): void {
    this.transport.use(streamTo(this.place, them.place, controlling), them.place.address);
  }

  async #gather(address: string): Promise<IceGatherer> {
    const gatherer = new IceGatherer({
      ...this.around,
      sockets: this.network.host(address),
      addresses: () => [address],
      resolve: (host) => Promise.resolve([host]),
      link: () => Promise.reject(new Error("no TURN here")),
    }, { stun: [], turn: [], relayOnly: false });
    await gatherer.gather();
    return gatherer;
  }
}

export interface Around {
  clock: VirtualClock;
  random(): number;
}

/** What both have settled on, as the first sees it. */
export function streamTo(ours: Place, theirs: Place, controlling: boolean): NegotiatedStream {
  const { credentials, candidates, address, port } = theirs;
  return {
    remoteAddress: address,
    remotePort: port,
    remoteRtcpPort: port,
    rtcpMux: true,
    sendFormat: CODEC,
    receiveFormats: [CODEC],
    direction: "sendrecv",
    ptime: 20,
    ice: { local: ours.credentials, remote: { ...credentials, candidates }, controlling },
  };
}
