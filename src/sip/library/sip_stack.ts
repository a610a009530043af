/**
 * Transactions and dialogs of one user agent: SIP.js's core, and what we answer in its stead.
 *
 *     receive ─► IncomingMessages ─► SIP.js ─► onInvite: ServerInvite │ Dialog.events │ callbacks
 *        └ malformed ─► 400, 500
 *     request, invite ─► SIP.js ─► send
 *
 * Nothing that a peer sends makes it throw.
 */
import "./overrides/mod.ts";
import {
  type IncomingResponse,
  type InviteUserAgentServer,
  LoggerFactory,
  type OutgoingRequestMessage,
  type SessionDialog,
  type Transport,
  URI,
  UserAgentCore,
  type UserAgentCoreDelegate,
} from "sip.js/lib/core/index.js";
import {
  answer,
  escapedUser,
  type MessageBody,
  newToken,
  type SipMessage,
  SUPPORTED,
} from "../message/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";
import { ClientInvite, type ClientInviteEvents } from "./client_invite.ts";
import { type Dialog, dialogFor } from "./dialog.ts";
import { type IncomingAccess, IncomingMessages } from "./incoming_message.ts";
import { MalformedMessage } from "./library_message.ts";
import { LiteralUri } from "./overrides/mod.ts";
import { bodyOf } from "./options.ts";
import { ResponseMessage } from "./peer_message.ts";
import { ServerInvite } from "./server_invite.ts";
import { DialogSources } from "./sources.ts";

/** The layer replaces it by what peers can reach; on WebSocket it stays (RFC 7118 §5). */
const PLACEHOLDER_HOST = "offhook.invalid";

export interface StackOptions extends Omit<IncomingAccess, "core"> {
  /** User part of our Contact. */
  user: string;
  userAgent: string;
  /** @param flow forces the way. Rejects when the message cannot be sent */
  send(text: string, flow?: Flow): Promise<void>;
}

/** A request outside any dialog. */
export interface OutgoingRequest {
  method: string;
  /** URI. */
  target: string;
  /** URI, and a display name as inside a quoted-string. */
  from: { uri: string; displayName: string };
  /** Whom it is about, when that is another than the target. */
  to?: { uri: string; displayName: string };
  callId: string;
  fromTag: string;
  cseq: number;
  /** Option tags of Supported. */
  supported: readonly string[];
  /** Forces the way. */
  flow?: Flow;
  /** Absent: the registration's Service-Route. */
  routes?: string[];
  /** Complete header lines. */
  headers: readonly string[];
  body?: MessageBody;
}

export class SipStack {
  /** A call to us. Without it they are refused. */
  onInvite: ((invite: ServerInvite) => void) | undefined;
  readonly #options: StackOptions;
  readonly #core: UserAgentCore;
  readonly #sources: DialogSources;
  readonly #incoming: IncomingMessages;
  readonly #contact: OwnContact = { parameters: "" };
  /** Forces the way of the request that is being made. */
  #way: Flow | undefined;

  constructor(options: StackOptions) {
    this.#options = options;
    const send = (text: string) => options.send(text, this.#way);
    this.#core = makeCore({ ...options, send }, this.#contact, {
      onInvite: (request) => {
        const invite = new ServerInvite(request as unknown as InviteUserAgentServer);
        if (this.onInvite === undefined) invite.reject(480);
        else this.onInvite(invite);
      },
      // Subscriptions do not exist yet, and transfers from outside a call never.
      onNotify: (request) =>
        void request.reject({ statusCode: 489, extraHeaders: ["Allow-Events: refer"] }),
      onRefer: (request) => void request.reject({ statusCode: 603 }),
    });
    const access = { ...options, core: this.#core };
    this.#sources = new DialogSources(access);
    this.#incoming = new IncomingMessages(access, this.#sources);
  }

  /** A message of the network. */
  readonly receive = (source: SipMessage, flow: Flow): void => {
    try {
      this.#incoming.deliver(source, flow)?.catch((error) => this.#refuse(source, flow, error));
    } catch (thrown) {
      this.#refuse(source, flow, thrown);
    }
  };

  /** The transport layer keeps this finished request no longer. */
  forget(transactionId: string): void {
    this.#incoming.forget(transactionId);
  }

  /** Sends a request; `onFinal` is called once. */
  request(request: OutgoingRequest, onFinal: (message: ResponseMessage) => void): void {
    const finish = ({ message }: IncomingResponse) => onFinal(new ResponseMessage(message));
    const delegate = { onAccept: finish, onRedirect: finish, onReject: finish };
    this.#way = request.flow;
    // SIP.js hands it to the transport before it returns.
    this.#core.request(this.#messageOf(request), delegate);
    this.#way = undefined;
  }

