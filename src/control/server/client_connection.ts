/**
 * One client of the control API, on the server's side and without a socket: text in, text out.
 *
 *     new ─ initialize ─► ready ─ subscribe ─► subscribed
 *
 * A client that does not read is never waited for: its events are dropped from a limit on and it is
 * told `lagged`; answers to its own requests are kept. Whatever it sends, the phone goes on.
 */
import { mayAct, type Role } from "../../base/names/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { CallId } from "../../core/ports/mod.ts";
import {
  type Initialized,
  type MethodName,
  METHODS,
  type Methods,
  type Phone,
  type RequestId,
  type RpcLevels,
  type RpcRequest,
  type Sequenced,
  SESSION_METHODS,
  type SessionMethod,
  type Subscription,
} from "../contract/mod.ts";
import { PROTOCOL_VERSION, RPC_CODES } from "../wire/mod.ts";
import { confined } from "./confined_files.ts";
import { WRONG_TOKENS } from "./wrong_tokens.ts";
import { errorOf, readParams, readRequest, Refusal } from "./rpc_request.ts";

/** The wire of one client. */
export interface Wire {
  send(text: string): void;
  /** Bytes handed to `send` that the client has not taken yet. */
  readonly pending: number;
  /** Ends the connection; what is pending is lost. */
  end(): void;
}

export interface ConnectionOptions {
  phone: Phone;
  wire: Wire;
  station: Initialized["station"];
  /** The role that a token, or the lack of one, stands for; undefined refuses. */
  roleOf(token: string | undefined): Role | undefined;
  /** Resolves when a client that said a wrong token may be answered. */
  penalty?(): Promise<void>;
  /** Where clients below admin may have files; absent: nowhere. */
  recordings?: string | undefined;
  /** One line for the log: refusals and nonsense. */
  log(text: string): void;
}

/** Unread bytes from which events are dropped; below half of it they flow again. */
const LAG_BYTES = 256 * 1024;

/** Unread bytes of answers from which a client is given up: it asks and does not read. */
const DEAF_BYTES = 16 << 20;

/** Characters of what a client sent that an answer or the log repeats. */
const QUOTE = 200;

/** Unread bytes from which meters are left out: they are worth nothing later. */
const LATE_BYTES = 8 * 1024;

/** What tells of digits in a call, and the fields that hold them. */
const DIGIT_EVENTS = new Set<Sequenced["type"]>(["call.digit", "call.digits-sent"]);
const DIGIT_KEYS = new Set(["dtmfSent", "dtmfReceived"]);

export class ClientConnection {
  readonly #options: ConnectionOptions;
  #role: Role | undefined;
  #unsubscribe: (() => void) | undefined;
  #stopLevels: (() => void) | undefined;
  #filter: string[] = [];
  #dropped = 0;
  #wrongTokens = 0;
  /** Calls that end with this client. */
  readonly #bound = new Set<CallId>();
  /** So do those that they are transferred to. */
  #referrals: Promise<Subscription> | undefined;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Whether it has said who it is. */
  get isInitialized(): boolean {
    return this.#role !== undefined;
  }

  /** Takes one message. Never throws. */
  async receive(text: string): Promise<void> {
    let request: RpcRequest | undefined;
    try {
      request = readRequest(text);
      this.#answer(request.id, await this.#perform(request));
    } catch (error) {
      this.#refuse(request?.id ?? null, error);
    }
  }

  /** The client is gone: so are the calls that it bound to itself. */
  close(): void {
    this.#closed = true;
    this.#leave();
    this.#stopLevels?.();
    for (const call of this.#bound) this.#hangup(call);
    this.#bound.clear();
    void this.#referrals?.then((subscription) => subscription.close());
  }

  /** A PIN that is typed in a call is not for who only watches. */
  get #seesDigits(): boolean {
    return this.#role !== undefined && mayAct(this.#role, "operator");
  }

