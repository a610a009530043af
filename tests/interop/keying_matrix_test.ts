/**
 * Each way to keys over each transport of ours: one station has an account for each pair, and calls
 * phones that send back what they hear. Our own tone in the recording has been there and back.
 */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { Desk } from "../peers/desk.ts";
import { Kamailio, type Transport, TRANSPORTS } from "../peers/kamailio.ts";
import { Rtpengine } from "../peers/rtpengine.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { pause } from "../support/pause.ts";
import { testWith } from "../support/skip.ts";

const NEEDS = ["kamailio", "kamailio-tls", "kamailio-websocket", "openssl", "baresip"] as const;

const TONE = 1_070;
/** Time for the tone to be heard, ms. */
const TALK = 1_200;

/** Lines of an account; keys by SDES may go over any transport here, to see that they are taken. */
const KEYINGS = {
  plain: 'encryption = "off"',
  sdes: 'encryption = "require"\ncleartext_keys = true',
  dtls: 'encryption = "require"\nkeying = "dtls"',
  ice: 'encryption = "off"\nice = "all"',
  webrtc: 'encryption = "require"\nkeying = "dtls"\nice = "all"',
};
type KeyingName = keyof typeof KEYINGS;

/** What the report of a call says: how it got its keys, and whether ICE found the way. */
const EXPECTED: Record<KeyingName, [keying: string | undefined, ice: string | undefined]> = {
  plain: [undefined, undefined],
  sdes: ["sdes", undefined],
  dtls: ["dtls", undefined],
  ice: [undefined, "connected"],
  webrtc: ["dtls", "connected"],
};

/** Accounts of alice that do not register: `wss-dtls` and so on. */
function accounts(kamailio: Kamailio, keyings: readonly KeyingName[]): string {
  return keyings.flatMap((keying) =>
    TRANSPORTS.map((transport) => {
      const name = `${transport}-${keying}`;
      return [
        `[accounts.${name}]`,
        `user = "alice"\nserver = "${kamailio.address(transport)}"\ntransport = "${transport}"`,
        'password_env = "ALICE_PASSWORD"\nregister = false',
        KEYINGS[keying],
        `[accounts.${name}.tls]\nca_file = "${kamailio.authority.caFile}"`,
      ].join("\n");
    })
  ).join("\n");
}

/** One call there and back. @returns what was wrong */
async function fault(
  desk: Desk,
  target: string,
  transport: Transport,
  keying: KeyingName,
): Promise<string | undefined> {
  const where = `${keying} over ${transport}`;
  try {
    const call = await desk.dial(target, TONE, `${transport}-${keying}`);
    await pause(TALK);
    await desk.hangup(call);
    const { encryption, report, transport: by } = await desk.ended(call);
    assert.deepEqual([encryption?.keying, report?.ice?.state], EXPECTED[keying]);
    assert.equal(by, transport);
    const recording = await desk.recording(call);
    const seconds = recording.seconds(TONE, { channel: 1 });
    assert.ok(seconds >= 0.4, `${seconds} s of the tone in ${recording.picture([TONE], 1)}`);
    return undefined;
  } catch (error) {
    return `${where}: ${error instanceof Error ? error.message : error}`;
  }
}

async function assertAll(
  desk: Desk,
  targets: Partial<Record<KeyingName, string>>,
): Promise<void> {
  const faults: string[] = [];
  for (const [keying, target] of Object.entries(targets)) {
    for (const transport of TRANSPORTS) {
      const found = await fault(desk, target, transport, keying as KeyingName);
      if (found !== undefined) faults.push(found);
    }
  }
  assert.deepEqual(faults, []);
}

function echo(
  scratch: Scratch,
  kamailio: Kamailio,
  user: string,
  wish: { ice?: boolean; encryption?: "require" | "dtls" } = {},
): Promise<Baresip> {
  const registrar = kamailio.registrar(user, "udp");
  return Baresip.start(scratch, { user, registrar, says: "echo", autoAnswer: true, ...wish });
}

testWith(
  [...NEEDS, "rtpengine"],
  "rtpengine takes each keying over each transport",
  () =>
    withScratch(async (scratch) => {
      const rtpengine = await Rtpengine.start(scratch);
      const kamailio = await Kamailio.start(scratch, { rtpengine: rtpengine.control });
      const targets = { plain: "bob", sdes: "bob", dtls: "bob", webrtc: "bob" };
      const keyings = Object.keys(targets) as KeyingName[];
      const [desk] = await Promise.all([
        Desk.start(scratch, kamailio, accounts(kamailio, keyings)),
        echo(scratch, kamailio, "bob"),
      ]);
      await assertAll(desk, targets);
    }),
  { timeout: 120_000 },
);

testWith(
  NEEDS,
  "baresip takes each keying over each transport",
  () =>
    withScratch(async (scratch) => {
      const users = Object.fromEntries(
        ["alice", "sdes", "dtls", "ice"].map((user) => [user, `${user}-password`]),
      );
      const kamailio = await Kamailio.start(scratch, { users });
      const targets = { sdes: "sdes", dtls: "dtls", ice: "ice" };
      const keyings = Object.keys(targets) as KeyingName[];
      const [desk] = await Promise.all([
        Desk.start(scratch, kamailio, accounts(kamailio, keyings)),
        echo(scratch, kamailio, "sdes", { encryption: "require" }),
        echo(scratch, kamailio, "dtls", { encryption: "dtls" }),
        echo(scratch, kamailio, "ice", { ice: true }),
      ]);
      await assertAll(desk, targets);
    }),
  { timeout: 120_000 },
);
