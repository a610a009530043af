/**
 * The practice PBX's registrar (RFC 3261 §10.3) with digest (RFC 7616): requests in, responses out.
 *
 *     REGISTER ─► no credentials ─► 401, SHA-256 and MD5 offered
 *              ─► right ones     ─► 200 with the bindings
 *              ─► wrong ones     ─► 403;  an old nonce ─► 401 stale
 *
 * Time is passed in.
 */
import {
  answer,
  decodedUser,
  header,
  headerFields,
  type NameAddr,
  parseNameAddr,
  parseNameAddrList,
  type SipMessage,
} from "../sip/message/mod.ts";
import { authorization, type Challenge, type DigestAlgorithm } from "../sip/auth/mod.ts";
import type { Flow } from "../sip/transport/flow/mod.ts";

export interface RegistrarOptions {
  realm: string;
  /** User → password. */
  users: ReadonlyMap<string, string>;
  /** ms since the epoch. */
  now(): number;
  randomToken(): string;
}

export interface Binding {
  user: string;
  /** The Contact's URI as it came. */
  contact: string;
  /** The way that the REGISTER came, which calls go back. */
  flow: Flow;
  /** ms since the epoch. */
  expiresAt: number;
}

const MIN_EXPIRES = 5;
const MAX_EXPIRES = 3_600;
/** ms that a nonce may be used. */
const NONCE_MS = 300_000;
const ALGORITHMS: DigestAlgorithm[] = ["SHA-256", "MD5"];

export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #nonces = new Map<string, number>();
  readonly #bindings = new Map<string, Binding>();

  constructor(options: RegistrarOptions) {
    this.#options = options;
  }

  /** The bindings of a user that are still good. */
  bindingsOf(user: string): Binding[] {
    const now = this.#options.now();
    return [...this.#bindings.values()].filter((binding) =>
      binding.user === user && binding.expiresAt > now
    );
  }

  /** The text of the response to a REGISTER. */
  register(request: SipMessage, flow: Flow): string {
    const to = parseNameAddr(header(request, "to") ?? "");
    const user = to === undefined ? "" : decodedUser(to.uri);
    const verdict = this.#verify(request, user);
    if (verdict === "wrong") return answer(request, 403);
    if (verdict !== "right") return this.#challenge(request, verdict === "stale");
    return this.#bind(request, user, flow);
  }

  #bind(request: SipMessage, user: string, flow: Flow): string {
    const value = headerFields(request, "contact").map((field) => field.value).join(", ");
    if (value.trim() === "*") {
      for (const { contact } of this.bindingsOf(user)) this.#bindings.delete(`${user} ${contact}`);
      return this.#listing(request, user);
    }
    const contacts = value === "" ? [] : parseNameAddrList(value);
    if (contacts === undefined) return answer(request, 400, { reason: "Malformed Contact" });
    for (const contact of contacts) {
      const expires = expiresOf(request, contact);
      if (expires > 0 && expires < MIN_EXPIRES) {
        return answer(request, 423, { headers: [`Min-Expires: ${MIN_EXPIRES}`] });
      }
      const key = `${user} ${contact.uri.text}`;
      const expiresAt = this.#options.now() + expires * 1_000;
      if (expires === 0) this.#bindings.delete(key);
      else this.#bindings.set(key, { user, contact: contact.uri.text, flow, expiresAt });
    }
    return this.#listing(request, user);
  }

  #listing(request: SipMessage, user: string): string {
    const now = this.#options.now();
    const headers = this.bindingsOf(user).map(({ contact, expiresAt }) =>
      `Contact: <${contact}>;expires=${Math.ceil((expiresAt - now) / 1_000)}`
    );
    return answer(request, 200, { headers });
  }

  #challenge(request: SipMessage, stale: boolean): string {
    const nonce = this.#options.randomToken();
    this.#nonces.set(nonce, this.#options.now());
    const { realm } = this.#options;
    const headers = ALGORITHMS.map((algorithm) =>
      `WWW-Authenticate: Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}, ` +
      `qop="auth"${stale ? ", stale=true" : ""}`
    );
    return answer(request, 401, { headers });
  }

  #verify(request: SipMessage, user: string): "none" | "wrong" | "stale" | "right" {
    const value = header(request, "authorization");
    if (value === undefined) return "none";
    const given = parametersOf(value);
    const issued = this.#nonces.get(given.get("nonce") ?? "");
    if (issued === undefined) return "stale";
    const password = this.#options.users.get(given.get("username") ?? "");
    if (password === undefined || given.get("username") !== user) return "wrong";
    const expected = authorization(
      challengeOf(given, this.#options.realm),
      { username: user, password },
      { method: request.method, uri: given.get("uri") ?? "", body: "" },
      { count: parseInt(given.get("nc") ?? "1", 16), cnonce: given.get("cnonce") ?? "" },
    );
    if (parametersOf(expected).get("response") !== given.get("response")) return "wrong";
    return this.#options.now() - issued > NONCE_MS ? "stale" : "right";
  }
}

function challengeOf(given: ReadonlyMap<string, string>, realm: string): Challenge {
  const algorithm = ALGORITHMS.find((known) => known === given.get("algorithm")) ?? "MD5";
  const nonce = given.get("nonce") ?? "";
  const base: Challenge = { realm, nonce, algorithm, session: false, stale: false };
  return given.get("qop") === "auth" ? { ...base, qop: "auth" } : base;
}

/** Seconds that a Contact asks for (RFC 3261 §10.2.1.1), at most an hour. */
function expiresOf(request: SipMessage, contact: NameAddr): number {
  const asked = contact.parameters.get("expires") ?? header(request, "expires");
  const seconds = asked === undefined || asked === null ? MAX_EXPIRES : Number(asked);
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), MAX_EXPIRES) : MAX_EXPIRES;
}

function parametersOf(value: string): Map<string, string> {
  const found = value.matchAll(/([a-z0-9-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi);
  return new Map(
    Array.from(found, ([, name, quoted, token]) => [name.toLowerCase(), quoted ?? token]),
  );
}
