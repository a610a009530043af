/**
 * Messages of the transport layer on their way to SIP.js's core: checked, and made such that it does
 * the right thing.
 *
 *     SipMessage ─► libraryMessage ─► source ─► checks ─► UserAgentCore
 *                        └ malformed ─► 400  └ 481  └ 404, 405, 420, 481, 482: answered here
 *
 * What SIP.js's core gets wrong or leaves out:
 * - it matches requests to transactions by branch alone: the sent-by joins the key (RFC 3261 §17.2.3);
 * - it does not look at Require: what we do not know gets 420;
 * - it throws on PRACK and UPDATE outside a dialog, and answers a stray ACK with 482;
 * - it drops a 1xx or 2xx to INVITE without Contact, and a 1xx without To tag: no ringback; it refuses
 *   an INVITE without Contact.
 */
import {
  type Dialog,
  IncomingRequestMessage,
  type IncomingResponseMessage,
  NameAddrHeader,
  type URI,
  type UserAgentCore,
} from "sip.js/lib/core/index.js";
import type { Log } from "./log.ts";
import {
  ALLOW_LINE,
  hostPort,
  SIP_METHODS,
  type SipMessage,
  unsupportedOptions,
} from "../message/mod.ts";
import { noteLifeSign } from "./life_signs.ts";
import type { DialogSources, SourceAccess } from "./sources.ts";
import { type LibraryMessage, libraryMessage } from "./library_message.ts";
import { keptKey } from "../limits/mod.ts";
import { MergedRequests } from "./merged_requests.ts";
import { noteFlow } from "./message_flow.ts";
import { transactionId } from "../transport/transaction/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";

/** Only inside a dialog: without To tag there is none to be found (RFC 3261 §12.2.2). */
const DIALOG_METHODS = new Set(["BYE", "PRACK", "UPDATE", "INFO"]);
/** Stands in for the tag of a peer that sends none with a 18x or 2xx (RFC 2543). */
const NO_TAG = "none";

/** Malformed messages of different kinds or peers that are told apart. */
const MAX_HABITS = 256;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface IncomingAccess extends SourceAccess {
  /** Whether a request outside dialogs for this user part is for us. */
  takesUser(user: string, flow: Flow): boolean;
  /** A request came from its dialog's peer: who is reached by that flow from now on. */
  moved(source: SipMessage, flow: Flow): void;
  /** A response was taken without some headers, which nobody could read. */
  unreadable(response: { method: string; status: number; headers: string[] }): void;
  log: Log;
}

/** A request on its way to the core. */
interface Delivery {
  source: SipMessage;
  message: IncomingRequestMessage;
  flow: Flow;
}

export class IncomingMessages {
  readonly #access: IncomingAccess;
  readonly #core: UserAgentCore;
  readonly #merged: MergedRequests;
  readonly #sources: DialogSources;
  /** What was told of malformed messages. */
  readonly #habits = new Set<string>();
  /** Dialogs of which it was told that a stranger meddles. */
  readonly #told = new WeakSet<Dialog>();

  constructor(access: IncomingAccess, sources: DialogSources) {
    this.#access = access;
    this.#core = access.core;
    this.#merged = new MergedRequests(access.core);
    this.#sources = sources;
  }

