/** Alerts (RFC 5246 §7.2). */

export interface Alert {
  level: "warning" | "fatal";
  description: number;
}

export const AlertDescription = {
  closeNotify: 0,
  handshakeFailure: 40,
  badCertificate: 42,
} as const;

const NAMES: Readonly<Record<number, string>> = {
  0: "close notify",
  10: "unexpected message",
  20: "bad record",
  40: "handshake failure",
  42: "bad certificate",
  43: "unsupported certificate",
  44: "certificate revoked",
  45: "certificate expired",
  46: "certificate unknown",
  47: "illegal parameter",
  48: "unknown authority",
  49: "access denied",
  50: "decode error",
  51: "decrypt error",
  70: "protocol version",
  71: "insufficient security",
  80: "internal error",
  86: "inappropriate fallback",
  90: "cancelled",
  110: "unsupported extension",
};

const WARNING = 1;
const FATAL = 2;

export function writeAlert({ level, description }: Alert): Uint8Array {
  return Uint8Array.of(level === "fatal" ? FATAL : WARNING, description);
}

/** Undefined when it is none. */
export function readAlert(content: Uint8Array): Alert | undefined {
  const [level, description] = content;
  if (content.length !== 2 || level !== WARNING && level !== FATAL) return undefined;
  return { level: level === FATAL ? "fatal" : "warning", description: description! };
}

export function alertName(description: number): string {
  return NAMES[description] ?? `alert ${description}`;
}
