/**
 * The methods that we take, as SIP.js's core checks them and as Allow says them.
 *
 * What is wrong: UPDATE is missing (a 405 to session timers of many servers), while REGISTER, MESSAGE
 * and SUBSCRIBE are claimed, which a phone without a use for them must refuse with 405
 * (RFC 3261 §8.2.1). The list is a constant of the module, hence changed in place.
 */
import { AllowedMethods } from "sip.js/lib/core/user-agent-core/allowed-methods.js";

export const METHODS: readonly string[] =
  "INVITE ACK CANCEL BYE PRACK UPDATE INFO REFER NOTIFY OPTIONS"
    .split(" ");

AllowedMethods.splice(0, AllowedMethods.length, ...METHODS);
