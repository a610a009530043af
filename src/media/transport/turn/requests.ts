/**
 * A TURN client's requests with long-term credentials (RFC 8489 §9.2): the first shows the server's
 * realm and nonce, all others are signed; a stale nonce (438) is replaced.
 */
import type { Clock, TimerHandle } from "../../../base/time/mod.ts";
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

/**
 * How many other nonces are tried for a request in each window. Anybody on the way can send a 438, so
 * that a first request goes on waiting beside those with other nonces, and the first signed answer counts.
 */
const MAX_CHALLENGES = 8;
/** ms. What is repeated meanwhile has the server state its nonce again, for the next window. */
const WINDOW_MS = 500;
/** How long nonces are tried for one request, ms: as long as the first of them waits. */
const CHALLENGED_MS = 39_500;
/** A nonce out of many, most of them forged, is tried twice and not seven times. */
const ONE_OF_MANY = { requests: 2 };
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

/** One request of the client: the same question, asked with one nonce after the other. */
interface Question {
  method: TurnMethod;
  /** Adds what the method needs; called for each nonce. */
  attributes: (writer: StunWriter) => void;
  settled: Settled;
  /** Transactions that wait, by their ids: the nonce of each. */
  readonly waiting: Map<string, string | undefined>;
  /** Nonces that were tried. */
  readonly nonces: Set<string | undefined>;
  /** Nonces that came since the window began, a fair choice of them. */
  readonly offered: string[];
  /** How many came since then, with those that were not chosen. */
  offers: number;
  window?: TimerHandle;
  /** No nonce is tried later, ms. */
  readonly until: number;
  /** Why it is refused, if no better answer comes. */
  error: StunError;
}

export class TurnRequests {
  readonly #around: RequestSurroundings;
  readonly #transactions: StunTransactions;
  #nonce: string | undefined;
  #realm = "";
  #key: Uint8Array | undefined;
  /** The server signed something: who cannot is not the server. */
  #isProved = false;
  readonly #questions = new Map<string, Question>();
  /** Questions whose window is open. */
  readonly #windowed = new Set<Question>();

  constructor(around: RequestSurroundings) {
    this.#around = around;
    this.#transactions = new StunTransactions(around.clock);
  }

  /** @param attributes adds what the method needs; called for each repetition with another nonce */
  begin(method: TurnMethod, attributes: (writer: StunWriter) => void, settled: Settled): void {
    const question: Question = {
      method,
      attributes,
      settled,
      waiting: new Map(),
      nonces: new Set(),
      offered: [],
      offers: 0,
      until: this.#around.clock.now() + CHALLENGED_MS,
      error: NO_ANSWER,
    };
    this.#ask(question, this.#nonce);
  }

  /** @returns whether it answers a request */
  take(message: StunMessage, source: SocketAddress): boolean {
    if (this.#isDoubtful(message)) {
      this.#doubt(message);
      return false;
    }
    return this.#transactions.take(message, source, () => this.#isSigned(message));
  }

  close(): void {
    for (const { window } of this.#windowed) this.#around.clock.clearTimeout(window);
    this.#transactions.close();
  }

  #ask(question: Question, nonce: string | undefined, pacing: { requests?: number } = {}): void {
    const { random, reliable, send, username } = this.#around;
    const writer = new StunWriter(METHOD[question.method], "request", randomId(random));
    question.attributes(writer);
    if (this.#key !== undefined && nonce !== undefined) {
      writer.text(ATTRIBUTE.username, username)
        .text(ATTRIBUTE.realm, this.#realm).text(ATTRIBUTE.nonce, nonce);
      addIntegrity(writer, this.#key);
    }
    const bytes = addFingerprint(writer).bytes.slice();
    const { transactionId } = writer;
    question.nonces.add(nonce);
    question.waiting.set(transactionId, nonce);
    this.#questions.set(transactionId, question);
    const request = { transactionId, reliable, send: () => send(bytes), ...pacing };
    this.#transactions.begin(request, (message) => {
      this.#questions.delete(transactionId);
      question.waiting.delete(transactionId);
      this.#answered(question, message, nonce);
    });
  }

