/**
 * Answers to the challenges of one chain of requests: a registration, or a call from its INVITE on.
 *
 *     request ─► 407 ─► request + Proxy-Authorization ─► 401 ─► request + both ─► 200
 *                accept()                                accept()
 *
 * SIP.js's own guard answers the first challenge of one kind, with MD5; it gets no credentials, so
 * that every 401 and 407 arrives here as a refusal. A realm is answered once per request, and again
 * only when it says that the nonce was stale (RFC 7616 §3.3): the same challenge twice means that the
 * password is wrong. However often the realm changes, a request answers {@link MAX_CHALLENGES} times.
 */
import { OffhookError } from "../../base/mod.ts";
import {
  authorization,
  type Challenge,
  type Credentials,
  type DigestRequest,
  parseChallenges,
  strongestPerRealm,
} from "./digest.ts";
import type { ResponseMessage } from "../library/mod.ts";
import { hostPort, newToken } from "../message/mod.ts";
import { type RealmLesson, type Realms, strangeChallenge } from "./realms.ts";
import { MAX_CHALLENGES, MAX_REALMS } from "../limits/mod.ts";

/** Times that a nonce may be stale within one request. */
const MAX_STALE = 3;

/** Characters of a challenge that are sent back with every request. */
const MAX_CHALLENGE_LENGTH = 4_096;

/** Header of the credentials for a server (401), and for a proxy (407). */
export const CREDENTIALS = { server: "Authorization", proxy: "Proxy-Authorization" } as const;

interface Answer {
  header: (typeof CREDENTIALS)[keyof typeof CREDENTIALS];
  challenge: Challenge;
  cnonce: string;
  /** Requests that used the nonce. */
  uses: number;
  /** Answered within the request that is under way. */
  fresh: boolean;
}

/** An account's password, and whom it is for. */
export interface AccountKeys {
  realms: Realms;
  /** Whether a response came from the account's server. */
  isOurServer(response: ResponseMessage): boolean;
  /** Reads the password at each use. */
  credentials(): Promise<Credentials>;
}

export class Authentication {
  readonly #keys: AccountKeys | undefined;
  readonly #answers = new Map<string, Answer>();
  #known: Credentials | undefined;
  #stale = 0;
  /** Challenges that the request under way has answered. */
  #challenged = 0;

  /** @param keys absent: whoever is at the other end is no server of ours, and no challenge is answered */
  constructor(keys: AccountKeys | undefined) {
    this.#keys = keys;
  }

  /** A new request begins: known nonces are used again, and may be refused once. */
  begin(): void {
    this.#stale = 0;
    this.#challenged = 0;
    for (const answer of this.#answers.values()) answer.fresh = false;
  }

  /** The next request begins without credentials: the password may be another one by now. */
  forget(): void {
    this.#answers.clear();
    this.#known = undefined;
  }

  /**
   * Takes the challenges of a 401 or 407.
   * @param lesson whether the request was one that shows which realms are the server's
   * @throws OffhookError `auth-refused` when it comes from another than the account's server, refuses
   *   what we have already answered, or offers nothing that we can answer; whatever reading the
   *   password throws
   */
  async accept(response: ResponseMessage, lesson: RealmLesson = "none"): Promise<void> {
    const keys = this.#keys;
    if (!keys?.isOurServer(response)) throw strangeChallenge(sourceOf(response));
    const proxy = response.status === 407;
    const values = response.headers(proxy ? "proxy-authenticate" : "www-authenticate");
    const known = parseChallenges(values);
    if (known.length === 0) throw this.#unanswerable(values);
    const challenges = strongestPerRealm(keys.realms.admit(known, lesson));
    this.#challenged += 1;
    if (this.#challenged > MAX_CHALLENGES) throw endless(this.#challenged);
    for (const challenge of challenges) this.#take(challenge, proxy);
    this.#known = await keys.credentials();
  }

  /** Header lines for the next request; none before the first challenge. */
  lines(request: DigestRequest): string[] {
    const known = this.#known;
    if (known === undefined) return [];
    return [...this.#answers.values()].map((answer) => {
      answer.uses += 1;
      const use = { count: answer.uses, cnonce: answer.cnonce };
      return `${answer.header}: ${authorization(answer.challenge, known, request, use)}`;
    });
  }

  #take(challenge: Challenge, proxy: boolean): void {
    const header = CREDENTIALS[proxy ? "proxy" : "server"];
    const key = `${header} ${challenge.realm}`;
    if (this.#answers.get(key)?.fresh) {
      if (!challenge.stale || this.#stale >= MAX_STALE) throw this.#refused(challenge.realm);
      this.#stale += 1;
    }
    if (size(challenge) > MAX_CHALLENGE_LENGTH) throw this.#unanswerable(["Digest, too long"]);
    if (!this.#answers.has(key)) this.#makeRoom();
    this.#answers.set(key, { header, challenge, cnonce: newToken(), uses: 0, fresh: true });
  }

  /** A realm that this request has not met makes way for one that it has. */
  #makeRoom(): void {
    if (this.#answers.size < MAX_REALMS) return;
    const old = [...this.#answers].find(([, answer]) => !answer.fresh);
    if (old === undefined) throw endless(MAX_REALMS + 1);
    this.#answers.delete(old[0]);
  }

  #refused(realm: string): OffhookError {
    const user = this.#known?.username;
    const whose = user === undefined ? "" : ` of ${user}`;
    return new OffhookError("auth-refused", `${realm} refused the user name or password${whose}`, {
      hint: "Check the user name and the password of the account.",
      data: { realm, user },
    });
  }

  #unanswerable(values: string[]): OffhookError {
    const schemes = values.map((value) => value.trim().split(/\s/, 1)[0]);
    return new OffhookError(
      "auth-refused",
      `the server asks for credentials in a way that is not known: ${schemes.join(", ") || "none"}`,
      {
        hint: "Digest with MD5, SHA-256 or SHA-512-256 is supported.",
        data: { challenges: schemes },
      },
    );
  }
}

function sourceOf({ flow }: ResponseMessage): string {
  return flow === undefined ? "the other side" : hostPort(flow.remote);
}

function size({ realm, nonce, opaque = "" }: Challenge): number {
  return realm.length + nonce.length + opaque.length;
}

function endless(times: number): OffhookError {
  return new OffhookError("auth-refused", `the server asks for credentials again and again`, {
    hint: "It may send requests in a circle; --trace shows its answers.",
    data: { challenges: times },
  });
}
