/**
 * Digest authentication as a client (RFC 3261 §22, RFC 7616, RFC 8760), as pure functions.
 *
 *     WWW-/Proxy-Authenticate values ─► parseChallenges ─► strongest ─► authorization(…) ─► value
 *
 * SIP.js knows MD5 only, reads the first challenge only and fails on the others; it is given no
 * credentials, and the chain in `authentication.ts` uses this module instead. Not on the real-time
 * path.
 */
import type { Names } from "../../base/names/mod.ts";
import { hash } from "../message/mod.ts";

/** In the order of strength, weakest first. */
const ALGORITHMS = ["MD5", "SHA-256", "SHA-512-256"] as const satisfies Names<3>;
export type DigestAlgorithm = typeof ALGORITHMS[number];

const HASH_NAMES: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: "md5",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
};

/** One Digest challenge that we can answer. */
export interface Challenge {
  realm: string;
  nonce: string;
  opaque?: string;
  algorithm: DigestAlgorithm;
  /** `-sess`: the secret is bound to the first nonce and cnonce (RFC 7616 §3.4.2). */
  session: boolean;
  /** Absent: the challenge of RFC 2069, answered without cnonce and nc. */
  qop?: "auth" | "auth-int";
  /** The user name is sent hashed (RFC 7616 §3.4.4). */
  userhash?: boolean;
  /** True: the credentials were right, the nonce was too old. */
  stale: boolean;
}

export interface Credentials {
  username: string;
  password: string;
}

/** The request that is authorised. */
export interface DigestRequest {
  method: string;
  /** Request-URI as it stands in the request line. */
  uri: string;
  body: string;
}

/** Which use of a nonce this is: counted from 1, with the cnonce that goes with it. */
export interface NonceUse {
  count: number;
  cnonce: string;
}

/**
 * The Digest challenges among header values, several of which may stand in one line. Other schemes,
 * unknown algorithms and unknown qop values are left out. Never throws.
 */
export function parseChallenges(values: readonly string[]): Challenge[] {
  const challenges: Challenge[] = [];
  for (const value of values) {
    for (const { scheme, parameters } of splitChallenges(value)) {
      if (scheme.toLowerCase() !== "digest") continue;
      const challenge = challengeOf(parameters);
      if (challenge !== undefined) challenges.push(challenge);
    }
  }
  return challenges;
}

/** The strongest challenge of each realm, in the order in which the realms came (RFC 8760 §2.4). */
export function strongestPerRealm(challenges: readonly Challenge[]): Challenge[] {
  const best = new Map<string, Challenge>();
  for (const challenge of challenges) {
    const known = best.get(challenge.realm);
    if (known === undefined || strength(challenge) > strength(known)) {
      best.set(challenge.realm, challenge);
    }
  }
  return [...best.values()];
}

/** The value of an Authorization or Proxy-Authorization header (RFC 7616 §3.4). */
export function authorization(
  challenge: Challenge,
  credentials: Credentials,
  request: DigestRequest,
  use: NonceUse,
): string {
  const nc = use.count.toString(16).padStart(8, "0");
  const response = digestResponse(challenge, credentials, request, { ...use, nc });
  const parts = [
    `username=${quote(usernameFor(challenge, credentials.username))}`,
    `realm="${challenge.realm}"`,
    `nonce="${challenge.nonce}"`,
    `uri=${quote(request.uri)}`,
    `response="${response}"`,
    `algorithm=${challenge.algorithm}${challenge.session ? "-sess" : ""}`,
  ];
  if (challenge.opaque !== undefined) parts.push(`opaque="${challenge.opaque}"`);
  if (challenge.qop !== undefined) {
    parts.push(`qop=${challenge.qop}`, `nc=${nc}`, `cnonce=${quote(use.cnonce)}`);
  } else if (challenge.session) {
    parts.push(`cnonce=${quote(use.cnonce)}`);
  }
  if (challenge.userhash) parts.push("userhash=true");
  return `Digest ${parts.join(", ")}`;
}

function usernameFor(challenge: Challenge, username: string): string {
  return challenge.userhash ? hashed(challenge, `${username}:${challenge.realm}`) : username;
}

