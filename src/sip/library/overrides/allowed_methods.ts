/**
 * The methods that we take, as SIP.js's core says them in Allow.
 *
 * What is wrong: UPDATE is missing (servers then use no session timers, or longer ways), while REGISTER,
 * MESSAGE and SUBSCRIBE are claimed, which this phone refuses with 405. The list is a constant of the
 * module, hence changed in place.
 */
import { SIP_METHODS } from "../../message/mod.ts";
import { AllowedMethods } from "sip.js/lib/core/user-agent-core/allowed-methods.js";

AllowedMethods.splice(0, AllowedMethods.length, ...SIP_METHODS);
