/** The rules of `offhook config qos` in a real kernel: each packet of a call has its mark on the wire. */
import assert from "node:assert/strict";
import { callJson, Offhook } from "../peers/offhook.ts";
import { PeerProcess } from "../peers/peer_process.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { missing } from "../support/requirements.ts";
import { testUnless } from "../support/skip.ts";

const NAME = `offhook-qos-${Deno.pid}`;
const SNIFFER = new URL("../peers/sniffer.py", import.meta.url).pathname;
/** DSCP in the upper six bits of the octet: EF is 46, AF31 is 26. */
const [EF, AF31, UNMARKED] = [46 << 2, 26 << 2, 0];

interface Packet {
  protocol: "udp" | "tcp";
  source: number;
  target: number;
  tos: number;
  /** Hex of the first octets. */
  payload: string;
}

const reason = missing(["root", "ip", "nft", "python3"]) ?? await trouble();

async function command(name: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(name, { args, stdout: "null" }).output();
  if (!success) throw new Error(`${name} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** Why no rules can be installed here, as root in a container often cannot. */
async function trouble(): Promise<string | undefined> {
  const name = `${NAME}-probe`;
  try {
    await command("ip", "netns", "add", name);
    await command("ip", "netns", "exec", name, "nft", "add table inet probe");
    return undefined;
  } catch (error) {
    return `no firewall rules in a network namespace: ${(error as Error).message.trim()}`;
  } finally {
    await command("ip", "netns", "del", name).catch(() => {});
  }
}

const within = (name: string, args: readonly string[]) => ({
  command: "ip",
  args: ["netns", "exec", NAME, name, ...args],
});

/** A network of its own with loopback alone. @param user whose packets are marked; absent: no rules */
async function network(scratch: Scratch, user?: string): Promise<void> {
  await command("ip", "netns", "add", NAME);
  scratch.defer(() => command("ip", "netns", "del", NAME));
  await command("ip", "-n", NAME, "link", "set", "lo", "up");
  if (user === undefined) return;
  const config = scratch.file("config.toml");
  const account = { user: "alice", server: "127.0.0.1:5080" };
  await Deno.writeTextFile(
    config,
    `[accounts.desk]\nuser = "${account.user}"\nserver = "${account.server}"\n`,
  );
  const args = ["config", "qos", "--as", user, "--config", config];
  const { status, stdout, stderr } = await Offhook.run(scratch, args);
  assert.equal(status, 0, stderr);
  const rules = scratch.file("qos.nft");
  await Deno.writeFile(rules, stdout);
  // Twice: a second time takes the place of the first.
  for (let i = 0; i < 2; i++) await command("ip", "netns", "exec", NAME, "nft", "-f", rules);
}

/** Every packet of a call between two of our phones, by what it is. */
async function marksOfCall(scratch: Scratch): Promise<Map<string, Set<number>>> {
  const sniffer = PeerProcess.start(scratch, { name: "sniffer", ...within("python3", [SNIFFER]) });
  await sniffer.waitFor(/READY\n/);
  const sound = ["--mic", "tone", "--speaker", "null"];
  const answering = ["answer", "--listen", "127.0.0.1:5080", ...sound];
  const answer = Offhook.start(scratch, answering, { name: "answer", within });
  await answer.waitFor("stderr", /waiting for calls on (\S+) \(udp\)/);
  const target = "sip:x@127.0.0.1:5080";
  const args = ["dial", target, ...sound, "--duration", "7s", "--json"];
  const dial = await Offhook.run(scratch, args, { name: "dial", within });
  assert.equal(dial.status, 0, dial.stderr);
  assert.ok(callJson(dial).media.received > 100);
  await answer.finished;
  const marks = new Map<string, Set<number>>();
  for (const [line] of sniffer.output.matchAll(/^\{.*\}$/gm)) {
    const packet: Packet = JSON.parse(line);
    const kind = kindOf(packet);
    marks.set(kind, (marks.get(kind) ?? new Set()).add(packet.tos));
  }
  return marks;
}

function kindOf({ source, target, payload }: Packet): string {
  if (source === 5080 || target === 5080) return "SIP";
  const [first, second] = [0, 2].map((at) => Number.parseInt(payload.slice(at, at + 2), 16));
  if (first! >> 6 !== 2) return "other";
  return second! >= 192 && second! <= 223 ? "RTCP" : "RTP";
}

testUnless(
  reason,
  "with the rules, sound leaves with EF and signalling with AF31; another user's is left alone",
  () =>
    withScratch(async (scratch) => {
      await network(scratch, "root");
      const marks = await marksOfCall(scratch);
      for (const [kind, mark] of [["RTP", EF], ["RTCP", EF], ["SIP", AF31]] as const) {
        assert.deepEqual([...marks.get(kind) ?? []], [mark], kind);
      }
    }),
);

testUnless(
  reason,
  "without the rules, and for another user, nothing is marked: Deno sets no IP_TOS",
  () =>
    withScratch(async (scratch) => {
      await network(scratch, "nobody");
      const marks = await marksOfCall(scratch);
      for (const kind of ["RTP", "SIP"]) {
        assert.deepEqual([...marks.get(kind) ?? []], [UNMARKED], kind);
      }
    }),
);