function hashed({ algorithm }: Challenge, text: string): string {
  return hash(HASH_NAMES[algorithm], text);
}

/** The `response` directive (RFC 7616 §3.4.1). */
function digestResponse(
  challenge: Challenge,
  { username, password }: Credentials,
  request: DigestRequest,
  use: { cnonce: string; nc: string },
): string {
  const digest = (text: string) => hashed(challenge, text);
  const { realm, nonce, qop } = challenge;
  let secret = digest(`${username}:${realm}:${password}`);
  if (challenge.session) secret = digest(`${secret}:${nonce}:${use.cnonce}`);
  const bodyHash = qop === "auth-int" ? `:${digest(request.body)}` : "";
  const requestHash = digest(`${request.method}:${request.uri}${bodyHash}`);
  if (qop === undefined) return digest(`${secret}:${nonce}:${requestHash}`);
  return digest([secret, nonce, use.nc, use.cnonce, qop, requestHash].join(":"));
}

function strength(challenge: Challenge): number {
  return ALGORITHMS.indexOf(challenge.algorithm);
}

function challengeOf(parameters: ReadonlyMap<string, string>): Challenge | undefined {
  const realm = parameters.get("realm");
  const nonce = parameters.get("nonce");
  if (realm === undefined || nonce === undefined) return undefined;
  const [, name, session] = /^(.*?)(-sess)?$/i.exec(parameters.get("algorithm") ?? "MD5")!;
  const algorithm = ALGORITHMS.find((known) => known === name.toUpperCase());
  if (algorithm === undefined) return undefined;
  const offered = parameters.get("qop")?.toLowerCase().split(",").map((token) => token.trim());
  const qop = offered?.includes("auth")
    ? "auth"
    : offered?.includes("auth-int")
    ? "auth-int"
    : undefined;
  if (offered !== undefined && offered.join("") !== "" && qop === undefined) return undefined;
  const opaque = parameters.get("opaque");
  return {
    realm,
    nonce,
    ...(opaque === undefined ? {} : { opaque }),
    algorithm,
    session: session !== undefined,
    ...(qop === undefined ? {} : { qop }),
    ...(parameters.get("userhash")?.toLowerCase() === "true" ? { userhash: true } : {}),
    stale: parameters.get("stale")?.toLowerCase() === "true",
  };
}

/** Between items: what a list may have, and what careless servers write. */
const GAP = /[\s,;]*/y;
const NAME = /([A-Za-z0-9\-.!%*_+`'~]+)\s*/y;
const VALUE = /=\s*("(?:[^"\\]|\\[^])*"|[^\s,;"]*)/y;

interface SchemeChallenge {
  scheme: string;
  parameters: Map<string, string>;
}

/**
 * A word with `=` behind it is a parameter, any other a scheme: `Negotiate, Digest realm="x"` and
 * `Basic realm="x", Digest realm="y"` have two (RFC 9110 §11.6.1).
 */
function splitChallenges(value: string): SchemeChallenge[] {
  const found: SchemeChallenge[] = [];
  let at = 0;
  let last = "";
  while (at < value.length) {
    at += matchAt(GAP, value, at)?.[0].length ?? 0;
    const name = matchAt(NAME, value, at);
    if (name === null) {
      at += 1;
      continue;
    }
    at += name[0].length;
    const given = matchAt(VALUE, value, at);
    if (given === null) last = takeWord(found, name[1], last);
    else {
      at += given[0].length;
      last = name[1].toLowerCase();
      found.at(-1)?.parameters.set(last, unquote(given[1]));
    }
  }
  return found;
}

/** A scheme; or one more value of a `qop` list that lacks its quotes. Returns the last parameter. */
function takeWord(found: SchemeChallenge[], word: string, last: string): string {
  const parameters = found.at(-1)?.parameters;
  if (last === "qop" && parameters !== undefined && /^auth(?:-int)?$/i.test(word)) {
    parameters.set("qop", `${parameters.get("qop")},${word}`);
    return last;
  }
  found.push({ scheme: word, parameters: new Map() });
  return "";
}

function matchAt(pattern: RegExp, value: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(value);
}

/** `unq()` of RFC 7616 §3.4: the quotes go, escapes stay, so that a value is echoed as it came. */
function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1) : text;
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
