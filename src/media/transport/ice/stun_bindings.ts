/**
 * Where STUN servers see our sockets (RFC 8489 §5), and that NATs keep it so while a call rings. Only
 * servers of the configuration are asked.
 */
import type { Clock, TimerHandle } from "../../../base/time/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import type { Random32 } from "../../rtp/mod.ts";
import {
  addFingerprint,
  mappedAddressOf,
  METHOD,
  randomId,
  type SocketAddress,
  type StunMessage,
  StunTransactions,
  StunWriter,
} from "../stun/mod.ts";
import type { IceBase } from "./candidate.ts";

/** First retransmission, ms: more would not fit into the time of gathering. */
const RTO_MS = 250;
/** What a NAT must hear to keep its binding, ms. */
const KEEPALIVE_MS = 15_000;

export interface StunServer {
  host: string;
  port: number;
}

export class StunBindings {
  readonly #around: {
    clock: Clock;
    random: Random32;
    resolve(host: string): Promise<string[]>;
  };
  readonly #transactions: StunTransactions;
  /** Servers that see a base: sent to again to keep the way open. */
  readonly #known: { base: IceBase; server: SocketAddress }[] = [];
  #keepalive: TimerHandle;
  #isOver = false;

  constructor(
    around: { clock: Clock; random: Random32; resolve(host: string): Promise<string[]> },
  ) {
    this.#around = around;
    this.#transactions = new StunTransactions(around.clock);
  }

  /**
   * Asks where a server sees each of the bases of its family.
   * @throws OffhookError `media-failed` when it sees none
   */
  async ask(
    { host, port }: StunServer,
    bases: readonly IceBase[],
    seen: (base: IceBase, mapped: SocketAddress) => void,
  ): Promise<void> {
    const addresses = await this.#around.resolve(host);
    if (this.#isOver) return;
    const answers = await Promise.all(bases.map(async (base) => {
      const address = addresses.find((each) => each.includes(":") === base.address.includes(":"));
      if (address === undefined) return false;
      const mapped = await this.#bind(base, { address, port });
      if (mapped !== undefined) seen(base, mapped);
      return mapped !== undefined;
    }));
    if (answers.includes(true)) return;
    throw new OffhookError("media-failed", `the STUN server ${host}:${port} does not answer`, {
      hint: "Check its address and port under [ice].",
    });
  }

  /** @returns whether it answers a question of ours */
  take(message: StunMessage, source: SocketAddress): boolean {
    return this.#transactions.take(message, source);
  }

  keepAlive(): void {
    if (this.#known.length === 0) return;
    this.#keepalive = this.#around.clock.setTimeout(() => {
      for (const { base, server } of this.#known) {
        const writer = new StunWriter(METHOD.binding, "indication", randomId(this.#around.random));
        base.send(addFingerprint(writer).bytes, server.address, server.port);
      }
      this.keepAlive();
    }, KEEPALIVE_MS);
  }

  /** The ways are kept open by something else. */
  rest(): void {
    this.#around.clock.clearTimeout(this.#keepalive);
  }

  /** No answer is waited for any more. */
  giveUp(): void {
    this.#isOver = true;
    this.#transactions.close();
  }

  #bind(base: IceBase, server: SocketAddress): Promise<SocketAddress | undefined> {
    const transactionId = randomId(this.#around.random);
    const writer = new StunWriter(METHOD.binding, "request", transactionId);
    const bytes = addFingerprint(writer).bytes;
    const send = () => base.send(bytes, server.address, server.port);
    return new Promise((resolve) => {
      this.#transactions.begin({ transactionId, send, rtoMs: RTO_MS }, (response, source) => {
        const mapped = response?.class === "success" ? mappedAddressOf(response) : undefined;
        const isItself = source?.address === server.address && source.port === server.port;
        if (mapped === undefined || !isItself) return resolve(undefined);
        this.#known.push({ base, server });
        resolve(mapped);
      });
    });
  }
}
