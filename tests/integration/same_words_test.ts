/** The same words on every face: what the network sees of them, and what the history keeps. */
import assert from "node:assert/strict";
import { runCli } from "../../src/cli/cli.ts";
import { openStationPhone } from "../../src/cli/process/open_phone.ts";
import type { Phone } from "../../src/control/contract/phone.ts";
import { ControlServer } from "../../src/control/server/server.ts";
import type { Account } from "../../src/core/account/account.ts";
import { openPhone } from "../../src/station/phone/open_phone.ts";
import { openStore } from "../../src/store/store.ts";
import { FakeIo } from "../fakes/fake_io.ts";
import { LIST_ACTIONS } from "../../src/tui/act/list_actions.ts";
import { firstState } from "../../src/tui/model/state.ts";
import { RawPeer } from "./sip/raw_peer.ts";

interface Scene {
  folder: string;
  server: RawPeer;
  station: Phone;
  peers: RawPeer[];
  cli(args: string[], environment?: Record<string, string>): Promise<number>;
}

/** Everybody is busy: a call is one INVITE and its answer. */
async function peer(host?: string): Promise<RawPeer> {
  const peer = await RawPeer.open(host);
  peer.script = (message) => {
    if (message.kind === "INVITE") peer.reply(message, 486);
  };
  return peer;
}

async function withScene(run: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [server, samehost, other] = [await peer(), await peer(), await peer("127.0.0.2")];
  const config = `${folder}/config.toml`;
  await Deno.writeTextFile(
    config,
    `[accounts.desk]\nuser = "alice"\nserver = "${server.at}"\nregister = false\n` +
      `transport = "udp"\n[[accounts.desk.dial_plan]]\nmatch = "9"\nto = "sip:door@${other.at}"\n`,
  );
  const account: Account = {
    id: "desk",
    user: "alice",
    server: server.at,
    transport: "udp",
    register: false,
    expires: 300,
    codecs: ["PCMU"],
    dialPlan: [{ match: "9", to: `sip:door@${other.at}` }],
    tls: { minVersion: "1.2", verify: true },
  };
  const station = await openPhone({
    accounts: [{ account, password: () => Promise.resolve("") }],
    direct: {
      listen: [],
      codecs: ["PCMU"],
      user: "offhook",
      tls: { minVersion: "1.2", verify: true },
    },
    register: false,
    endpoints: { microphone: { kind: "silence" }, speaker: { kind: "null" } },
    maxCalls: 4,
    ringMs: 60_000,
    doNotDisturb: false,
    active: "one",
    log: () => {},
  });
  const socket = `${folder}/control.sock`;
  const control = await ControlServer.start({
    phone: station,
    station: { name: "test", version: "0", pid: 1 },
    listen: { kind: "unix", path: socket },
    log: () => {},
  });
  const environment = {
    XDG_STATE_HOME: folder,
    OFFHOOK_CONFIG: config,
    OFFHOOK_SOCKET: socket,
    OFFHOOK_MIC: "silence",
    OFFHOOK_SPEAKER: "null",
  };
  try {
    await run({
      folder,
      server,
      station,
      peers: [server, samehost, other],
      cli: (args, more = {}) => {
        const io = new FakeIo({ environment: { ...environment, ...more }, cwd: folder });
        return runCli(args, { io, openPhone: openStationPhone });
      },
    });
  } finally {
    await control.close();
    await station.close();
    for (const each of [server, samehost, other]) await each.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a peer sees of a call: where it came to, for whom it is, and who calls. */
async function seen(peers: RawPeer[], dial: () => Promise<unknown>): Promise<string> {
  for (const peer of peers) peer.received.length = 0;
  await dial();
  for (;;) {
    for (const peer of peers) {
      const invite = peer.received.find(({ kind }) => kind === "INVITE");
      // Its ACK: then the call is over, too.
      if (invite === undefined || !peer.received.some(({ kind }) => kind === "ACK")) continue;
      const from = /sip:([^@>]+)@/.exec(invite.header("from"))?.[1];
      return `${invite.uri} at ${peer.at} from ${from}`;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The terminal phone's action, with the text typed into its field. */
function typed(phone: Phone, text: string): Promise<void> {
  const desk = {
    ask: (method: "dial", params: { target: string }) => phone.request(method, params),
    setField: () => {},
    store: { dispatch: () => {} },
  };
  const looks = { columns: 80, rows: 24, theme: "dark", ownership: "attached", now: 0 } as const;
  const start = firstState(looks as never);
  const state = { ...start, screen: { ...start.screen, field: text } };
  return Promise.resolve(LIST_ACTIONS.go.run(desk as never, state) as Promise<void>);
}

Deno.test("the same words reach the same place from every face, for the same caller", () =>
  withScene(async ({ cli, station, peers }) => {
    const [server, samehost, other] = peers;
    const table: [string, string][] = [
      ["600", `sip:600@${server.at} at ${server.at} from alice`],
      [`sip:bob@${server.at}`, `sip:bob@${server.at} at ${server.at} from alice`],
      [`sip:bob@${other.at}`, `sip:bob@${other.at} at ${other.at} from offhook`],
      [`bob@${samehost.at}`, `sip:bob@${samehost.at} at ${samehost.at} from offhook`],
      ["9", `sip:door@${other.at} at ${other.at} from offhook`],
    ];
    for (const [target, expected] of table) {
      const faces: Record<string, () => Promise<unknown>> = {
        "offhook dial, no station": () => cli(["dial", target, "--standalone"]),
        "offhook dial, a station": () => cli(["dial", target]),
        "the API": () => station.request("dial", { target }),
        "the terminal phone": () => typed(station, target),
      };
      for (const [face, dial] of Object.entries(faces)) {
        assert.equal(await seen(peers, dial), expected, `${target}, ${face}`);
      }
    }
  }));

Deno.test("a call without a station is in the history, which redial and a station's writer share", () =>
  withScene(async ({ cli, peers, folder }) => {
    const [server, , other] = peers;
    const alone = { OFFHOOK_SOCKET: `${folder}/nobody.sock` };
    await cli(["dial", "600"], alone);
    const again = await seen(peers, () => cli(["redial"], alone));
    assert.equal(again, `sip:600@${server.at} at ${server.at} from alice`);

    // A station has the store for itself; several commands write at once all the same.
    const path = `${folder}/offhook/history.db`;
    const station = openStore({ path, mode: "write", now: Date.now });
    try {
      const target = `sip:bob@${other.at}`;
      await Promise.all([cli(["dial", target, "--standalone"]), cli(["dial", "601"], alone)]);
      const { records } = station.history.list();
      assert.deepEqual(
        records.map(({ account, remote, outcome }) => `${account} ${remote.uri} ${outcome}`).sort(),
        [
          `desk sip:600@${server.at} busy`,
          `desk sip:600@${server.at} busy`,
          `desk sip:601@${server.at} busy`,
          `direct ${target} busy`,
        ],
      );
    } finally {
      station.close();
    }
  }));

Deno.test("redial of an account that came with flags goes where the address says", () =>
  withScene(async ({ cli, peers, folder }) => {
    const other = peers[2];
    const alone = { OFFHOOK_SOCKET: `${folder}/nobody.sock` };
    await cli(["dial", "7", "--server", other.at, "--user", "carol"], alone);
    const again = await seen(peers, () => cli(["redial"], alone));
    assert.equal(again, `sip:7@${other.at} at ${other.at} from offhook`);
  }));
