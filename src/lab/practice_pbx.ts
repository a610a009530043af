/**
 * The practice PBX: a registrar and a handful of numbers, in process and on loopback.
 *
 *     REGISTER ─► Registrar
 *     REFER    ─► the number that was called calls the other one, and tells how that goes
 *     INVITE   ─► user ─► Bridge: a call to their registered phone, joined with this one
 *     INVITE   ─► extension ─► Phone: answer, reject, ring, early media, read back, call back
 *
 * It is a phone of the same make with nobody in front of it, so it runs on the same signalling and
 * media as the phone that calls it.
 */
import { DEFAULT_CODECS, DIRECT_ACCOUNT } from "../core/account/mod.ts";
import type { Sequenced } from "../control/contract/mod.ts";
import type { CallView } from "../core/state/mod.ts";
import type { CallId } from "../core/ports/mod.ts";
import { formatHostPort } from "../base/network/mod.ts";
import {
  answer,
  decodedUser,
  header,
  parseNameAddr,
  parseUri,
  type SipMessage,
} from "../sip/message/mod.ts";
import type { Flow } from "../sip/transport/flow/mod.ts";
import {
  type ListenAddress,
  type OpenPhone,
  openPhone,
  type PhoneOptions,
} from "../station/phone/mod.ts";
import type { WriteLog } from "../station/log/mod.ts";
import { ExtensionBridge } from "./extension_bridge.ts";
import { type ExtensionBehaviour, extensionOf, VOICE } from "./extensions.ts";
import { Registrar } from "./registrar.ts";

export interface PracticePbxOptions {
  listen: ListenAddress[];
  /** User → password of the phones that may register. */
  users: ReadonlyMap<string, string>;
  trace?: PhoneOptions["trace"];
  log: WriteLog;
}

/** ms that a number stays with the one that it was transferred to: nobody is there to hang up. */
const TRANSFERRED_MS = 120_000;
/** ms between the answer and the end of a call that will be called back. */
const CALLBACK_HELLO_MS = 500;

export class PracticePbx {
  readonly #phone: OpenPhone;
  readonly #registrar: Registrar;
  readonly #users: ReadonlyMap<string, string>;
  /** Place in a Contact → the flow that its phone registered by. */
  readonly #routes: Map<string, Flow>;
  readonly #bridge: ExtensionBridge;
  readonly #log: WriteLog;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  /** What each call came for, by call id. */
  readonly #behaviours = new Map<string, ExtensionBehaviour>();

  private constructor(
    phone: OpenPhone,
    registrar: Registrar,
    routes: Map<string, Flow>,
    { users, log }: Pick<PracticePbxOptions, "users" | "log">,
  ) {
    this.#phone = phone;
    this.#registrar = registrar;
    this.#routes = routes;
    this.#users = users;
    this.#log = log;
    this.#bridge = new ExtensionBridge(phone, (what) => log(`practice PBX: ${what}`));
  }

  /** @throws OffhookError when an address cannot be listened on */
  static async start({ listen, users, trace, log }: PracticePbxOptions): Promise<PracticePbx> {
    const registrar = new Registrar({
      realm: "practice.offhook",
      users,
      now: () => Date.now(),
      randomToken: () => crypto.randomUUID(),
    });
    const routes = new Map<string, Flow>();
    const phone: OpenPhone = await openPhone({
      accounts: [],
      direct: {
        listen,
        codecs: [...DEFAULT_CODECS],
        user: "pbx",
        displayName: "Practice PBX",
        tls: { minVersion: "1.2", verify: false },
        onRequest: (request, flow) =>
          request.method === "REGISTER"
            ? registrar.register(request, flow)
            : unknownNumber(request, users),
        routes,
      },
      register: false,
      endpoints: VOICE,
      maxCalls: 100,
      ringMs: 180_000,
      doNotDisturb: false,
      active: "all",
      ...(trace === undefined ? {} : { trace }),
      policy: { callers: "anyone", trust: "everyone", transfers: "follow" },
      transferTo: (target) => ownAddress(target, phone.listening),
      log,
    });
    const pbx = new PracticePbx(phone, registrar, routes, { users, log });
    await phone.subscribe((event) => pbx.#take(event));
    return pbx;
  }

  /** Bound addresses, in the order of `listen`. */
  get listening(): OpenPhone["listening"] {
    return this.#phone.listening;
  }

  async close(): Promise<void> {
    this.#timers.forEach((timer) => clearTimeout(timer));
    await this.#phone.close();
  }

  #take(event: Sequenced): void {
    if (event.type === "call.incoming") this.#ring(event.call);
    else if (event.type === "call.dialling") this.#dialled(event.call, event.detail?.referrer);
    else if (event.type === "call.answered") this.#answered(event.call);
    else if (event.type === "call.digit") this.#digit(event.call.id, event.detail.digit);
    else if (event.type === "call.ended") this.#behaviours.delete(event.record.id);
    this.#bridge.take(event);
  }

