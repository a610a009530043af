/**
 * The system's DNS as a {@link Resolver}. Addresses come by the system's own look-up, which knows the
 * hosts file; NAPTR and SRV from its DNS servers.
 */
import type { NaptrRecord, Resolver, SrvRecord } from "./resolver.ts";

/** What node:dns says when a name or a type does not exist. */
const ABSENT = new Set(["ENOTFOUND", "ENODATA", "EAI_NONAME", "EAI_NODATA", "NOTFOUND"]);

/** A server that drops queries must not hold up a call: SRV and NAPTR then count as absent. */
const QUERY_TIMEOUT_MS = 3000;

/** Loaded with the first name: most calls of a script are to an address. */
const dns = () => import("node:dns/promises");

export class SystemResolver implements Resolver {
  constructor(readonly timeoutMs = QUERY_TIMEOUT_MS) {}

  async naptr(name: string): Promise<NaptrRecord[]> {
    if (isLocal(name)) return [];
    const { resolveNaptr } = await dns();
    return await this.#ask(resolveNaptr(name));
  }

  async srv(name: string): Promise<SrvRecord[]> {
    if (isLocal(name)) return [];
    const { resolveSrv } = await dns();
    const records = await this.#ask(resolveSrv(name));
    return records.map(({ priority, weight, port, name: target }) => ({
      priority,
      weight,
      port,
      target,
    }));
  }

  async a(name: string): Promise<string[]> {
    return await this.#lookup(name, 4);
  }

  async aaaa(name: string): Promise<string[]> {
    return await this.#lookup(name, 6);
  }

  async #lookup(name: string, family: 4 | 6): Promise<string[]> {
    const { lookup } = await dns();
    const found = await this.#ask(lookup(name, { all: true, family }));
    return [...new Set(found.map(({ address }) => address))];
  }

  async #ask<T>(query: Promise<T[]>): Promise<T[]> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("the DNS does not answer")), this.timeoutMs);
    });
    try {
      return await Promise.race([query, timeout]);
    } catch (cause) {
      if (ABSENT.has((cause as { code?: string }).code ?? "")) return [];
      throw cause;
    } finally {
      clearTimeout(timer);
      query.catch(() => {});
    }
  }
}

/** RFC 6761 §6.3: never asked of the DNS. */
function isLocal(name: string): boolean {
  return /(^|\.)localhost$/i.test(name);
}
