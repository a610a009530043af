/**
 * What a contact can be called at, and a party's URI, taken apart for comparing. Pure.
 */
import { canonicalNumber, type NumberPlan } from "./phone_number.ts";

/** The two ways in which an address can be the same as another. */
export interface AddressKeys {
  /** `user@host` in lower case; ports, parameters and sip/sips do not count. */
  uri?: string;
  /** Canonical number ({@link canonicalNumber}). */
  number?: string;
}

/**
 * Of a SIP or TEL URI or of a number. The user part of a SIP URI is a number too, if it looks like
 * one; whether that may be compared across domains is for the caller to say.
 */
export function addressKeys(address: string, plan: NumberPlan): AddressKeys {
  const sip = /^sips?:(.*)$/is.exec(address.trim());
  if (sip !== null) return sipKeys(sip[1]!, plan);
  const tel = /^tel:(.*)$/is.exec(address.trim());
  if (tel !== null) return numberKeys(telNumber(tel[1]!), plan);
  // Typed without a scheme: `bob@example.com` is a SIP address, anything else a number.
  return address.includes("@") ? sipKeys(address.trim(), plan) : numberKeys(address, plan);
}

function sipKeys(rest: string, plan: NumberPlan): AddressKeys {
  const at = rest.lastIndexOf("@");
  const userPart = at < 0 ? "" : rest.slice(0, at);
  const host = rest.slice(at + 1).replace(/[;?].*$/s, "").replace(/:\d+$/, "").toLowerCase();
  // user:password and user parameters (RFC 3261 §19.1.1) do not name anybody else.
  const user = percentDecoded(userPart.replace(/[:;].*$/s, ""));
  if (user === "") return { uri: host };
  return { uri: `${user.toLowerCase()}@${host}`, ...numberKeys(user, plan) };
}

function numberKeys(text: string, plan: NumberPlan): AddressKeys {
  const number = canonicalNumber(text, plan);
  return number === undefined ? {} : { number };
}

/** RFC 3966 §5.1.5: a local number is to be read in its context, which may be `+` and digits. */
function telNumber(rest: string): string {
  const number = rest.replace(/;.*$/s, "");
  const context = /;phone-context=(\+[\d\-.()]+)/i.exec(rest)?.[1];
  return context === undefined || number.startsWith("+") ? number : context + number;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
