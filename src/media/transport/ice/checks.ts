/**
 * Connectivity checks as messages (RFC 8445 §7): requests with the peer's name and password, responses
 * with ours. Pure.
 */
import type { IceCredentials } from "../../../core/media/mod.ts";
import {
  addAddress,
  addError,
  addFingerprint,
  addIntegrity,
  ATTRIBUTE,
  fingerprintFits,
  hasIntegrity,
  METHOD,
  type SocketAddress,
  type StunError,
  type StunMessage,
  StunWriter,
  textOf,
  uint64Of,
} from "../stun/mod.ts";

export interface Check {
  transactionId: string;
  local: IceCredentials;
  remote: IceCredentials;
  priority: number;
  controlling: boolean;
  tieBreaker: bigint;
  nominate: boolean;
}

export function checkRequest(check: Check): Uint8Array {
  const { transactionId, local, remote, priority, controlling, tieBreaker, nominate } = check;
  const writer = new StunWriter(METHOD.binding, "request", transactionId)
    .text(ATTRIBUTE.username, `${remote.ufrag}:${local.ufrag}`)
    .uint32(ATTRIBUTE.priority, priority)
    .uint64(controlling ? ATTRIBUTE.iceControlling : ATTRIBUTE.iceControlled, tieBreaker);
  if (nominate) writer.add(ATTRIBUTE.useCandidate);
  return addFingerprint(addIntegrity(writer, keyOf(remote))).bytes;
}

/** Says where the check came from. */
export function checkResponse(
  request: StunMessage,
  local: IceCredentials,
  source: SocketAddress,
): Uint8Array {
  const writer = new StunWriter(METHOD.binding, "success", request.transactionId);
  addAddress(writer, ATTRIBUTE.xorMappedAddress, source);
  return addFingerprint(addIntegrity(writer, keyOf(local))).bytes;
}

export function checkError(
  request: StunMessage,
  local: IceCredentials,
  error: StunError,
): Uint8Array {
  const writer = addError(new StunWriter(METHOD.binding, "error", request.transactionId), error);
  if (error.code === 420) {
    const types = request.unknown.slice(0, 8);
    writer.add(
      ATTRIBUTE.unknownAttributes,
      Uint8Array.from(types.flatMap((type) => [type >> 8, type & 0xff])),
    );
  }
  return addFingerprint(addIntegrity(writer, keyOf(local))).bytes;
}

/**
 * Whether the request comes from who has our password and is about this session. Deviation from RFC
 * 8489 §9.1.3: others get no answer instead of a 400 or 401, so that a stranger learns nothing.
 */
export function isAuthentic(request: StunMessage, local: IceCredentials): boolean {
  return textOf(request, ATTRIBUTE.username)?.startsWith(`${local.ufrag}:`) === true &&
    fingerprintFits(request) && hasIntegrity(request, keyOf(local));
}

export function isFrom(response: StunMessage, remote: IceCredentials): boolean {
  return response.method === METHOD.binding && fingerprintFits(response) &&
    hasIntegrity(response, keyOf(remote));
}

/** The sender's role and tie-breaker; undefined when it says none. */
export function roleOf(
  request: StunMessage,
): { controlling: boolean; tieBreaker: bigint } | undefined {
  const controlling = uint64Of(request, ATTRIBUTE.iceControlling);
  if (controlling !== undefined) return { controlling: true, tieBreaker: controlling };
  const controlled = uint64Of(request, ATTRIBUTE.iceControlled);
  return controlled === undefined ? undefined : { controlling: false, tieBreaker: controlled };
}

const encoder = new TextEncoder();

function keyOf({ password }: IceCredentials): Uint8Array {
  return encoder.encode(password);
}
