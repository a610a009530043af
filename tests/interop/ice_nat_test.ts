/** ICE through real NATs: iptables between network namespaces, coturn in the middle. */
import assert from "node:assert/strict";
import { Coturn } from "../peers/coturn.ts";
import { type Nat, NatNetwork, SERVER_ADDRESS } from "../peers/nat_network.ts";
import { PeerProcess } from "../peers/peer_process.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { missing } from "../support/requirements.ts";
import { testUnless } from "../support/skip.ts";

const reason = missing(["root", "ip", "iptables", "coturn"]) ?? await NatNetwork.trouble();
const PARTY = new URL("../peers/ice_party.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

async function connected(scratch: Scratch, nats: readonly [Nat, Nat], relays: boolean) {
  const network = await NatNetwork.start(scratch, nats);
  const server = await Coturn.start(scratch, {
    address: SERVER_ADDRESS,
    within: (command, args) => network.within("server", command, args),
  });
  const { port, username, password } = server;
  const turn = { host: SERVER_ADDRESS, port, protocol: "udp", username, password };
  const settings = JSON.stringify({
    stun: [{ host: SERVER_ADDRESS, port }],
    turn: relays ? [turn] : [],
    relayOnly: false,
  });
  const party = (place: "a" | "b", role: string) => {
    const run = ["run", "--quiet", "--no-prompt", `--config=${CONFIG}`, "-P=test", "--no-check"];
    const command = network.within(place, Deno.execPath(), [...run, PARTY, settings, role]);
    return PeerProcess.start(scratch, { name: `party-${place}`, stdin: true, ...command });
  };
  const [a, b] = [party("a", "controlling"), party("b", "controlled")];
  const [[, ofA], [, ofB]] = await Promise.all([a, b].map((each) => each.waitFor(/LOCAL (.*)\n/)));
  await Promise.all([a.writeLine(ofB), b.writeLine(ofA)]);
  return { network, a, b };
}

/** The kinds of the pair in use, ours first; both sides have heard the other. */
async function wayOf(party: PeerProcess): Promise<string> {
  const [, json] = await party.waitFor(/CONNECTED (.*)\n/, 15_000);
  await party.waitFor(/HEARD \d/, 5000);
  const { local, remote } = JSON.parse(json);
  return `${local.type} ${remote.type}`;
}

for (
  const [nats, relayed] of [
    [["none", "none"], false],
    [["full-cone", "none"], false],
    [["full-cone", "port-restricted"], false],
    [["port-restricted", "port-restricted"], false],
    [["symmetric", "full-cone"], false],
    [["symmetric", "symmetric"], true],
  ] as const
) {
  const how = relayed ? "by a relay" : "without a relay";
  testUnless(
    reason,
    `ICE gets through NATs ${nats.join(" and ")} ${how}`,
    () =>
      withScratch(async (scratch) => {
        const { a, b } = await connected(scratch, nats, true);
        const ways = await Promise.all([wayOf(a), wayOf(b)]);
        assert.equal(ways.some((way) => way.includes("relay")), relayed, ways.join(", "));
      }),
  );
}

testUnless(
  reason,
  "sound comes back by itself when a cable was out for five seconds",
  () =>
    withScratch(async (scratch) => {
      const { network, a, b } = await connected(scratch, ["port-restricted", "none"], false);
      await Promise.all([wayOf(a), wayOf(b)]);
      await network.cable(false);
      await new Promise((resolve) => setTimeout(resolve, 5000));
      const [beforeA, beforeB] = [a.output.length, b.output.length];
      await network.cable(true);
      await Promise.all([
        a.waitFor(/HEARD \d/, 5000, beforeA),
        b.waitFor(/HEARD \d/, 5000, beforeB),
      ]);
      assert.ok(!a.output.includes("FAILED") && !b.output.includes("FAILED"));
    }),
);
