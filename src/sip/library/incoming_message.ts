/**
 * Messages of the transport layer on their way to SIP.js's core: checked, and made such that it does
 * the right thing.
 *
 *     SipMessage ─► libraryMessage ─► checks ─► UserAgentCore
 *                        └ malformed ─► 400      └ 404, 405, 420, 481, 482: answered here
 *
 * What SIP.js's core gets wrong or leaves out:
 * - it matches requests to transactions by branch alone: the sent-by joins the key (RFC 3261 §17.2.3);
 * - it does not look at Require: what we do not know gets 420;
 * - it throws on PRACK and UPDATE outside a dialog, and answers a stray ACK with 482;
 * - it drops a 1xx or 2xx to INVITE without Contact, and a 1xx without To tag: no ringback; it refuses
 *   an INVITE without Contact.
 * Not on the real-time path.
 */
import {
  IncomingRequestMessage,
  type IncomingResponseMessage,
  NameAddrHeader,
  type URI,
  type UserAgentCore,
} from "sip.js/lib/core/index.js";
import { ALLOW_LINE, unsupportedOptions } from "./capabilities.ts";
import { type LibraryMessage, libraryMessage } from "./library_message.ts";
import { MergedRequests } from "./merged_requests.ts";
import type { SipMessage } from "../message/scan.ts";
import { METHODS } from "./allowed_methods.ts";
import { transactionId } from "../transport/transaction/server.ts";

/** Only inside a dialog: without To tag there is none to be found (RFC 3261 §12.2.2). */
const DIALOG_METHODS = new Set(["BYE", "PRACK", "UPDATE", "INFO"]);
/** Stands in for the tag of a server that sends none with a 18x (RFC 2543). */
const NO_TAG = "none";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class IncomingMessages {
  readonly #core: UserAgentCore;
  readonly #merged: MergedRequests;

  constructor(core: UserAgentCore) {
    this.#core = core;
    this.#merged = new MergedRequests(core);
  }

  /**
   * Gives a message to the core, or answers it.
   * @param takesUser whether a request for this user part is for us
   * @throws MalformedMessage; anything when SIP.js's core throws
   */
  deliver(source: SipMessage, takesUser: (user: string) => boolean): void {
    const message = libraryMessage(source);
    if (message instanceof IncomingRequestMessage) {
      (message as Mutable<IncomingRequestMessage>).viaBranch = transactionId(source);
      this.#deliverRequest(message, takesUser);
    } else deliverResponse(this.#core, message);
  }

  /** The transport layer keeps a finished transaction no longer: nor does the core. */
  forget(id: string): void {
    const server = this.#core.userAgentServers.get(id);
    if (server === undefined) return;
    this.#core.userAgentServers.delete(id);
    server.dispose();
  }

  #deliverRequest(message: IncomingRequestMessage, takesUser: (user: string) => boolean): void {
    const { method } = message;
    const inDialog = message.toTag !== undefined;
    if (method === "ACK") {
      if (inDialog) this.#core.receiveIncomingRequestFromTransport(message);
      return;
    }
    if (!METHODS.includes(method)) return this.#refuse(message, 405, [ALLOW_LINE]);
    const isNew = method !== "CANCEL" && !this.#core.userAgentServers.has(message.viaBranch);
    if (isNew) {
      const unknown = unsupportedOptions(message);
      if (unknown.length > 0) {
        return this.#refuse(message, 420, [`Unsupported: ${unknown.join(", ")}`]);
      }
      if (!inDialog && !this.#takesOutside(message, takesUser)) return;
    }
    if (method === "INVITE" && !message.hasHeader("contact")) {
      // RFC 2543 peers (RFC 4475 §3.4.1): their From is where they are.
      setContact(message, message.from.uri);
    }
    this.#core.receiveIncomingRequestFromTransport(message);
  }

  /** False: a request outside any dialog has been refused. */
  #takesOutside(message: IncomingRequestMessage, takesUser: (user: string) => boolean): boolean {
    if (DIALOG_METHODS.has(message.method)) this.#refuse(message, 481);
    else if (message.method !== "OPTIONS" && !takesUser(message.ruri?.user ?? "")) {
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
  if (message.method === "INVITE" && status > 100 && status < 300) {
    const mutable = message as Mutable<IncomingResponseMessage>;
    if (status < 200 && !message.toTag) mutable.toTag = NO_TAG;
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
