/** Addresses in STUN attributes (RFC 8489 §14.1, §14.2). */
import { addressBytes, addressOf } from "../network/mod.ts";
import { uint16 } from "../octets/mod.ts";
import { ATTRIBUTE, type StunMessage, type StunWriter } from "./message.ts";

/** One end of a datagram's way; the address is in its one spelling (`canonicalAddress`). */
export interface SocketAddress {
  address: string;
  port: number;
}

/** Adds an address, XORed with the cookie and the transaction as its attribute wants. */
export function addAddress(
  writer: StunWriter,
  kind: number,
  { address, port }: SocketAddress,
): StunWriter {
  const host = addressBytes(address);
  if (host === undefined) throw new TypeError(`"${address}" is no IP address`);
  const value = new Uint8Array(4 + host.length);
  value[1] = host.length === 4 ? 1 : 2;
  value[2] = port >> 8;
  value[3] = port;
  value.set(host, 4);
  if (kind !== ATTRIBUTE.mappedAddress) mask(value, writer.bytes);
  return writer.add(kind, value);
}

/** The address in an attribute; undefined when there is none that can be understood. */
export function addressIn(message: StunMessage, kind: number): SocketAddress | undefined {
  const raw = message.attributes.get(kind)?.value;
  const length = raw?.[1] === 1 ? 8 : raw?.[1] === 2 ? 20 : undefined;
  if (raw === undefined || raw.length !== length) return undefined;
  // A copy, also of a Buffer, whose slice() is a view.
  const value = new Uint8Array(raw);
  if (kind !== ATTRIBUTE.mappedAddress) mask(value, message.bytes);
  return { address: addressOf(value.subarray(4)), port: uint16(value, 2) };
}

/** From where a server saw us, old servers included (RFC 8489 §14.1). */
export function mappedAddressOf(message: StunMessage): SocketAddress | undefined {
  return addressIn(message, ATTRIBUTE.xorMappedAddress) ??
    addressIn(message, ATTRIBUTE.mappedAddress);
}

/** The port with the cookie's upper half, the address with cookie and transaction. */
function mask(value: Uint8Array, header: Uint8Array): void {
  value[2]! ^= header[4]!;
  value[3]! ^= header[5]!;
  for (let i = 4; i < value.length; i++) value[i]! ^= header[i]!;
}
