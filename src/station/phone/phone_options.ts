/**
 * What it takes to open a phone: plain values, and the few functions that reach outside.
 *
 *     import { openPhone } from "./open_phone.ts";   // lazily: it loads every adapter
 *     const phone = await openPhone(options);                 // an OpenPhone: see below
 */
import type { Account, AccountId, TransportName } from "../../core/account/mod.ts";
import type { RecordingFormat } from "../../core/media/mod.ts";
import type { Phone, Providers } from "../../control/contract/mod.ts";
import type { CallPolicy, PhoneState, Settings, SoundSettings } from "../../core/state/mod.ts";
import type { AudioEndpoints } from "../../core/ports/mod.ts";
import type { IceSettings } from "../../media/transport/ice/mod.ts";
import type { WriteLog } from "../log/mod.ts";
import type { TraceSink } from "../../sip/message/mod.ts";
import type { HostNetwork, RequestHook, RouteTable } from "../../sip/transport/flow/mod.ts";
import type { SupervisorOptions } from "../../device_host/client/mod.ts";
import type { DeskSettings } from "../desk/mod.ts";

/** An account and the way to its password, which is read when a server asks for it. */
export interface AccountAccess {
  account: Account;
  /** @throws OffhookError `credential-missing` */
  password(): Promise<string>;
}

/** By what calls of contacts ring: of one by name, of a group, or of both; absent: of all. */
export interface CallerRing {
  contact?: string;
  group?: string;
  /** WAV file, absolute. */
  file: string;
}

/** A local address for calls without an account (`answer --listen`). */
export interface ListenAddress {
  transport: TransportName;
  host: string;
  /** 0: any free port. */
  port: number;
  /** PEM text; needed for tls and wss. */
  tls?: { cert: string; key: string };
  /** Of ws and wss: web pages that may connect (RFC 6455 §10.2); absent: none. */
  origins?: readonly string[];
}

/** An account that has no server: how we call, and what we call ourselves. */
export type DirectAccount = Omit<Account, "id" | "server" | "register" | "expires">;

export interface PhoneOptions {
  accounts: AccountAccess[];
  /** What ICE asks for an account's call, read when it begins; absent: nobody is asked. */
  iceServers?: (account: AccountId) => Promise<IceSettings>;
  /**
   * The account-less side: calls to full URIs under the account id `direct`, and calls to the
   * addresses that are listened on. Present also when `listen` is empty.
   */
  direct: DirectAccount & {
    listen: ListenAddress[];
    /** Sees each request that comes to the addresses listened on, before the phone does. */
    onRequest?: RequestHook;
    /** Where its requests go that name one of these places; its owner may change it at any time. */
    routes?: RouteTable;
  };
  /** Where accounts keep who they are over restarts; absent: every start is a new instance. */
  identityFolder?: string;
  /** Accounts connect at once, which is what the absent means, or each with its first call. */
  connect?: "at once" | "when used";
  /** File of the history that its calls are written to; absent: the opener keeps one, or nobody. */
  history?: string;
  /** Registers the accounts that want it, at once. */
  register: boolean;
  /** Where sound comes from and goes to, for calls that say nothing. */
  endpoints: AudioEndpoints;
  maxCalls: number;
  /** ms that an incoming call rings. */
  ringMs: number;
  doNotDisturb: boolean;
  /** Callers (see `matchesCaller`) whose calls are answered by themselves; absent: nobody's. */
  autoAnswer?: { callers: string[]; afterMs: number };
  /** Who may call, and what peers may make us do; absent: what the core has for the absent. */
  policy?: CallPolicy;
  /** What a person hears beside the far end; absent: what the core has for the absent. */
  sounds?: SoundSettings;
  /** Files that ring for a contact or a group of contacts: the first that fits. */
  callerRings?: readonly CallerRing[];
  /** Of recordings that nobody named a file for; absent: WAV. */
  recordingFormat?: RecordingFormat;
  /** Whom to call when a peer transfers us to `target`; absent: just that. */
  transferTo?: (target: string) => string;
  /** `one`: a call that becomes active holds the others; `all`: none is held (practice PBX). */
  active: Settings["active"];
  /** How headsets, busylights and buttons are used; absent: none is looked for. */
  headsets?: DeskSettings;
  /** What lifting a headset does while no call is on; absent: nothing. */
  lift?: { kind: "redial" } | { kind: "hotline"; /** As a person writes it. */ target: string };
  /** Starts device hosts for this phone; absent: it does so itself. */
  startHost?: SupervisorOptions["start"];
  /** Where addresses and routes are read; absent: this machine's. */
  host?: HostNetwork;
  trace?: TraceSink;
  /**
   * While it is pending, closing the phone waits for the tone that says why a call came to nothing, three
   * seconds at most; absent: it does not.
   */
  hushed?: Promise<void>;
  /** Somebody is told of every event: what failed is no warning in the log, only information. */
  attended?: boolean;
  log: WriteLog;
}

/** A phone and where it takes calls. */
export interface ListeningPhone extends Phone {
  /** Bound addresses, in the order of `direct.listen`. */
  readonly listening: { transport: TransportName; host: string; port: number }[];
}

/** The phone that is open in this process. */
export interface OpenPhone extends ListeningPhone, PhoneVitals {
  /** Takes what the station keeps beside the calls. */
  provide(providers: Providers): void;
  /**
   * Takes changed accounts and settings. An account with a live call keeps what it was; headsets, log
   * and trace stay as they were opened.
   */
  reload(options: PhoneOptions): Promise<void>;
}

/** What a phone shows of itself, for health. */
export interface PhoneVitals {
  readonly state: PhoneState;
  /** Whether the media thread answered when it was last asked. */
  readonly mediaAlive: boolean;
  /** Why the device host cannot be had; absent: it can, or nobody needs it. */
  readonly deviceHost?: string | undefined;
  /** What else somebody has to mend, a sentence each. */
  readonly troubles?: readonly string[];
}
