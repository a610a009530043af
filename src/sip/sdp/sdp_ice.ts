/**
 * ICE in a description (RFC 8839 §5): `a=ice-ufrag`, `a=ice-pwd`, `a=ice-lite`, `a=ice-options` and
 * `a=candidate`. What is malformed is passed over; without a name and a password there is no ICE. Pure.
 */
import type { IceCandidate, IceDescription, StreamDescription } from "../../core/media/mod.ts";
import { type Attributes, valuesAt, valuesOf } from "./sdp_lines.ts";

/** Candidates that are looked at: a list of checks grows with their square. */
const MAX_CANDIDATES = 100;

/** Groups that are looked at. */
const MAX_GROUPS = 8;

const UFRAG = /^[A-Za-z0-9+/]{4,256}$/;
const PASSWORD = /^[A-Za-z0-9+/]{22,256}$/;
const FOUNDATION = /^[A-Za-z0-9+/]{1,32}$/;
const WORD = /^[A-Za-z0-9\-+/]{1,32}$/;
const ADDRESS = /^[A-Za-z0-9.:\-_]{1,255}$/;

/** What a description says of ICE. */
export function readIce(from: Attributes): Pick<StreamDescription, "ice" | "iceMismatch"> {
  if (from.media.includes("ice-mismatch")) return { iceMismatch: true };
  const ice = iceOf(from);
  return ice === undefined ? {} : { ice };
}

function iceOf(from: Attributes): IceDescription | undefined {
  const ufrag = valuesAt(from, "ice-ufrag", 1)[0]?.trim();
  const password = valuesAt(from, "ice-pwd", 1)[0]?.trim();
  if (ufrag === undefined || password === undefined) return undefined;
  if (!UFRAG.test(ufrag) || !PASSWORD.test(password)) return undefined;
  const options = valuesAt(from, "ice-options", 1).flatMap((line) => line.split(/[ \t]+/))
    .filter((word) => WORD.test(word));
  const lines = valuesOf(from.media, "candidate", Infinity);
  const candidates = lines.slice(0, MAX_CANDIDATES).flatMap(candidateOf);
  const ice: IceDescription = { ufrag, password, candidates };
  if (lines.length > MAX_CANDIDATES) ice.leftOut = lines.length - MAX_CANDIDATES;
  if (from.session.includes("ice-lite")) ice.lite = true;
  if (options.length > 0) ice.options = options;
  if (from.media.includes("end-of-candidates")) ice.complete = true;
  return ice;
}

export function iceLines({ ice, iceMismatch }: StreamDescription): string[] {
  if (ice === undefined) return iceMismatch ? ["a=ice-mismatch"] : [];
  return [
    `a=ice-ufrag:${ice.ufrag}`,
    `a=ice-pwd:${ice.password}`,
    ...(ice.options === undefined ? [] : [`a=ice-options:${ice.options.join(" ")}`]),
    ...ice.candidates.map(candidateLine),
    ...(ice.complete ? ["a=end-of-candidates"] : []),
  ];
}

/** Whether the stream is in a bundle (RFC 9143 §7). */
export function isBundled(from: Attributes, mid: string | undefined): boolean {
  if (mid === undefined) return false;
  return valuesOf(from.session, "group", MAX_GROUPS).map((line) => line.trim().split(/[ \t]+/))
    .some(([semantics, ...mids]) => semantics === "BUNDLE" && mids.includes(mid));
}

/** A bundle of our one stream. */
export function groupLines({ bundled, mid }: StreamDescription): string[] {
  return bundled && mid !== undefined ? [`a=group:BUNDLE ${mid}`] : [];
}

function candidateLine(candidate: IceCandidate): string {
  const { foundation, component, transport, priority, address, port, type } = candidate;
  const { relatedAddress, relatedPort, tcpType } = candidate;
  return [
    `a=candidate:${foundation} ${component} ${transport} ${priority} ${address} ${port} typ ${type}`,
    ...(relatedAddress === undefined ? [] : [`raddr ${relatedAddress}`]),
    ...(relatedPort === undefined ? [] : [`rport ${relatedPort}`]),
    ...(tcpType === undefined ? [] : [`tcptype ${tcpType}`]),
  ].join(" ");
}

function candidateOf(line: string): IceCandidate[] {
  const words = line.trim().split(/[ \t]+/);
  const [foundation, component, transport, priority, address, port, typ, type] = words;
  if (typ !== "typ" || type === undefined || words.length % 2 === 1) return [];
  if (!FOUNDATION.test(foundation) || !WORD.test(transport) || !WORD.test(type)) return [];
  const numbers = [
    numberIn(component, 1, 256),
    numberIn(priority, 1, 2 ** 31 - 1),
    numberIn(port, 0, 65_535),
  ];
  if (numbers.includes(-1) || !ADDRESS.test(address)) return [];
  const candidate: IceCandidate = {
    foundation,
    component: numbers[0],
    transport: transport.toLowerCase(),
    priority: numbers[1],
    address,
    port: numbers[2],
    type: type.toLowerCase(),
  };
  for (let at = 8; at < words.length; at += 2) addExtension(candidate, words[at], words[at + 1]);
  return [candidate];
}

function addExtension(candidate: IceCandidate, name: string, value: string): void {
  if (name === "raddr" && ADDRESS.test(value)) candidate.relatedAddress = value;
  if (name === "tcptype" && WORD.test(value)) candidate.tcpType = value.toLowerCase();
  const port = numberIn(value, 0, 65_535);
  if (name === "rport" && port >= 0) candidate.relatedPort = port;
}

/** −1: it is none. */
function numberIn(text: string, least: number, most: number): number {
  const number = /^[0-9]{1,10}$/.test(text) ? Number(text) : -1;
  return number >= least && number <= most ? number : -1;
}