  /**
   * Gives a message to the core, or answers it.
   * @throws MalformedMessage; anything when SIP.js's core throws. When the source of a request had to be
   *   looked up, the promise rejects with it
   */
  deliver(source: SipMessage, flow: Flow): void | Promise<void> {
    let remarks: Map<string, boolean> | undefined;
    const message = libraryMessage(source, (header, isLost) => {
      remarks ??= new Map();
      remarks.set(header, isLost || remarks.get(header) === true);
    });
    if (remarks !== undefined) this.#tellMalformed(source, flow, remarks);
    noteFlow(message, flow);
    if (!(message instanceof IncomingRequestMessage)) return deliverResponse(this.#core, message);
    (message as Mutable<IncomingRequestMessage>).viaBranch = transactionId(source);
    return this.#fromSource({ source, message, flow });
  }

  /** The transport layer keeps a finished transaction no longer: nor does the core. */
  forget(id: string): void {
    const server = this.#core.userAgentServers.get(id);
    if (server === undefined) return;
    this.#core.userAgentServers.delete(id);
    server.dispose();
  }

  /** A habit of a peer's is told once, not with each of its messages. */
  #tellMalformed(
    { kind, method, status }: SipMessage,
    flow: Flow,
    remarks: ReadonlyMap<string, boolean>,
  ): void {
    const whose = kind === "request" ? "request" : "answer to our request";
    const headers: string[] = [];
    for (const [name, isLost] of remarks) {
      const habit = keptKey(`${flow.remote.host} ${kind} ${method} ${name} ${isLost}`);
      if (this.#habits.has(habit)) continue;
      if (this.#habits.size >= MAX_HABITS) this.#habits.clear();
      this.#habits.add(habit);
      this.#access.log("info", `the ${whose} is malformed: ${name} (${method})`);
      if (isLost) headers.push(name);
    }
    if (headers.length > 0) this.#access.unreadable({ method, status, headers });
  }

  /** Requests of a dialog are heeded from where the dialog is only. */
  #fromSource(delivery: Delivery): void | Promise<void> {
    const { source, message, flow } = delivery;
    if (message.method === "CANCEL") return this.#cancel(delivery);
    const dialog = message.toTag === undefined ? undefined : this.#sources.dialogOf(message);
    if (dialog === undefined) return this.#deliverRequest(delivery);
    if (this.#sources.isOwn(dialog, flow)) {
      noteLifeSign(dialog);
      this.#access.moved(source, flow);
      return this.#deliverRequest(delivery);
    }
    return this.#sources.admit(dialog, flow).then((admitted) => {
      if (!admitted) return this.#turnAway(delivery, dialog);
      noteLifeSign(dialog);
      this.#deliverRequest(delivery);
    });
  }

  #cancel(delivery: Delivery): void {
    const { message, flow } = delivery;
    const invite = this.#core.userAgentServers.get(message.viaBranch)?.message;
    if (invite === undefined || this.#sources.mayCancel(invite, flow)) {
      return this.#deliverRequest(delivery);
    }
    this.#turnAway(delivery, undefined);
  }

  /** As if there was no such dialog: a stranger learns nothing of it. */
  #turnAway({ message, flow }: Delivery, dialog: Dialog | undefined): void {
    const { method } = message;
    if (dialog === undefined || !this.#told.has(dialog)) {
      if (dialog !== undefined) this.#told.add(dialog);
      const from = hostPort(flow.remote);
      this.#access.log("warning", `${method} from ${from}, where its call is not, was refused`);
    }
    if (method !== "ACK") this.#refuse(message, 481);
  }

  #deliverRequest({ message, flow }: Delivery): void {
    const { method } = message;
    const inDialog = message.toTag !== undefined;
    if (method === "ACK") {
      if (inDialog) this.#core.receiveIncomingRequestFromTransport(message);
      return;
    }
    if (!SIP_METHODS.includes(method)) return this.#refuse(message, 405, [ALLOW_LINE]);
    const isNew = method !== "CANCEL" && !this.#core.userAgentServers.has(message.viaBranch);
    if (isNew) {
      const unknown = unsupportedOptions({ headers: (name) => message.getHeaders(name) });
      if (unknown.length > 0) {
        return this.#refuse(message, 420, [`Unsupported: ${unknown.join(", ")}`]);
      }
      if (!inDialog && !this.#takesOutside(message, flow)) return;
    }
    if (method === "INVITE" && !message.hasHeader("contact")) {
      // RFC 2543 peers (RFC 4475 §3.4.1): their From is where they are.
      setContact(message, message.from.uri);
    }
    this.#core.receiveIncomingRequestFromTransport(message);
  }

  /** False: a request outside any dialog has been refused. */
  #takesOutside(message: IncomingRequestMessage, flow: Flow): boolean {
    const user = message.ruri?.user ?? "";
    if (DIALOG_METHODS.has(message.method)) this.#refuse(message, 481);
    else if (message.method !== "OPTIONS" && !this.#access.takesUser(user, flow)) {
      this.#refuse(message, 404);
    } else if (message.method !== "OPTIONS" && this.#merged.isMerged(message)) {
      this.#refuse(message, 482);
    } else return true;
    return false;
  }

  #refuse(message: IncomingRequestMessage, statusCode: number, extraHeaders: string[] = []): void {
    this.#core.replyStateless(message, { statusCode, extraHeaders });
  }
}

function deliverResponse(core: UserAgentCore, message: IncomingResponseMessage): void {
  const status = message.statusCode ?? 0;
  const dialog = core.dialogs.get(`${message.callId}${message.fromTag}${message.toTag}`);
  // 408 and 481 say that the dialog is gone.
  if (dialog !== undefined && status !== 408 && status !== 481) noteLifeSign(dialog);
  if (message.method === "INVITE" && status > 100 && status < 300) {
    const mutable = message as Mutable<IncomingResponseMessage>;
    if (!message.toTag) mutable.toTag = NO_TAG;
    if (!message.hasHeader("contact")) standInContact(core, message);
  }
  core.receiveIncomingResponseFromTransport(message);
}

/** Without Contact, the INVITE's own target is the best guess of where the peer is. */
function standInContact(core: UserAgentCore, message: IncomingResponseMessage): void {
  const client = core.userAgentClients.get(`${message.viaBranch}INVITE`);
  if (client !== undefined) setContact(message, client.message.ruri);
}

function setContact(message: LibraryMessage, uri: URI): void {
  const header = { raw: `<${uri}>`, parsed: new NameAddrHeader(uri, "", {}) };
  message.headers.Contact = [header] as unknown as LibraryMessage["headers"][string];
}
