/** A real machine's worth of network: the phone's address changes under it, in a network namespace. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { NatNetwork } from "../../peers/nat_network.ts";
import { missing } from "../../support/requirements.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
/** Of the benchmarking range: no network has it. */
const SERVER = "198.18.77.1";
const BEFORE = "198.18.77.5";
const AFTER = "198.18.77.9";

async function ip(line: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args: line.split(" ") }).output();
  assert.ok(success, `ip ${line}: ${new TextDecoder().decode(stderr)}`);
}

const reason = missing(["root", "ip", "iptables"]) ?? await NatNetwork.trouble();
const skipped = reason === undefined ? "" : ` [skipped: ${reason}]`;
const name = `a phone whose address changes registers from the new one${skipped}`;

Deno.test({ name, ignore: reason !== undefined }, async () => {
  const space = `offhook${Deno.pid}`;
  const outer = `oh${Deno.pid}`.slice(0, 15);
  const folder = await Deno.makeTempDir();
  await ip(`netns add ${space}`);
  const server = createSocket("udp4");
  try {
    await ip(`link add ${outer} type veth peer name inner netns ${space}`);
    await ip(`addr add ${SERVER}/24 dev ${outer}`);
    await ip(`link set ${outer} up`);
    for (const device of ["lo", "inner"]) await ip(`-n ${space} link set ${device} up`);
    await ip(`-n ${space} addr add ${BEFORE}/24 dev inner`);
    server.bind(0, SERVER);
    await once(server, "listening");
    const { port } = server.address();
    const from: string[] = [];
    const seen = Promise.withResolvers<void>();
    const moved = Promise.withResolvers<string>();
    server.on("message", (bytes, { address, port: source }) => {
      const text = new TextDecoder().decode(bytes);
      if (!text.startsWith("REGISTER")) return;
      const lines = text.match(/^(?:Via|From|To|Call-ID|CSeq|Contact): .*$/gim)!
        .map((line) => line.trim()).filter((line) => !line.includes("expires=0"));
      server.send(
        ["SIP/2.0 200 OK", ...lines, "Content-Length: 0", "", ""].join("\r\n"),
        source,
        address,
      );
      from.push(address);
      if (address === BEFORE) seen.resolve();
      if (address === AFTER) moved.resolve(text);
    });
    const account = ["--server", `${SERVER}:${port}`, "--user", "alice", "--transport", "udp"];
    const phone = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", space, Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=station"],
        ...[`--config=${ROOT}deno.json`, `${ROOT}main.ts`, "register", "--stay", ...account],
      ],
      env: { HOME: folder, XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      await seen.promise;
      await ip(`-n ${space} addr del ${BEFORE}/24 dev inner`);
      await ip(`-n ${space} addr add ${AFTER}/24 dev inner`);
      const register = await moved.promise;
      assert.match(register, new RegExp(`^Contact: <sip:alice@${AFTER}:`, "m"));
      assert.match(register, new RegExp(`^Contact: <sip:alice@${BEFORE}:\\d+>;expires=0`, "m"));
    } finally {
      phone.kill("SIGINT");
      await phone.status;
    }
  } finally {
    server.close();
    await ip(`netns del ${space}`);
    await Deno.remove(folder, { recursive: true });
  }
});
