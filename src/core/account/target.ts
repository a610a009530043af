/**
 * What a person writes to name whom to call, and the URI that it means.
 *
 *     sip:600@host, sips:…, tel:+49…   as it is, checked
 *     user@host[:port]                 sip:user@host[:port]
 *     600, +49 30 123, alice           dial plan, then sip:…@ the account's server
 *
 * Pure.
 */
import { formatHostPort, parseHostPort } from "../../base/network/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { bareNumber } from "./written_number.ts";

/** One rule of a dial plan: `match` is a regular expression over the whole number. */
export interface NumberRule {
  match: string;
  to: string;
}

/** Where a target without a host leads to. */
export interface TargetContext {
  /** `host[:port]` of the account; absent: only complete addresses can be dialled. */
  server?: string;
  dialPlan?: readonly NumberRule[];
}

export interface ResolvedTarget {
  /** SIP, SIPS or TEL URI. */
  uri: string;
  /** `host[:port]` when the target itself named one; then it can be called without an account. */
  host?: string;
}

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s;
/** RFC 3261 §25.1: unreserved, escaped, user-unreserved. */
const USER = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/]|%[0-9A-Fa-f]{2})+$/;
/** RFC 3261 §25.1 `uri-parameters`. */
const PARAMETERS = /^(?:;[A-Za-z0-9\-_.!~*'()[\]/:&+$%]+(?:=[A-Za-z0-9\-_.!~*'()[\]/:&+$%]+)?)*$/;
/** RFC 3966 §3, visual separators included. */
const TELEPHONE =
  /^(?:\+[0-9.()-]*[0-9][0-9.()-]*|[0-9A-Fa-f*#.()-]*[0-9A-Fa-f*#][0-9A-Fa-f*#.()-]*)$/;
const NUMBER = /^\+?[0-9*#]+$/;
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f]/;

/** @throws OffhookError `invalid-target` saying what is wrong; `config-missing` without a server */
export function resolveTarget(text: string, context: TargetContext = {}): ResolvedTarget {
  const target = text.trim();
  if (target === "") throw invalid(text, "it is empty");
  if (UNPRINTABLE.test(target)) throw invalid(text, "it has control characters");
  const scheme = SCHEME.exec(target);
  switch (scheme?.[1]?.toLowerCase()) {
    case "sip":
    case "sips":
      return sipUri(text, scheme![1]!.toLowerCase(), scheme![2]!);
    case "tel":
      return telUri(text, scheme![2]!);
  }
  if (target.includes("@")) return sipUri(text, "sip", target, true);
  if (scheme !== null && parseHostPort(target) === undefined) {
    throw invalid(
      text,
      `"${scheme[1]}:" is not a scheme that can be called`,
      "Use sip:, sips: or tel:.",
    );
  }
  return onAccount(text, target, context);
}

function sipUri(text: string, scheme: string, rest: string, escape = false): ResolvedTarget {
  if (rest.includes("?")) {
    const mark = rest.indexOf("?");
    if (mark > rest.lastIndexOf("@")) {
      throw invalid(text, "a target has no headers (what follows the ?)", "Use --header instead.");
    }
  }
  const at = rest.lastIndexOf("@");
  const user = at < 0 ? undefined : rest.slice(0, at);
  const [, hostPort = "", parameters = ""] = /^([^;]*)(.*)$/s.exec(rest.slice(at + 1))!;
  const host = parseHostPort(hostPort);
  if (hostPort === "") throw invalid(text, "it names no host");
  if (host === undefined) throw invalid(text, `"${hostPort}" is not HOST or HOST:PORT`);
  if (!PARAMETERS.test(parameters)) {
    throw invalid(text, `"${parameters}" are not URI parameters`);
  }
  const place = formatHostPort(host);
  const shownUser = user === undefined ? "" : `${userPart(text, user, escape)}@`;
  return { uri: `${scheme}:${shownUser}${place}${parameters}`, host: place };
}

function userPart(text: string, user: string, escape: boolean): string {
  if (user === "") throw invalid(text, "nothing stands before the @");
  if (user.includes(":")) {
    // Not quoted back: it may be a password.
    throw new OffhookError("invalid-target", "a target has no : before the @", {
      hint: "A scheme is sip:, sips: or tel:. Passwords come from --password-file, " +
        "OFFHOOK_PASSWORD or the configuration.",
    });
  }
  const escaped = escape ? escapeUser(user) : user.replaceAll("#", "%23");
  if (!USER.test(escaped)) throw invalid(text, `"${user}" is not a user name`);
  return escaped;
}

/** As RFC 3261 §19.1.2 wants it: what may not stand in a user part is percent-encoded. */
function escapeUser(user: string): string {
  if (/\s/.test(user)) return user;
  return user.replace(
    /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-_.!~*'()&=+$,;?/%]/gu,
    (character) => encodeURIComponent(character),
  );
}

function telUri(text: string, rest: string): ResolvedTarget {
  const [, number = "", parameters = ""] = /^([^;]*)(.*)$/s.exec(rest)!;
  if (!TELEPHONE.test(number)) {
    throw invalid(text, `"${number}" is not a telephone number`, keypadHint(number));
  }
  if (!PARAMETERS.test(parameters)) throw invalid(text, `"${parameters}" are not URI parameters`);
  return { uri: `tel:${bareNumber(number)}${parameters}` };
}

/** The digits below the letters `A` to `Z` on a keypad (ITU-T E.161). */
const KEYPAD = "22233344455566677778889999";

/** For a number with letters in it, as advertisements have them. */
function keypadHint(number: string): string | undefined {
  const digits = number.replace(
    /[a-z]/gi,
    (letter) => KEYPAD[letter.toUpperCase().charCodeAt(0) - 65]!,
  );
  if (digits === number || !TELEPHONE.test(digits)) return undefined;
  return `Dial the digits that are on the same keys: tel:${digits}`;
}

function onAccount(text: string, target: string, context: TargetContext): ResolvedTarget {
  const compact = bareNumber(target);
  const dialled = NUMBER.test(compact) ? compact : target;
  const rule = context.dialPlan?.find(({ match }) => whole(match).test(dialled));
  if (rule !== undefined) {
    const rewritten = dialled.replace(whole(rule.match), rule.to);
    return resolveTarget(rewritten, context.server === undefined ? {} : { server: context.server });
  }
  if (/\s/.test(dialled)) throw invalid(text, "a name or number has no spaces in it");
  if (context.server === undefined) {
    throw new OffhookError(
      "config-missing",
      `"${text}" has no host, and there is no account to dial it on`,
      {
        hint: HOST.test(dialled)
          ? `Write sip:${dialled} when that is a server.`
          : "Give a whole address (sip:user@host), or --server and --user, or run `offhook config init`.",
      },
    );
  }
  const user = userPart(text, dialled, true);
  return { uri: `sip:${user}@${context.server}` };
}

/** Looks like a host that somebody wrote without `sip:`: a dot between words, or a port. */
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$|^[a-z0-9-]+:\d+$/i;

function whole(match: string): RegExp {
  return new RegExp(`^(?:${match})$`);
}

function invalid(text: string, why: string, hint?: string): OffhookError {
  return new OffhookError("invalid-target", `"${text}" cannot be called: ${why}`, {
    ...(hint === undefined ? {} : { hint }),
    data: { target: text },
  });
}
