/**
 * One dialog of an INVITE, early or confirmed: who it is with, what comes in it, what we send in it.
 *
 *     confirmed ─ events.on… ◄─ ACK, BYE, re-INVITE, UPDATE, PRACK, INFO, NOTIFY, REFER
 *         └ request, invite ─► one final response; challenges are for the caller to answer
 */
import type { Names } from "../../base/names/mod.ts";
import {
  type IncomingInviteRequest,
  type IncomingResponse,
  type IncomingResponseMessage,
  InviteServerTransaction,
  NameAddrHeader,
  type ReInviteUserAgentServer,
  type SessionDelegate,
  type SessionDialog,
  SessionState,
} from "sip.js/lib/core/index.js";
import type { MessageBody } from "../message/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";
import { lifeSigns } from "./life_signs.ts";
import { flowOfDialog } from "./message_flow.ts";
import { requestOptions } from "./options.ts";
import { RequestMessage, ResponseMessage } from "./peer_message.ts";
import { ServerReinvite, ServerRequest } from "./server_request.ts";
import { dialogRoute, type UpdateDelegate } from "./overrides/mod.ts";

/** What comes inside a dialog. A request without a handler is answered as its method has it. */
export interface DialogEvents extends Partial<Record<(typeof PLAIN)[number], PlainHandler>> {
  /** The ACK to a 2xx of ours. */
  onAck?(message: RequestMessage): void;
  /** No ACK came to our 2xx within 64·T1. */
  onAckTimeout?(): void;
  onInvite?(request: ServerReinvite): void;
}

type PlainHandler = (request: ServerRequest) => void;

const PLAIN = [
  "onUpdate",
  "onPrack",
  "onBye",
  "onInfo",
  "onNotify",
  "onRefer",
] as const satisfies Names<6>;

/** A non-INVITE request inside a dialog. */
export interface DialogRequest {
  method: "BYE" | "INFO" | "REFER" | "NOTIFY" | "UPDATE" | "PRACK" | "OPTIONS";
  /** Complete header lines. */
  headers: readonly string[];
  body?: MessageBody;
}

export interface SentReinviteEvents {
  /** A 2xx; `acknowledge` must be called, with our answer when the 2xx had an offer. */
  accepted(message: ResponseMessage, acknowledge: Acknowledge): void;
  /** A 3xx–6xx, or what stands in for none. */
  rejected(message: ResponseMessage): void;
}

/** Sends the ACK to a 2xx. */
export type Acknowledge = (headers: readonly string[], body?: MessageBody) => void;

const known = new WeakMap<SessionDialog, Dialog>();

/** There is one for each dialog, so that `===` tells dialogs apart. */
export function dialogFor(inner: SessionDialog): Dialog {
  let dialog = known.get(inner);
  if (dialog === undefined) known.set(inner, dialog = new Dialog(inner));
  return dialog;
}

export class Dialog {
  readonly #inner: SessionDialog;

  /** Use {@link dialogFor}. */
  constructor(inner: SessionDialog) {
    this.#inner = inner;
  }

  get callId(): string {
    return this.#inner.callId;
  }

  get localTag(): string {
    return this.#inner.localTag;
  }

  get remoteTag(): string {
    return this.#inner.remoteTag;
  }

  get localUri(): string {
    return this.#inner.localURI.toString();
  }

  get remoteUri(): string {
    return this.#inner.remoteURI.toString();
  }

  get isEarly(): boolean {
    return this.#inner.early;
  }

  /** Whether its INVITE was the peer's. */
  get isOfPeer(): boolean {
    const { initialTransaction } = this.#inner as unknown as { initialTransaction: unknown };
    return initialTransaction instanceof InviteServerTransaction;
  }

  get isOver(): boolean {
    return this.#inner.sessionState === SessionState.Terminated;
  }

  /** Our 2xx to its INVITE is not acknowledged yet. */
  get awaitsAck(): boolean {
    return this.#inner.sessionState === SessionState.AckWait;
  }

  /** An INVITE is under way in it, in either direction. */
  get isInviting(): boolean {
    const { reinviteUserAgentServer, reinviteUserAgentClient } = this.#inner;
    return reinviteUserAgentServer !== undefined || reinviteUserAgentClient !== undefined ||
      this.awaitsAck;
  }

  /** How many requests and responses of the peer came in it so far. */
  get lifeSigns(): number {
    return lifeSigns(this.#inner);
  }

  /** The flow of its INVITE. */
  get flow(): Flow | undefined {
    return flowOfDialog(this.#inner);
  }

  /** The request URI of our next request: credentials are for it. */
  get requestUri(): string {
    return dialogRoute(this.#inner).requestUri.toRaw();
  }

  /** Who takes what comes from now on. */
  set events(events: DialogEvents) {
    const inner = this.#inner;
    const delegate: SessionDelegate & UpdateDelegate = {};
    for (const name of PLAIN) {
      const handler = events[name];
      if (handler === undefined) continue;
      delegate[name] = (server: ConstructorParameters<typeof ServerRequest>[0]) =>
        handler(new ServerRequest(server));
    }
    const { onAck, onAckTimeout, onInvite } = events;
    if (onAck !== undefined) delegate.onAck = ({ message }) => onAck(new RequestMessage(message));
    if (onAckTimeout !== undefined) delegate.onAckTimeout = () => onAckTimeout();
    if (onInvite !== undefined) {
      delegate.onInvite = (request: IncomingInviteRequest) =>
        onInvite(new ServerReinvite(inner, request as unknown as ReInviteUserAgentServer));
    }
    inner.delegate = delegate;
  }

  /** Sends a request; `onFinal` is called once. */
  request(request: DialogRequest, onFinal: (message: ResponseMessage) => void): void {
    const { method, headers, body } = request;
    const finish = ({ message }: IncomingResponse) => onFinal(new ResponseMessage(message));
    const message = this.#inner.createOutgoingRequestMessage(method, requestOptions(headers, body));
    const delegate = { onAccept: finish, onRedirect: finish, onReject: finish };
    this.#inner.userAgentCore.request(message, delegate);
  }

  /** Sends a re-INVITE; not while another one is under way. */
  invite(
    headers: readonly string[],
    body: MessageBody | undefined,
    events: SentReinviteEvents,
  ): void {
    const reject = ({ message }: IncomingResponse) => events.rejected(new ResponseMessage(message));
    this.#inner.invite({
      onAccept: ({ message, ack }) => {
        refreshTarget(this.#inner, message);
        events.accepted(
          new ResponseMessage(message),
          (lines, answer) => void ack(requestOptions(lines, answer)),
        );
      },
      onRedirect: reject,
      onReject: reject,
    }, requestOptions(headers, body));
  }

  /** Nothing more is sent or received in it. */
  dispose(): void {
    this.#inner.dispose();
  }
}

/**
 * Takes the Contact of a 2xx as the dialog's remote target (RFC 3261 §12.2.1.2, §13.2.2.4). SIP.js
 * does so for requests only: an ACK then goes to the Contact of an early 183.
 */
export function refreshTarget(dialog: SessionDialog, message: IncomingResponseMessage): void {
  const contact: unknown = message.parseHeader("contact");
  if (!(contact instanceof NameAddrHeader)) return;
  const { dialogState } = dialog as unknown as { dialogState: { remoteTarget: unknown } };
  dialogState.remoteTarget = contact.uri;
}
