/**
 * Makes an outgoing message right for the flow that it takes: its Via (RFC 3261 §18.1.1), and the
 * host of its Contact, which SipStack writes as an `.invalid` name.
 */
import {
  bracketed,
  headerFields,
  hostPort,
  type SipMessage,
  splice,
  STRICT_ROUTER,
  writeVia,
} from "../message/mod.ts";
import type { BaseFlow, SipContactAddress } from "./flow/mod.ts";

/** A message of its own that shares nothing with the original: stamping changes it. */
export function copyOf(message: SipMessage): SipMessage {
  return {
    ...message,
    headers: message.headers.map((field) => ({ ...field })),
    via: { ...message.via },
  };
}

/** Via of a request of ours; on WebSocket SipStack's `.invalid` name stays (RFC 7118 §5.3). */
export function stampRequestVia(
  request: SipMessage,
  flow: BaseFlow,
  port: number,
  branch: string,
): void {
  const { via } = request;
  const onWebSocket = flow.transport === "ws" || flow.transport === "wss";
  const sentBy = onWebSocket
    ? via.host.replace(STRICT_ROUTER, "")
    : hostPort({ host: flow.local.host, port });
  splice(
    request,
    via.start,
    via.end,
    writeVia(flow.transport.toUpperCase(), sentBy, branch),
  );
}

/** What peers can reach us by on a flow. */
export function contactAddress(flow: BaseFlow, listeningPort: number): SipContactAddress {
  if (flow.transport === "ws" || flow.transport === "wss") {
    return { host: INVALID_HOST, port: undefined, transport: "ws" };
  }
  const { host, port } = flow.publicAddress ?? { host: flow.local.host, port: listeningPort };
  return {
    host: bracketed(host),
    port,
    transport: flow.transport === "udp" ? undefined : flow.transport,
  };
}

const INVALID_HOST = "offhook.invalid";
const CONTACT = /(sips?:(?:[^@<>\s,]*@)?)([0-9a-z.-]+\.invalid)(?::\d+)?((?:;[^>,?]*)?)/i;

/** Fills in every Contact whose host is an `.invalid` placeholder. */
export function stampContact(message: SipMessage, address: SipContactAddress): void {
  for (const field of headerFields(message, "contact")) {
    const line = message.text.slice(field.start, field.end);
    if (!line.toLowerCase().includes(".invalid")) continue;
    const stamped = line.replace(CONTACT, (_all, before, host, parameters) => {
      // On WebSocket the name only has to stay what it was.
      const real = address.port === undefined ? host : `${address.host}:${address.port}`;
      return before + real + withTransport(parameters, address.transport);
    });
    splice(message, field.start, field.end, stamped);
  }
}

function withTransport(parameters: string, transport: string | undefined): string {
  const kept = parameters.split(";").filter((part) => !/^\s*transport\s*=/i.test(part)).join(";");
  return transport === undefined ? kept : `${kept};transport=${transport}`;
}