  #hangup(call: CallId): void {
    this.#options.phone.request("hangup", { call }).catch(() => {
      // It was over before.
    });
  }

  #leave(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  async #perform(request: RpcRequest): Promise<unknown> {
    const params = request.params ?? {};
    const { method } = request;
    if (method === "initialize") return await this.#initialize(params);
    if (this.#role === undefined) {
      throw new Refusal(RPC_CODES.request, "the first request must be initialize");
    }
    const own: Record<Exclude<SessionMethod, "initialize">, () => unknown> = {
      subscribe: () => this.#subscribe(params),
      unsubscribe: () => this.#unsubscribed(),
      levels: () => this.#levels(params),
    };
    if (Object.hasOwn(own, method)) return await own[method as keyof typeof own]();
    return await this.#call(method, params, this.#role);
  }

  async #initialize(params: unknown): Promise<Initialized> {
    const { version, token } = params as { version?: unknown; token?: unknown };
    if (version !== PROTOCOL_VERSION) {
      const other = typeof version === "number" ? `version ${version}` : "that version";
      throw new OffhookError("station-refused", `${other} of the protocol is not spoken here`, {
        hint: `This station speaks version ${PROTOCOL_VERSION}.`,
        data: { supported: [PROTOCOL_VERSION] },
      });
    }
    const role = this.#options.roleOf(typeof token === "string" ? token : undefined);
    if (role === undefined) {
      if (++this.#wrongTokens > WRONG_TOKENS) this.#options.wire.end();
      else await this.#options.penalty?.();
      throw new OffhookError("station-refused", "the token is missing or not known", {
        hint: "Give a token of the station's [control] table.",
      });
    }
    this.#role = role;
    const { seq } = await this.#options.phone.request("status", {});
    return { version: PROTOCOL_VERSION, station: this.#options.station, role, seq };
  }

  async #subscribe(params: unknown): Promise<unknown> {
    const { since, filter } = readParams(SESSION_METHODS.subscribe.params, params);
    this.#leave();
    this.#filter = filter ?? [];
    const options = since === undefined ? {} : { since };
    const past: Sequenced[] = [];
    let live = false;
    const subscription = await this.#options.phone.subscribe((event) => {
      if (live) this.#event(event);
      else past.push(event);
    }, options);
    this.#unsubscribe = () => subscription.close();
    // The answer goes out before the events that it is the beginning of.
    queueMicrotask(() =>
      queueMicrotask(() => {
        live = true;
        past.forEach((event) => this.#event(event));
      })
    );
    return { snapshot: subscription.snapshot, seq: subscription.seq };
  }

  /** Without `seq`: ten times a second, to who looks at them. */
  async #levels(params: unknown): Promise<Record<string, never>> {
    const { on } = readParams(SESSION_METHODS.levels.params, params);
    this.#stopLevels?.();
    this.#stopLevels = undefined;
    if (!on) return {};
    const { wire, phone } = this.#options;
    const stop = await phone.levels((levels) => {
      if (wire.pending > LATE_BYTES) return;
      this.#write({ jsonrpc: "2.0", method: "levels", params: { levels } } satisfies RpcLevels);
    });
    if (this.#closed) stop();
    else this.#stopLevels = stop;
    return {};
  }

  #unsubscribed(): Record<string, never> {
    this.#leave();
    return {};
  }

  async #call(name: string, params: unknown, role: Role): Promise<unknown> {
    if (!Object.hasOwn(METHODS, name)) {
      const known = [...Object.keys(SESSION_METHODS), ...Object.keys(METHODS)].join(", ");
      const quoted = name.slice(0, QUOTE);
      throw new Refusal(RPC_CODES.method, `there is no method "${quoted}"; there are ${known}`);
    }
    const method = METHODS[name as MethodName];
    if (!mayAct(role, method.least)) {
      throw new OffhookError("station-refused", `${name} needs the role ${method.least}`, {
        hint: `This connection is ${role}.`,
        data: { method: name, role, least: method.least },
      });
    }
    const asked = readParams<Methods[MethodName]["params"]>(method.params, params);
    const valid = role === "admin" ? asked : confined(asked, this.#options.recordings);
    const result = await this.#options.phone.request(name as MethodName, valid);
    if ("bound" in valid && valid.bound === true) this.#bind(callOf(valid, result));
    return result;
  }

  #bind(call: CallId): void {
    if (this.#closed) return this.#hangup(call);
    this.#bound.add(call);
    this.#referrals ??= this.#options.phone.subscribe((event) => {
      if (event.type !== "call.dialling" || !this.#bound.has(event.call.referrer ?? "")) return;
      this.#bind(event.call.id);
    });
  }

  #event(event: Sequenced): void {
    const { wire } = this.#options;
    if (!this.#seesDigits && DIGIT_EVENTS.has(event.type)) return;
    if (this.#filter.length > 0 && !this.#filter.some((type) => matches(event.type, type))) return;
    const limit = this.#dropped === 0 ? LAG_BYTES : LAG_BYTES / 2;
    if (wire.pending > limit) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) {
      const { seq, at } = event;
      this.#send({ type: "lagged", dropped: this.#dropped, seq: seq - 1, at });
      this.#dropped = 0;
    }
    this.#send(event);
  }

  #send(event: Sequenced): void {
    this.#write({ jsonrpc: "2.0", method: "event", params: event });
  }

  #answer(id: RequestId, result: unknown): void {
    this.#write({ jsonrpc: "2.0", id, result });
  }

  #refuse(id: RequestId | null, thrown: unknown): void {
    const error = errorOf(thrown);
    this.#options.log(`refused: ${error.message.slice(0, QUOTE)}`);
    this.#write({ jsonrpc: "2.0", id, error });
  }

  #write(message: unknown): void {
    const { wire, log } = this.#options;
    if (this.#closed) return;
    if (wire.pending > DEAF_BYTES) {
      log(`ended a client that asks and does not read: ${wire.pending} bytes wait`);
      return wire.end();
    }
    wire.send(JSON.stringify(message, this.#seesDigits ? undefined : withoutDigits));
  }
}

function withoutDigits(key: string, value: unknown): unknown {
  return DIGIT_KEYS.has(key) && typeof value === "string" ? "" : value;
}

/** `call` matches every event of calls, `call.media` just that one. */
function matches(type: string, wanted: string): boolean {
  return type === wanted || type.startsWith(`${wanted}.`) || type === "lagged";
}

/** The call that a request was about, or that it made. */
function callOf(params: object, result: object): CallId {
  return ({ ...params, ...result } as { call: CallId }).call;
}
