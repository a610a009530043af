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
/** How long something better than a refusal is waited for, ms: less than until the first repetition. */
const GRACE_MS = 400;
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

/** What a server wants a request signed with. */
interface TurnChallenge {
  nonce: string;
  realm: string;
  key: Uint8Array;
}

/** One request of the client: the same question, asked with one nonce after the other. */
interface Question {
  method: TurnMethod;
  /** Adds what the method needs; called for each nonce. */
  attributes: (writer: StunWriter) => void;
  settled: Settled;
  /** Transactions that wait, by their ids: what each was signed with; undefined: not signed. */
  readonly waiting: Map<string, TurnChallenge | undefined>;
  /** Nonces that were tried. */
  readonly nonces: Set<string | undefined>;
  /** Nonces that came since the window began, a fair choice of them. */
  readonly offered: TurnChallenge[];
  /** How many came since then, with those that were not chosen. */
  offers: number;
  window?: TimerHandle;
  /** Of a server that has not proved itself: until then something better than a refusal may come. */
  grace?: TimerHandle;
  /** No nonce is tried later, ms. */
  readonly until: number;
  /** Why it is refused, if no better answer comes. */
  error: StunError;
}

export class TurnRequests {
  readonly #around: RequestSurroundings;
  readonly #transactions: StunTransactions;
  /** The one that the server took last, and signed by: who cannot is not the server. */
  #proved: TurnChallenge | undefined;
  readonly #questions = new Map<string, Question>();
  /** Questions with a timer of their own. */
  readonly #timed = new Set<Question>();

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
    this.#ask(question, this.#proved);
  }

  /** @returns whether it answers a request */
  take(message: StunMessage, source: SocketAddress): boolean {
    if (isUnsignedError(message)) {
      this.#doubt(message);
      return false;
    }
    return this.#transactions.take(message, source, () => this.#isSigned(message));
  }

  close(): void {
    for (const { window, grace } of this.#timed) {
      this.#around.clock.clearTimeout(window);
      this.#around.clock.clearTimeout(grace);
    }
    this.#transactions.close();
  }

  #ask(
    question: Question,
    challenge: TurnChallenge | undefined,
    pacing: { requests?: number } = {},
  ): void {
    const { random, reliable, send, username } = this.#around;
    const writer = new StunWriter(METHOD[question.method], "request", randomId(random));
    question.attributes(writer);
    if (challenge !== undefined) {
      writer.text(ATTRIBUTE.username, username)
        .text(ATTRIBUTE.realm, challenge.realm).text(ATTRIBUTE.nonce, challenge.nonce);
      addIntegrity(writer, challenge.key);
    }
    const bytes = addFingerprint(writer).bytes.slice();
    const { transactionId } = writer;
    question.nonces.add(challenge?.nonce);
    question.waiting.set(transactionId, challenge);
    this.#questions.set(transactionId, question);
    const request = { transactionId, reliable, send: () => send(bytes), ...pacing };
    this.#transactions.begin(request, (message) => {
      this.#questions.delete(transactionId);
      question.waiting.delete(transactionId);
      this.#answered(question, message, challenge);
    });
  }

  #answered(
    question: Question,
    message: StunMessage | undefined,
    challenge: TurnChallenge | undefined,
  ): void {
    if (message?.class === "success") {
      this.#proved = challenge ?? this.#proved;
      this.#forget(question);
      return question.settled({ message });
    }
    if (message !== undefined) {
      question.error = errorOf(message);
      if (this.#challenged(question, message, challenge)) return;
    }
    this.#settleIfOver(question);
  }

  #settleIfOver(question: Question): void {
    if (question.waiting.size > 0 || question.window !== undefined) return;
    this.#forget(question);
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
    this.#around.clock.clearTimeout(question.grace);
    this.#timed.delete(question);
  }

  /** Asks again where that may succeed: with credentials at all, or with another nonce. */
  #challenged(question: Question, message: StunMessage, used: TurnChallenge | undefined): boolean {
    const { code } = errorOf(message);
    const nonce = textOf(message, ATTRIBUTE.nonce);
    const wanted = code === STALE_NONCE || (code === UNAUTHORISED && used === undefined);
    if (nonce === undefined || !wanted || question.nonces.has(nonce)) return false;
    const challenge = this.#challengeOf(nonce, textOf(message, ATTRIBUTE.realm) ?? used?.realm);
    if (question.nonces.size > MAX_CHALLENGES) return this.#offer(question, challenge);
    this.#ask(question, challenge);
    return true;
  }

  /** A realm that has proved itself stays: the key is made of it. */
  #challengeOf(nonce: string, realm = ""): TurnChallenge {
    if (this.#proved !== undefined) return { ...this.#proved, nonce };
    const { username, password } = this.#around;
    return { nonce, realm, key: longTermKey(username, realm, password) };
  }

  /**
   * Keeps a nonce of very many for the end of the window. Which of them is the server's nobody can say:
   * each that comes has the same chance, and the server's comes with every repetition.
   * @returns whether one is tried later
   */
  #offer(question: Question, challenge: TurnChallenge): boolean {
    const { clock, random } = this.#around;
    if (clock.now() > question.until) return false;
    clock.clearTimeout(question.grace);
    delete question.grace;
    question.offers += 1;
    if (question.offered.length < MAX_CHALLENGES) question.offered.push(challenge);
    else {
      const place = random() % question.offers;
      if (place < MAX_CHALLENGES) question.offered[place] = challenge;
    }
    this.#timed.add(question);
    question.window ??= clock.setTimeout(() => this.#tryOffered(question), WINDOW_MS);
    return true;
  }

  #tryOffered(question: Question): void {
    question.window = undefined;
    question.offers = 0;
    for (const challenge of question.offered.splice(0)) {
      if (!question.nonces.has(challenge.nonce)) this.#ask(question, challenge, ONE_OF_MANY);
    }
    this.#settleIfOver(question);
  }

  /**
   * A refusal without signature counts only if nothing better comes in time: who is on the way could end
   * an allocation with one. Deviation: of a server that has not signed anything it counts a little
   * later, as not every server signs them, and somebody waits for the reason.
   */
  #doubt(message: StunMessage): void {
    const { transactionId } = message;
    const question = this.#questions.get(transactionId);
    if (question === undefined) return;
    question.error = errorOf(message);
    if (this.#challenged(question, message, question.waiting.get(transactionId))) return;
    if (this.#proved !== undefined) return;
    this.#timed.add(question);
    question.grace ??= this.#around.clock.setTimeout(() => {
      this.#forget(question);
      question.settled({ error: question.error });
    }, GRACE_MS);
  }

  /** A success is signed, when our request was (RFC 8489 §9.2.5). */
  #isSigned(message: StunMessage): boolean {
    const challenge = this.#questions.get(message.transactionId)?.waiting.get(
      message.transactionId,
    );
    return challenge === undefined || hasIntegrity(message, challenge.key);
  }
}

function isUnsignedError(message: StunMessage): boolean {
  return message.class === "error" && !message.attributes.has(ATTRIBUTE.messageIntegrity);
}
