/**
 * A server that goes and comes again: the call goes on, and the station is back within a second; by UDP,
 * where nothing tells of the loss, with the next refresh.
 */
import assert from "node:assert/strict";
import type { Sequenced } from "../../src/control/contract/phone.ts";
import { Baresip } from "../peers/baresip.ts";
import { Kamailio, type Transport } from "../peers/kamailio.ts";
import { accountArguments, Offhook } from "../peers/offhook.ts";
import { withScratch } from "../peers/scratch.ts";
import { connect } from "../peers/station.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { testWith } from "../support/skip.ts";

const NEEDS = ["kamailio", "kamailio-tls", "kamailio-websocket", "openssl", "baresip"] as const;
const NEEDS_SPEECH = [...NEEDS, "sox", "espeak"] as const;
/** From the connection's return to the 200: a busy machine gets some more than our second. */
const BACK_MS = 2_000;
const PATIENCE_MS = 20_000;

for (const transport of ["udp", "tcp", "tls", "ws", "wss"] satisfies Transport[]) {
  testWith(
    NEEDS_SPEECH,
    `${transport}: kamailio is started again in the middle of a call`,
    () =>
      withScratch(async (scratch) => {
        const isUdp = transport === "udp";
        const kamailio = await Kamailio.start(scratch, isUdp ? { maxExpires: 8 } : {});
        const bob = await Baresip.start(scratch, {
          user: "bob",
          registrar: kamailio.registrar("bob", "udp"),
          // A phone whose file ends hangs up.
          says: await spokenWav({ times: 10 }),
          autoAnswer: true,
        });
        const { args, env } = accountArguments(kamailio.registrar("alice", transport), "alice");
        const socket = scratch.file("control.sock");
        const quiet = ["--mic", "tone", "--speaker", "null", "--no-history", "--socket", socket];
        await Deno.writeTextFile(scratch.file("none.toml"), "[headset]\nenabled = false\n");
        const config = ["--config", scratch.file("none.toml")];
        const station = Offhook.start(scratch, ["station", ...config, ...quiet, ...args], { env });
        await station.waitFor("stderr", /station on/);
        const phone = await connect(socket);
        const events: Sequenced[] = [];
        await phone.subscribe((event) => events.push(event));
        const wait = async (what: string, look: (event: Sequenced) => boolean, from: number) => {
          const end = performance.now() + PATIENCE_MS;
          for (;;) {
            const found = events.slice(from).find(look);
            if (found !== undefined) return found;
            assert.ok(performance.now() < end, `${what} did not come`);
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        };
        const isRegistered = (event: Sequenced) =>
          event.type === "registration" && event.registration.state === "registered";
        const isConnected = (connected: boolean) => (event: Sequenced) =>
          event.type === "connection" && event.connected === connected;
        if ((await phone.request("status", {})).accounts[0]!.registration.state !== "registered") {
          await wait("the registration", isRegistered, 0);
        }
        const { call } = await phone.request("dial", { target: "bob" });
        await wait("the answer", ({ type }) => type === "call.answered", 0);

        const before = events.length;
        await kamailio.stop();
        if (!isUdp) await wait("the loss", isConnected(false), before);
        const during = await phone.request("status", {});
        assert.deepEqual(during.calls.map(({ id, state }) => [id, state]), [[call, "active"]]);
        await kamailio.startAgain();
        if (!isUdp) {
          const connection = await wait("the connection", isConnected(true), before);
          const registration = await wait("the new registration", isRegistered, before);
          const took = registration.at - connection.at;
          assert.ok(took < BACK_MS, `registered ${took} ms after the connection was back`);
        }
        await kamailio.waitForContacts("alice", 1);

        // Sound went on, and the BYE finds its way.
        const mediaFrom = events.length;
        await wait("a report", ({ type }) => type === "call.media", mediaFrom);
        await phone.request("hangup", { call });
        await bob.waitForEvent("CALL_CLOSED");
        const ended = await wait("the end", ({ type }) => type === "call.ended", before);
        assert.ok(ended.type === "call.ended");
        const { endedBy, report, answeredAt, endedAt } = ended.record;
        assert.equal(endedBy, "local");
        // Fifty packets a second, and some grace for a busy machine.
        const expected = (endedAt - answeredAt!) / 20;
        assert.ok(
          report!.received > expected / 2,
          `${report!.received} of ${expected} packets came`,
        );
        await phone.close();
      }),
  );
}
