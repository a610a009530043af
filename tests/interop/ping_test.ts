/** `offhook ping` asks kamailio and baresip, alone and through a station. */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { Kamailio } from "../peers/kamailio.ts";
import { accountArguments, Offhook } from "../peers/offhook.ts";
import { freePorts } from "../peers/ports.ts";
import { withScratch } from "../peers/scratch.ts";
import { configure, startStation } from "../peers/station.ts";
import { testWith } from "../support/skip.ts";

const NEEDS = ["kamailio", "kamailio-tls", "kamailio-websocket", "openssl", "baresip"] as const;
const NOBODY = `sip:nobody@127.0.0.1:${freePorts()}`;

testWith(
  NEEDS,
  "ping: a server, a phone behind it, a phone alone, and nobody",
  () =>
    withScratch(async (scratch) => {
      const kamailio = await Kamailio.start(scratch, {});
      const bob = await Baresip.start(scratch, {
        user: "bob",
        says: "echo",
        registrar: kamailio.registrar("bob", "udp"),
      });
      const { args, env } = accountArguments(kamailio.registrar("alice", "udp"), "alice");
      const ping = async (...more: string[]) => {
        const { status, stdout } = await Offhook.run(scratch, ["ping", "--json", ...more], { env });
        return { exit: status, ...JSON.parse(new TextDecoder().decode(stdout).split("\n")[0]!) };
      };
      const server = await ping(...args);
      assert.deepEqual([server.exit, server.status], [0, 200]);
      assert.match(server.agent, /kamailio/i);
      const behind = await ping("bob", ...args);
      assert.deepEqual([behind.exit, behind.status], [0, 200]);
      assert.match(behind.agent, /baresip/i);
      const alone = await ping(bob.uri);
      assert.deepEqual([alone.exit, alone.status, alone.account], [0, 200, "direct"]);
      const none = await ping(NOBODY, "--timeout", "500ms");
      assert.deepEqual([none.exit, none.error.code], [8, "unreachable"]);
    }),
);

testWith(NEEDS, "ping: the same through a station", () =>
  withScratch(async (scratch) => {
    const kamailio = await Kamailio.start(scratch, {});
    await Baresip.start(scratch, {
      user: "bob",
      says: "echo",
      registrar: kamailio.registrar("bob", "udp"),
    });
    const password = kamailio.password("alice");
    const place = await configure(scratch, kamailio.address("udp"), { password });
    await startStation(scratch, place);
    for (const [whom, agent] of [[[], /kamailio/i], [["bob"], /baresip/i]] as const) {
      const { stdout } = await Offhook.run(scratch, ["ping", "--json", ...whom], place);
      const answer = JSON.parse(new TextDecoder().decode(stdout));
      assert.deepEqual([answer.account, answer.status], ["alice", 200]);
      assert.match(answer.agent, agent);
    }
  }));
