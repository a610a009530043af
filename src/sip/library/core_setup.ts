/**
 * SIP.js's core for one user agent: who we are and what we can, as its configuration wants it. Not on
 * the real-time path.
 */
import "./mod.ts";
import {
  LoggerFactory,
  type Transport,
  URI,
  UserAgentCore,
  type UserAgentCoreDelegate,
} from "sip.js/lib/core/index.js";
import type { Log } from "./log.ts";
import { SUPPORTED } from "./capabilities.ts";
import { newToken } from "../message/identifiers.ts";
import { escapedUser } from "../message/uri.ts";

/** The layer replaces it by what peers can reach; on WebSocket it stays (RFC 7118 §5). */
const PLACEHOLDER_HOST = "offhook.invalid";

export interface CoreSetup {
  user: string;
  userAgent: string;
  log: Log;
  delegate: UserAgentCoreDelegate;
  send: Transport["send"];
}

export function makeCore({ user, userAgent, log, delegate, send }: CoreSetup): UserAgentCore {
  const uri = new URI("sip", escapedUser(user), PLACEHOLDER_HOST);
  const transport: Transport = { protocol: "UDP", send };
  return new UserAgentCore({
    aor: uri,
    contact: { pubGruu: undefined, tempGruu: undefined, uri, toString: () => placeholder(user) },
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
    // Challenges are answered in authentication.ts.
    authenticationFactory: () => undefined,
    transportAccessor: () => transport,
  }, delegate);
}

/** Our Contact's name-addr before the layer fills in the host. */
export function placeholder(user: string): string {
  return `<sip:${escapedUser(user)}@${PLACEHOLDER_HOST}>`;
}

/** What SIP.js warns of is worth knowing only to who looks for a fault. */
function loggers(log: Log): LoggerFactory {
  const factory = new LoggerFactory();
  factory.builtinEnabled = false;
  factory.connector = (level, category, _label, content) => {
    if (level === "warn" || level === "error") log("debug", `${category}: ${content}`);
  };
  return factory;
}