  #ring(call: CallView): void {
    const number = numberOf(call.local?.uri ?? "");
    const behaviour = extensionOf(number)?.behaviour;
    if (behaviour === undefined) return this.#ringPhone(call, number);
    this.#behaviours.set(call.id, behaviour);
    switch (behaviour.kind) {
      case "answer":
        return this.#answerLater(call.id, behaviour.afterMs, behaviour.endpoints);
      case "digits":
        return this.#answerLater(call.id, 0, VOICE);
      case "callback":
        return this.#answerLater(call.id, 0, VOICE);
      case "reject":
        return this.#do(
          this.#phone.request("reject", { call: call.id, status: behaviour.status }),
        );
      case "early":
        this.#do(
          this.#phone.request("earlyMedia", { call: call.id, endpoints: behaviour.endpoints }),
        );
        return this.#answerLater(call.id, behaviour.afterMs, behaviour.endpoints);
      case "ring":
        return;
    }
  }

  /** Another registered phone, or nobody. */
  #ringPhone(call: CallView, user: string): void {
    const target = this.#wayTo(user);
    if (target !== undefined) return this.#bridge.connect(call, target);
    const status = this.#users.has(user) ? 480 : 404;
    this.#do(this.#phone.request("reject", { call: call.id, status }));
  }

  #dialled(call: CallView, referrer: CallId | undefined): void {
    if (referrer === undefined) return;
    this.#later(TRANSFERRED_MS, () => this.#do(this.#phone.request("hangup", { call: call.id })));
  }

  #answered(call: CallView): void {
    const behaviour = this.#behaviours.get(call.id);
    if (behaviour?.kind !== "callback") return;
    this.#later(CALLBACK_HELLO_MS, () => {
      this.#do(this.#phone.request("hangup", { call: call.id }));
      this.#later(behaviour.afterMs, () => this.#callBack(call.remote.uri));
    });
  }

  #callBack(caller: string): void {
    const user = numberOf(caller);
    const target = this.#wayTo(user);
    if (target === undefined) {
      return this.#log(`nobody is registered as "${user}" to call back`, { level: "warning" });
    }
    this.#do(this.#phone.request("dial", {
      account: DIRECT_ACCOUNT,
      target,
      endpoints: VOICE,
      limits: { noAnswerMs: 30_000 },
    }));
  }

  /** The Contact of a phone that is registered, over the flow that it registered by. */
  #wayTo(user: string): string | undefined {
    const binding = this.#registrar.bindingsOf(user).at(-1);
    const contact = parseUri(binding?.contact ?? "");
    if (binding === undefined || contact === undefined) return undefined;
    const hop = contact.port === undefined ? contact.host : `${contact.host}:${contact.port}`;
    for (const [place, { isOpen }] of this.#routes) if (!isOpen) this.#routes.delete(place);
    this.#routes.set(hop.toLowerCase(), binding.flow);
    return binding.contact;
  }

  #digit(call: string, digit: string): void {
    if (this.#behaviours.get(call)?.kind !== "digits") return;
    this.#do(this.#phone.request("dtmf", { call, digits: digit }));
  }

  #answerLater(call: string, ms: number, endpoints: typeof VOICE): void {
    this.#later(ms, () => this.#do(this.#phone.request("answer", { call, endpoints })));
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }

  /** The caller may be gone by now: that is no fault. */
  #do(request: Promise<unknown>): void {
    request.catch((error: Error) => this.#log(`practice PBX: ${error.message}`));
  }
}

/** 404 to an INVITE for a number that nobody has; other requests are the phone's. */
function unknownNumber(
  request: SipMessage,
  users: ReadonlyMap<string, string>,
): string | undefined {
  if (request.method !== "INVITE" || hasTag(request)) return undefined;
  const number = numberOf(request.requestUri);
  const known = extensionOf(number) !== undefined || users.has(number);
  return known ? undefined : answer(request, 404);
}

/**
 * A number of ours by the first way to us: the phone that names it may have come by another one, which
 * its address does not say. Other addresses stay as they are.
 */
function ownAddress(target: string, listening: OpenPhone["listening"]): string {
  const { port = 5060 } = parseUri(target) ?? {};
  const [first] = listening;
  if (!listening.some((place) => place.port === port)) return target;
  const host = first.host === "0.0.0.0" ? "127.0.0.1" : first.host;
  const way = first.transport === "udp" ? "" : `;transport=${first.transport}`;
  return `sip:${numberOf(target)}@${formatHostPort({ host, port: first.port })}${way}`;
}

function numberOf(uri: string): string {
  const parsed = parseUri(uri);
  return parsed === undefined ? "" : decodedUser(parsed);
}

/** A To tag: the request belongs to a call that is on. */
function hasTag(request: SipMessage): boolean {
  return parseNameAddr(header(request, "to") ?? "")?.parameters.has("tag") === true;
}
