/**
 * The targets of one call that is redirected (RFC 3261 §8.1.3.4): Contacts in the order of q, each
 * tried once, and no more than a limit of them. Pure.
 */
import { isCallable, parseNameAddrList, withoutHeaders } from "../message/mod.ts";
import { MAX_REDIRECTIONS } from "../limits/mod.ts";

export class Redirection {
  readonly #seen: Set<string>;
  /** A call that was to be encrypted is not made in the clear by a redirection (RFC 3261 §8.1.3.4). */
  readonly #secure: boolean;
  #waiting: string[] = [];
  #left = MAX_REDIRECTIONS;

  /** @param first the target that was called first: a Contact with it would be a loop */
  constructor(first: string) {
    this.#seen = new Set([first]);
    this.#secure = /^sips:/i.test(first);
  }

  /** Takes the Contacts of a 3xx; they come before those that wait from earlier ones. */
  add(contacts: readonly string[]): void {
    const found = contacts.flatMap((value) => parseNameAddrList(value) ?? [])
      .filter(({ uri }) => this.#secure ? uri.scheme === "sips" : isCallable(uri.scheme))
      .map(({ uri, parameters }) => ({
        target: withoutHeaders(uri).text,
        q: quality(parameters.get("q")),
      }))
      // Equal values keep their order: sort is stable.
      .sort((a, b) => b.q - a.q)
      .map(({ target }) => target)
      .filter((target) => !this.#seen.has(target));
    for (const target of found) this.#seen.add(target);
    this.#waiting = [...new Set(found), ...this.#waiting];
  }

  /** The next target; undefined when none is left or the limit is reached. */
  next(): string | undefined {
    if (this.#left === 0) return undefined;
    const target = this.#waiting.shift();
    if (target !== undefined) this.#left -= 1;
    return target;
  }
}

/** Absent means 1; nonsense means 0. */
function quality(text: string | null | undefined): number {
  if (text === undefined || text === null) return 1;
  return /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}
