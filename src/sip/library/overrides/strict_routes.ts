/**
 * Requests inside a dialog whose first router is a strict one: RFC 2543's, without `lr`.
 *
 * What is wrong: the remote target always becomes the Request-URI. With a strict router first, its URI
 * is the Request-URI and the remote target the last Route (RFC 3261 §12.2.1.1). Nothing in such a
 * request tells that the next hop is its Request-URI, where a loose router follows the strict one: the
 * transport layer is told by the host of the Via, which it writes anew ({@link STRICT_ROUTER}).
 */
import { Dialog, type OutgoingRequestMessage, type URI } from "sip.js/lib/core/index.js";
import { parseNameAddr, STRICT_ROUTER } from "../../message/mod.ts";
import { LiteralUri } from "./literal_uri.ts";

type DialogRoutes = Pick<Dialog, "remoteTarget" | "routeSet">;

/** What stands in the request line and in the Routes of the dialog's next request. */
export function dialogRoute({ remoteTarget, routeSet }: DialogRoutes): {
  requestUri: URI;
  routes: string[];
} {
  const first = routeSet.length === 0 ? undefined : parseNameAddr(routeSet[0])?.uri;
  const isStrict = first?.scheme.startsWith("sip") && !first.parameters.has("lr");
  if (first === undefined || !isStrict) return { requestUri: remoteTarget, routes: routeSet };
  const router = new LiteralUri(first).withoutHeaders();
  return { requestUri: router, routes: [...routeSet.slice(1), `<${remoteTarget.toRaw()}>`] };
}

const create = Dialog.prototype.createOutgoingRequestMessage;
Dialog.prototype.createOutgoingRequestMessage = function (method, options) {
  const message = create.call(this, method, options);
  const { requestUri, routes } = dialogRoute(this);
  if (requestUri !== this.remoteTarget) {
    (message as { ruri: OutgoingRequestMessage["ruri"] }).ruri = requestUri;
    message.setHeader("route", routes);
    const { options } = message as unknown as { options: { viaHost: string } };
    options.viaHost = STRICT_ROUTER + options.viaHost;
  }
  return message;
};
