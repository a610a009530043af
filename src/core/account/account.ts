/**
 * Plain data that several layers share about accounts and addresses. Secrets are never in it: the
 * adapter that needs a password gets a function that reads it.
 */

import type { Names } from "../../base/names/mod.ts";
import type { DigitWay } from "./digit_ways.ts";
import type { Encryption, KeyingName } from "./encryption.ts";
import type { NumberRule } from "./target.ts";

export type AccountId = string;

export const TRANSPORTS = ["udp", "tcp", "tls", "ws", "wss"] as const satisfies Names<5>;
export type TransportName = (typeof TRANSPORTS)[number];

export function isTransport(name: string): name is TransportName {
  return (TRANSPORTS as readonly string[]).includes(name);
}

/** Codecs where nobody says others, in the order of preference. */
export const DEFAULT_CODECS = ["OPUS", "G722", "PCMA", "PCMU"] as const satisfies Names<4>;
/** Codecs that accounts and flags may name. L16 takes ten times the others' bandwidth: only by wish. */
export const CODECS = [...DEFAULT_CODECS, "L16"] as const satisfies Names<5>;
export type CodecName = (typeof CODECS)[number];

export const TLS_VERSIONS = ["1.2", "1.3"] as const satisfies Names<2>;

/** TLS of an account's connections; paths are read by `src/sip`, when it connects. */
export interface TlsSettings {
  /** PEM file of further trusted authorities. */
  caFile?: string;
  /** PEM files of a client certificate and its key. */
  certFile?: string;
  keyFile?: string;
  /** Name for SNI and verification when it is not the server's host. */
  serverName?: string;
  minVersion: (typeof TLS_VERSIONS)[number];
  /** SHA-256 fingerprint of the server's certificate (hex, colons allowed), checked besides the chain. */
  pin?: string;
  /** False only by explicit wish: then nothing is verified. */
  verify: boolean;
}

export interface Account {
  id: AccountId;
  user: string;
  /** User name for digest when it differs from `user`. */
  authUser?: string;
  /** Realms of digest that are the server's beyond those that it names at registration. */
  authRealms?: string[];
  /** False: a challenge that offers only MD5 is refused. */
  allowMd5?: false;
  displayName?: string;
  /** Domain of the address of record, `host` or `host:port`; a port suppresses SRV (RFC 3263 §4). */
  server: string;
  /** `host[:port]` or SIP URI that every request goes to first. */
  outboundProxy?: string;
  /** Those that take its place when it cannot help, in this order. */
  backupProxies?: string[];
  /** Absent: chosen by NAPTR/SRV, else UDP (RFC 3263 §4.1). */
  transport?: TransportName;
  /** False: never registers, only calls. */
  register: boolean;
  /** Registration interval asked for, seconds. */
  expires: number;
  /** Codec names in the order of preference. */
  codecs: string[];
  /** ICE, with every address of ours or with relayed ones only; absent: none. */
  ice?: "all" | "relay";
  /** Of the sound; absent: {@link DEFAULT_ENCRYPTION}. */
  encryption?: Encryption;
  /** How keys are offered; absent: by SDES. Whichever way a caller offers is taken. */
  keying?: KeyingName;
  /** Keys of the sound may go over signalling that is not encrypted. */
  cleartextKeys?: true;
  /** Of Opus: most bits a second, and whether pauses may be left out; absent: no wish. */
  opusBitrate?: number;
  opusDtx?: true;
  /** Pauses are sent as comfort noise, where the other side takes it (RFC 3389). */
  comfortNoise?: true;
  /** The one way that digits go; absent: the first that the other side takes. */
  dtmf?: DigitWay;
  /** Contacts in calls are the GRUU that the registrar grants (RFC 5627). */
  gruu?: true;
  /** URI that gets a report of each call's sound (RFC 6035); absent: nobody. */
  qualityCollector?: string;
  /** Rules for what a person dials; the first that matches the whole number is used. */
  dialPlan?: NumberRule[];
  tls: TlsSettings;
}

/** Account of calls to a full URI without any account. */
export const DIRECT_ACCOUNT = "direct";

/** Account that flags and environment define without a configuration; gone with its command. */
export const COMMAND_LINE_ACCOUNT = "command-line";

/** A party of a call as its From, To, PAI or Remote-Party-ID names it. */
export interface PartyIdentity {
  /** SIP, SIPS or TEL URI, canonical, without header parameters. */
  uri: string;
  /** As they call themselves. */
  displayName?: string;
  /** As our contacts have them. */
  contact?: string;
}

/** A header that a user adds to a request; `src/sip` refuses line ends and reserved names. */
export interface ExtraHeader {
  name: string;
  value: string;
}

/** State of one account's registration, as it is shown. */
export type RegistrationState =
  | { state: "none" }
  | { state: "registering" }
  | { state: "registered"; /** Seconds that the registrar granted. */ expires: number }
  | { state: "unregistered" }
  | {
    state: "failed";
    /** SIP status, 0 when nothing was answered. */
    status: number;
    error: import("../../base/mod.ts").ErrorJson;
    /** Milliseconds until the next try; absent: will not be tried again. */
    retryInMs?: number;
  };

/** A registered way to one more server of the account, beside the one in use (RFC 5626). */
export interface KeptFlow {
  transport: TransportName;
  /** Of the server, as it is reached: numeric host and port. */
  server: string;
}

/** An account, and what is known of it. */
export interface AccountState {
  account: Account;
  registration: RegistrationState;
  connected: boolean;
  /** Ours, from which its server is reached, numeric; absent before the first connection. */
  address?: string;
  /** By which it is reached as well; absent: none. */
  flows?: KeptFlow[];
  /** Its server has refused digits by INFO, and taken none since. */
  refusesInfo?: true;
}