  /** Sends an INVITE. @param flow that it will take */
  invite(request: OutgoingRequest, flow: Flow, events: ClientInviteEvents): ClientInvite {
    return new ClientInvite(this.#core, this.#messageOf(request), flow, events);
  }

  /** Routes of requests outside dialogs (RFC 3608). */
  set serviceRoute(routes: string[]) {
    this.#core.configuration.routeSet = routes;
  }

  /** The server keeps flows: requests inside dialogs come by ours (RFC 5626 §5.4). */
  set keepsFlow(keeps: boolean) {
    this.#contact.parameters = keeps ? ";ob" : "";
  }

  /** The URI that leads to this phone wherever it is (RFC 5627); undefined: there is none. */
  set gruu(uri: string | undefined) {
    this.#contact.gruu = uri;
  }

  /** Our Contact's name-addr in dialogs. */
  get contact(): string {
    return contactOf(this.#options.user, this.#contact);
  }

  /** The dialog with these tags; undefined when there is none. */
  findDialog(callId: string, localTag: string, remoteTag: string): Dialog | undefined {
    const found = this.#core.dialogs.get(`${callId}${localTag}${remoteTag}`);
    return found === undefined ? undefined : dialogFor(found as SessionDialog);
  }

  /** Whether an INVITE that came on `flow` may take the place of a dialog (RFC 3891 §6). */
  mayReplace(dialog: Dialog, flow: Flow): boolean {
    return this.#sources.mayReplace(dialog.flow, flow);
  }

  dispose(): void {
    this.#core.dispose();
  }

  #messageOf(request: OutgoingRequest): OutgoingRequestMessage {
    const { method, from, routes, headers, body } = request;
    const target = LiteralUri.parse(request.target)!;
    return this.#core.makeOutgoingRequestMessage(
      method,
      target,
      LiteralUri.parse(from.uri)!,
      request.to === undefined ? target : LiteralUri.parse(request.to.uri)!,
      {
        callId: request.callId,
        cseq: request.cseq,
        fromTag: request.fromTag,
        fromDisplayName: from.displayName,
        optionTags: [...request.supported],
        ...(request.to === undefined ? {} : { toDisplayName: request.to.displayName }),
        ...(routes === undefined ? {} : { routeSet: routes }),
      },
      [...headers],
      body === undefined ? undefined : bodyOf(body),
    );
  }

  #refuse(source: SipMessage, flow: Flow, thrown: unknown): void {
    const malformed = thrown instanceof MalformedMessage ? thrown : undefined;
    const word = thrown instanceof Error ? thrown.message : String(thrown);
    const { log, send } = this.#options;
    log(malformed ? "info" : "error", `${source.method} could not be handled: ${word}`);
    if (source.kind !== "request" || source.method === "ACK") return;
    const text = malformed
      ? answer(source, malformed.status, { reason: malformed.message })
      : answer(source, 500);
    send(text, flow).catch(() => {});
  }
}

/** What is said of us in dialogs. */
interface OwnContact {
  /** Of the URI, where the layer fills in the host. */
  parameters: string;
  gruu?: string | undefined;
}

function contactOf(user: string, { parameters, gruu }: OwnContact): string {
  return gruu === undefined ? placeholder(user, parameters) : `<${gruu}>`;
}

/** Our Contact's name-addr before the layer fills in the host. */
export function placeholder(user: string, parameters = ""): string {
  return `<sip:${escapedUser(user)}@${PLACEHOLDER_HOST}${parameters}>`;
}

function makeCore(
  { user, userAgent, log, send }: StackOptions,
  ours: OwnContact,
  delegate: UserAgentCoreDelegate,
): UserAgentCore {
  const uri = new URI("sip", escapedUser(user), PLACEHOLDER_HOST);
  const transport: Transport = { protocol: "UDP", send: (text) => send(text) };
  return new UserAgentCore({
    aor: uri,
    contact: {
      pubGruu: undefined,
      tempGruu: undefined,
      uri,
      toString: () => contactOf(user, ours),
    },
    displayName: "",
    loggerFactory: loggers(log),
    hackViaTcp: false,
    routeSet: [],
    sipjsId: newToken(),
    supportedOptionTags: [...SUPPORTED],
    supportedOptionTagsResponse: [...SUPPORTED],
    userAgentHeaderFieldValue: userAgent,
    viaForceRport: true,
    viaHost: PLACEHOLDER_HOST,
    // Challenges are answered in auth/.
    authenticationFactory: () => undefined,
    transportAccessor: () => transport,
  }, delegate);
}

/** What SIP.js warns of is worth knowing only to who looks for a fault. */
function loggers(log: StackOptions["log"]): LoggerFactory {
  const factory = new LoggerFactory();
  factory.builtinEnabled = false;
  factory.connector = (level, category, _label, content) => {
    if (level === "warn" || level === "error") log("debug", `${category}: ${content}`);
  };
  return factory;
}
