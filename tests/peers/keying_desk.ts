/**
 * A station that has an account for each way to keys over each transport, and calls phones by all of
 * them, one after the other.
 */
import assert from "node:assert/strict";
import { pause } from "../support/pause.ts";
import { Desk } from "./desk.ts";
import { type Kamailio, type Transport, TRANSPORTS } from "./kamailio.ts";
import type { Scratch } from "./scratch.ts";

/** Hz of what we say: of phones that send back what they hear we hear it, too. */
export const TONE = 1_070;
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
export type KeyingName = keyof typeof KEYINGS;

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
  hertz = TONE,
): Promise<string | undefined> {
  const where = `${keying} over ${transport} to ${target}`;
  try {
    const call = await desk.dial(target, TONE, `${transport}-${keying}`);
    await pause(TALK);
    await desk.hangup(call);
    const { encryption, report, transport: by } = await desk.ended(call);
    assert.deepEqual([encryption?.keying, report?.ice?.state], EXPECTED[keying]);
    assert.equal(by, transport);
    const recording = await desk.recording(call);
    const seconds = recording.seconds(hertz, { channel: 1 });
    assert.ok(seconds >= 0.4, `${seconds} s of ${hertz} Hz in ${recording.picture([hertz], 1)}`);
    return undefined;
  } catch (error) {
    return `${where}: ${error instanceof Error ? error.message : error}`;
  }
}

/** A station with an account for each of the keyings over each transport. */
export function startKeyingDesk(
  scratch: Scratch,
  kamailio: Kamailio,
  keyings: readonly KeyingName[],
): Promise<Desk> {
  return Desk.start(scratch, kamailio, accounts(kamailio, keyings));
}

/** Calls a target by each keying, over each transport; fails with all that was wrong. */
export async function assertAllKeyed(
  desk: Desk,
  targets: readonly [KeyingName, target: string][],
  hertz = TONE,
): Promise<void> {
  const faults: string[] = [];
  for (const [keying, target] of targets) {
    for (const transport of TRANSPORTS) {
      const found = await fault(desk, target, transport, keying, hertz);
      if (found !== undefined) faults.push(found);
    }
  }
  assert.deepEqual(faults, []);
}
