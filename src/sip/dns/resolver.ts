/**
 * The port to the DNS that locating a SIP server needs (RFC 3263). The system's resolver is in
 * `system_resolver.ts`; tests use a table.
 */

/** RFC 3403 §4.1. */
export interface NaptrRecord {
  order: number;
  preference: number;
  flags: string;
  service: string;
  replacement: string;
}

/** RFC 2782. */
export interface SrvRecord {
  priority: number;
  weight: number;
  port: number;
  target: string;
}

/**
 * Every query returns an empty list when the name or the type does not exist; it throws only when
 * the DNS could not be asked (no server, timeout).
 */
export interface Resolver {
  naptr(name: string): Promise<NaptrRecord[]>;
  srv(name: string): Promise<SrvRecord[]>;
  /** IPv4 addresses of the name. */
  a(name: string): Promise<string[]>;
  /** IPv6 addresses of the name. */
  aaaa(name: string): Promise<string[]>;
}
