/** A {@link Resolver} that answers from a table, and counts what it was asked. */
import type { NaptrRecord, Resolver, SrvRecord } from "../../src/sip/dns/resolver.ts";

/** Records by name; a name that is not there does not exist. An Error is thrown. */
export interface DnsTable {
  naptr?: Record<string, NaptrRecord[] | Error>;
  srv?: Record<string, SrvRecord[] | Error>;
  a?: Record<string, string[] | Error>;
  aaaa?: Record<string, string[] | Error>;
}

export class TableResolver implements Resolver {
  /** `type name` of every query, in order. */
  readonly asked: string[] = [];

  constructor(readonly table: DnsTable) {}

  naptr(name: string): Promise<NaptrRecord[]> {
    return this.#answer("naptr", name, this.table.naptr);
  }

  srv(name: string): Promise<SrvRecord[]> {
    return this.#answer("srv", name, this.table.srv);
  }

  a(name: string): Promise<string[]> {
    return this.#answer("a", name, this.table.a);
  }

  aaaa(name: string): Promise<string[]> {
    return this.#answer("aaaa", name, this.table.aaaa);
  }

  #answer<T>(type: string, name: string, table: Record<string, T[] | Error> = {}): Promise<T[]> {
    this.asked.push(`${type} ${name}`);
    const found = table[name] ?? [];
    return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
  }
}