  #answered(question: Question, message: StunMessage | undefined, nonce: string | undefined): void {
    if (message?.class === "success") {
      this.#isProved ||= this.#key !== undefined;
      this.#nonce = nonce ?? this.#nonce;
      this.#forget(question);
      return question.settled({ message });
    }
    if (message !== undefined) {
      question.error = errorOf(message);
      if (this.#challenged(question, message, nonce)) return;
    }
    this.#settleIfOver(question);
  }

  #settleIfOver(question: Question): void {
    if (question.waiting.size > 0 || question.window !== undefined) return;
    question.settled({ error: question.error });
  }

  /** What else was asked for it needs no answer any more. */
  #forget(question: Question): void {
    for (const transactionId of question.waiting.keys()) {
      this.#transactions.drop(transactionId);
      this.#questions.delete(transactionId);
    }
    question.waiting.clear();
    this.#around.clock.clearTimeout(question.window);
    this.#windowed.delete(question);
  }

  /** Asks again where that may succeed: with credentials at all, or with another nonce. */
  #challenged(question: Question, message: StunMessage, used: string | undefined): boolean {
    const { code } = errorOf(message);
    const nonce = textOf(message, ATTRIBUTE.nonce);
    const realm = textOf(message, ATTRIBUTE.realm) ?? this.#realm;
    const wanted = code === STALE_NONCE || (code === UNAUTHORISED && used === undefined);
    if (nonce === undefined || !wanted || question.nonces.has(nonce)) return false;
    if (question.nonces.size > MAX_CHALLENGES) return this.#offer(question, nonce);
    const { username, password } = this.#around;
    // A realm that has proved itself stays: the key is made of it.
    if (!this.#isProved) {
      this.#nonce = nonce;
      this.#realm = realm;
      this.#key = longTermKey(username, realm, password);
    }
    this.#ask(question, nonce);
    return true;
  }

  /**
   * Keeps a nonce of very many for the end of the window. Which of them is the server's nobody can say:
   * each that comes has the same chance, and the server's comes with every repetition.
   * @returns whether one is tried later
   */
  #offer(question: Question, nonce: string): boolean {
    const { clock, random } = this.#around;
    if (!this.#isProved || clock.now() > question.until) return false;
    question.offers += 1;
    if (question.offered.length < MAX_CHALLENGES) question.offered.push(nonce);
    else {
      const place = random() % question.offers;
      if (place < MAX_CHALLENGES) question.offered[place] = nonce;
    }
    this.#windowed.add(question);
    question.window ??= clock.setTimeout(() => this.#tryOffered(question), WINDOW_MS);
    return true;
  }

  #tryOffered(question: Question): void {
    question.window = undefined;
    this.#windowed.delete(question);
    question.offers = 0;
    for (const nonce of new Set(question.offered.splice(0))) {
      if (!question.nonces.has(nonce)) this.#ask(question, nonce, ONE_OF_MANY);
    }
    this.#settleIfOver(question);
  }

  /**
   * Of a server that signs, a refusal without signature counts only if nothing better comes in time: who
   * is on the way could end an allocation with one. Deviation: until then it counts at once, as not
   * every server signs them.
   */
  #isDoubtful(message: StunMessage): boolean {
    return this.#isProved && isUnsignedError(message);
  }

  #doubt(message: StunMessage): void {
    const { transactionId } = message;
    const question = this.#questions.get(transactionId);
    if (question === undefined) return;
    question.error = errorOf(message);
    this.#challenged(question, message, question.waiting.get(transactionId));
  }

  /** A success is signed, when our request was (RFC 8489 §9.2.5). */
  #isSigned(message: StunMessage): boolean {
    if (this.#key === undefined || isUnsignedError(message)) return true;
    return hasIntegrity(message, this.#key);
  }
}

function isUnsignedError(message: StunMessage): boolean {
  return message.class === "error" && !message.attributes.has(ATTRIBUTE.messageIntegrity);
}
