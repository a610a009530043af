/**
 * Which flow a message of SIP.js's came on, or went out on: SIP.js itself knows of none. Remembered as
 * long as the message.
 */
import type {
  Dialog,
  IncomingRequestMessage,
  IncomingResponseMessage,
  OutgoingRequestMessage,
} from "sip.js/lib/core/index.js";
import type { Flow } from "../transport/flow/mod.ts";

type Message = IncomingRequestMessage | IncomingResponseMessage | OutgoingRequestMessage;

const flows = new WeakMap<Message, Flow>();

export function noteFlow(message: Message, flow: Flow): void {
  flows.set(message, flow);
}

export function flowOf(message: Message): Flow | undefined {
  return flows.get(message);
}

/** The flow of the INVITE that began a dialog. */
export function flowOfDialog(dialog: Dialog): Flow | undefined {
  const { initialTransaction } = dialog as unknown as {
    initialTransaction: { request: IncomingRequestMessage | OutgoingRequestMessage };
  };
  return flows.get(initialTransaction.request);
}
