/**
 * Which challenges an account answers: those of its server, for realms that the server is known by.
 * Whoever answers a call may challenge our BYE, by the server or directly, with a realm and nonce of his
 * choice; an answer would let him try passwords, or use it at the real server.
 *
 *     REGISTER refused ─► its realms are the account's
 *     first INVITE refused, none known yet ─► likewise: an account need not register
 *     anything else refused ─► only for known realms
 *
 * A realm that offered SHA-256 once is never answered with MD5 again: who can change a challenge could
 * ask for the weaker one. Pure.
 */
import type { Account } from "../../core/account/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { MAX_REALMS } from "../limits/mod.ts";
import type { Challenge } from "./digest.ts";

/** What a refused request teaches: of a registration all its realms, of a call the first, if at all. */
export type RealmLesson = "all" | "first" | "none";

interface Realm {
  /** It offered SHA-256 or better. */
  strong: boolean;
}

export class Realms {
  readonly #account: Account;
  readonly #known = new Map<string, Realm>();

  constructor(account: Account) {
    this.#account = account;
    for (const realm of account.authRealms ?? []) this.#known.set(realm, { strong: false });
  }

  /**
   * The challenges of one refusal by the account's server that may be answered.
   * @throws OffhookError `auth-refused` when none may
   */
  admit(challenges: readonly Challenge[], lesson: RealmLesson): Challenge[] {
    if (lesson === "all" || lesson === "first" && this.#known.size === 0) this.#learn(challenges);
    const own = challenges.filter(({ realm }) => this.#has(realm));
    if (own.length === 0) throw foreignRealm(challenges, this.#account);
    for (const { realm, algorithm } of own) {
      const known = this.#known.get(realm);
      if (known !== undefined && algorithm !== "MD5") known.strong = true;
    }
    const answered = own.filter((challenge) => !this.#isTooWeak(challenge));
    if (answered.length === 0) throw tooWeak(own[0].realm, this.#account);
    return answered;
  }

  #learn(challenges: readonly Challenge[]): void {
    for (const { realm } of challenges) {
      const isNew = !this.#known.has(realm);
      if (isNew && this.#known.size < 2 * MAX_REALMS) this.#known.set(realm, { strong: false });
    }
  }

  /** A server may also use its own name, which tells nobody more than its realms do. */
  #has(realm: string): boolean {
    if (this.#known.has(realm)) return true;
    if (!namesOf(this.#account).includes(realm.toLowerCase())) return false;
    this.#learn([{ realm } as Challenge]);
    return this.#known.has(realm);
  }

  #isTooWeak({ realm, algorithm }: Challenge): boolean {
    if (algorithm !== "MD5") return false;
    return this.#account.allowMd5 === false || this.#known.get(realm)!.strong;
  }
}

function namesOf({ server, outboundProxy = "", backupProxies = [] }: Account): string[] {
  const proxies = [outboundProxy, ...backupProxies];
  return [server, ...proxies.map((proxy) => proxy.replace(/^sips?:/i, "").replace(/;.*/, ""))]
    .flatMap((name) => [name, name.replace(/:\d+$/, "")])
    .map((name) => name.toLowerCase())
    .filter((name) => name !== "");
}

/** A challenge that is not the account's server's. */
export function strangeChallenge(from: string): OffhookError {
  return new OffhookError("auth-refused", `${from} asks for a password, and got none`, {
    hint: "A password goes to the account's own server only.",
    data: { from },
  });
}

function foreignRealm(challenges: readonly Challenge[], { id }: Account): OffhookError {
  const realms = challenges.map(({ realm }) => realm);
  return new OffhookError(
    "auth-refused",
    `a password was asked for ${JSON.stringify(realms[0])}, which is not the server of ${id}`,
    {
      hint: `If the server really uses it, name it in accounts.${id}.auth_realms.`,
      data: { realms },
    },
  );
}

function tooWeak(realm: string, { id, allowMd5 }: Account): OffhookError {
  const why = allowMd5 === false ? "which is forbidden" : "although it offered SHA-256 before";
  return new OffhookError("auth-refused", `${realm} asks for the password by MD5, ${why}`, {
    hint: allowMd5 === false
      ? `The server has to offer SHA-256; else set accounts.${id}.allow_md5 = true.`
      : "Somebody on the way may have changed its answer. After a change of the server, start anew.",
    data: { realm },
  });
}
