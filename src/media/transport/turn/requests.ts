/**
 * A TURN client's requests with long-term credentials (RFC 8489 §9.2): the first shows the server's
 * realm and nonce, all others are signed; a stale nonce (438) is replaced.
 */
import type { Clock } from "../../../base/time/mod.ts";
import type { Random32 } from "../../rtp/mod.ts";
import {
  addFingerprint,
  addIntegrity,
  ATTRIBUTE,
  errorOf,
  hasIntegrity,
  longTermKey,
  METHOD,
  randomId,
  type SocketAddress,
  type StunError,
  type StunMessage,
  StunTransactions,
  StunWriter,
  textOf,
} from "../stun/mod.ts";

/** How often a server may want another nonce before a request is given up. */
const MAX_CHALLENGES = 3;
/** The response in its place: nothing came. */
export const NO_ANSWER: StunError = { code: 0, reason: "" };
/** The server's words that are used when it says no more. */
const UNAUTHORISED = 401;
const STALE_NONCE = 438;

export interface RequestSurroundings {
  clock: Clock;
  random: Random32;
  username: string;
  password: string;
  reliable: boolean;
  send(data: Uint8Array): void;
}

export type TurnMethod = "allocate" | "refresh" | "createPermission" | "channelBind";
export type Settled = (result: { message: StunMessage } | { error: StunError }) => void;

export class TurnRequests {
  readonly #around: RequestSurroundings;
  readonly #transactions: StunTransactions;
  #nonce: string | undefined;
  #realm = "";
  #key: Uint8Array | undefined;
  /** The server signed something: who cannot is not the server. */
  #isProved = false;
  /** Refusals that anybody may have sent, of requests that wait for a better answer. */
  readonly #doubtful = new Map<string, StunError>();

  constructor(around: RequestSurroundings) {
    this.#around = around;
    this.#transactions = new StunTransactions(around.clock);
  }

  /** @param attributes adds what the method needs; called for each repetition with another nonce */
  begin(method: TurnMethod, attributes: (writer: StunWriter) => void, settled: Settled): void {
    this.#send(method, attributes, settled, MAX_CHALLENGES);
  }

  /** @returns whether it answers a request */
  take(message: StunMessage, source: SocketAddress): boolean {
    return this.#transactions.take(message, source, () => this.#isBelieved(message));
  }

  close(): void {
    this.#transactions.close();
  }

  #send(
    method: TurnMethod,
    attributes: (writer: StunWriter) => void,
    settled: Settled,
    challenges: number,
  ): void {
    const { random, reliable, send, username } = this.#around;
    const writer = new StunWriter(METHOD[method], "request", randomId(random));
    attributes(writer);
    const nonce = this.#nonce;
    if (this.#key !== undefined && nonce !== undefined) {
      writer.text(ATTRIBUTE.username, username)
        .text(ATTRIBUTE.realm, this.#realm).text(ATTRIBUTE.nonce, nonce);
      addIntegrity(writer, this.#key);
    }
    const bytes = addFingerprint(writer).bytes.slice();
    const { transactionId } = writer;
    this.#transactions.begin({ transactionId, reliable, send: () => send(bytes) }, (message) => {
      const doubtful = this.#doubtful.get(transactionId);
      this.#doubtful.delete(transactionId);
      if (message === undefined) return settled({ error: doubtful ?? NO_ANSWER });
      if (message.class === "success") {
        this.#isProved ||= this.#key !== undefined;
        return settled({ message });
      }
      const error = errorOf(message);
      if (challenges > 0 && this.#takesChallenge(message, error.code, nonce)) {
        return this.#send(method, attributes, settled, challenges - 1);
      }
      settled({ error });
    });
  }

  /** Whether another attempt may succeed: with credentials at all, or with a fresh nonce. */
  #takesChallenge(message: StunMessage, code: number, used: string | undefined): boolean {
    const nonce = textOf(message, ATTRIBUTE.nonce);
    const realm = textOf(message, ATTRIBUTE.realm) ?? this.#realm;
    const fresh = code === STALE_NONCE && nonce !== used;
    if (nonce === undefined || !(fresh || (code === UNAUTHORISED && used === undefined))) {
      return false;
    }
    const { username, password } = this.#around;
    this.#nonce = nonce;
    this.#realm = realm;
    this.#key = longTermKey(username, realm, password);
    return true;
  }

  /**
   * A success is signed, when our request was (RFC 8489 §9.2.5). Of a server that signs, a refusal
   * without signature counts only if nothing better comes in time: who is on the way could end an
   * allocation with one. Deviation: until then it counts at once, as not every server signs them.
   */
  #isBelieved(message: StunMessage): boolean {
    if (message.class === "error" && !message.attributes.has(ATTRIBUTE.messageIntegrity)) {
      const error = errorOf(message);
      if (!this.#isProved || error.code === STALE_NONCE) return true;
      if (this.#transactions.has(message.transactionId)) {
        this.#doubtful.set(message.transactionId, error);
      }
      return false;
    }
    return this.#key === undefined || hasIntegrity(message, this.#key);
  }
}
