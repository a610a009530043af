/** Two ICE agents over a simulated network, ready to be started. */
import type { IceDescription } from "../../../src/core/media/media_description.ts";
import { IceAgent } from "../../../src/media/transport/ice/agent.ts";
import { randomCredentials } from "../../../src/media/transport/ice/random.ts";
import { VirtualClock } from "../virtual_clock.ts";
import { gathered, IceNetwork, type NatKind, type Station, type Weather } from "./ice_network.ts";

export const FAIR: Weather = { loss: 0, duplicates: 0, maxDelayMs: 30 };

/** Numbers of 0–1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Side {
  agent: IceAgent;
  description: IceDescription;
  /** What was delivered, as text. */
  heard: string[];
  /** How often the agent told of a change. */
  changes: number;
  /** A datagram at the host candidate, from wherever it says. */
  inject(data: Uint8Array | string, source: { address: string; port: number }): void;
}

export interface Scene {
  nats?: readonly [NatKind, NatKind];
  sameNat?: boolean;
  relays?: readonly [boolean, boolean];
  roles?: readonly [boolean, boolean];
  weather?: Weather;
  seed?: number;
}

export function iceScene(
  { nats = ["none", "none"], sameNat = false, relays = [false, false], ...rest }: Scene = {},
) {
  const { roles = [true, false], weather = FAIR, seed = 1 } = rest;
  const clock = new VirtualClock(0);
  const random = seeded(seed);
  const network = new IceNetwork(clock, random, weather);
  const natA = network.addNat(nats[0], "203.0.113.1");
  const natB = sameNat ? natA : network.addNat(nats[1], "203.0.113.2");
  const insideB = sameNat ? "10.1.0.2" : "10.2.0.2";
  const stationA = { nat: natA, address: natA ? "10.1.0.1" : "192.0.2.1", relay: relays[0] };
  const stationB = { nat: natB, address: natB ? insideB : "192.0.2.2", relay: relays[1] };
  const around = { network, clock, random };
  return {
    ...around,
    a: sideOf(around, stationA, roles[0]),
    b: sideOf(around, stationB, roles[1]),
  };
}

/** B has A's offer at once, and A B's answer later. */
export function begin({ a, b, clock }: ReturnType<typeof iceScene>, answerMs = 40): void {
  b.agent.start(a.description);
  clock.advance(answerMs);
  a.agent.start(b.description);
}

/** @returns whether there was a pair to say it by */
export function say({ agent }: Side, text: string): boolean {
  return agent.send(new TextEncoder().encode(text));
}

function sideOf(
  { network, clock, random }: { network: IceNetwork; clock: VirtualClock; random: () => number },
  station: Station,
  controlling: boolean,
): Side {
  const random32 = () => Math.floor(random() * 2 ** 32);
  const candidates = gathered(network, station, (base, data, source) => {
    side.agent.receive(base, data, source);
  });
  const credentials = randomCredentials(random32);
  const agent = new IceAgent(
    {
      component: 1,
      clock,
      random: random32,
      credentials,
      candidates: candidates.list,
      controlling,
    },
    {
      data: (data) => side.heard.push(new TextDecoder().decode(data)),
      changed: () => side.changes += 1,
    },
  );
  const list = candidates.list.map(({ base: _, ...candidate }) => candidate);
  const side: Side = {
    agent,
    heard: [],
    changes: 0,
    description: { ...credentials, candidates: list },
    inject: (data, source) => {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      agent.receive(candidates.list[0].base, bytes, source);
    },
  };
  return side;
}
