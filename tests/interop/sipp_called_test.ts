/** Our phone calls sipp, which refuses, delays, races, holds and redirects as its scenarios say. */
import assert from "node:assert/strict";
import { type CallJson, callJson, Offhook, type OffhookResult } from "../peers/offhook.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { RawSip } from "../peers/raw_sip.ts";
import { Sipp, type SippOptions } from "../peers/sipp.ts";
import { testWith } from "../support/skip.ts";

interface Expected {
  status: number;
  outcome: string;
  sipStatus?: number;
}

const SILENT = ["--mic", "silence", "--speaker", "null", "--json"];

function dial(scratch: Scratch, target: string, more: string[] = []): Offhook {
  return Offhook.start(scratch, ["dial", target, ...SILENT, ...more]);
}

function check(result: OffhookResult, expected: Expected): CallJson {
  const call = callJson(result);
  assert.equal(result.status, expected.status, JSON.stringify(call) + result.stderr);
  assert.equal(call.outcome, expected.outcome);
  if (expected.sipStatus !== undefined) assert.equal(call.sipStatus, expected.sipStatus);
  return call;
}

/** Calls one scenario and checks both sides. */
function calls(
  name: string,
  scenario: SippOptions["scenario"],
  expected: Expected,
  more: string[] = [],
  transport: "udp" | "tcp" = "udp",
): void {
  testWith(["sipp"], name, () =>
    withScratch(async (scratch) => {
      const sipp = await Sipp.start(scratch, { scenario, transport });
      const target = `sip:sipp@${sipp.address};transport=${transport}`;
      const result = await dial(scratch, target, more).finished;
      check(result, expected);
      await sipp.finished();
    }));
}

const ANSWERED: Expected = { status: 0, outcome: "answered", sipStatus: 200 };

calls("a busy phone: exit 5", "busy", { status: 5, outcome: "busy", sipStatus: 486 });
calls("a declined call: exit 7", "declined", { status: 7, outcome: "declined", sipStatus: 603 });
calls("an unavailable phone: exit 6", "unavailable", {
  status: 6,
  outcome: "no-answer",
  sipStatus: 480,
});
calls("an unknown user: exit 8", "no_such_user", {
  status: 8,
  outcome: "not-found",
  sipStatus: 404,
});
calls("no codec in common: exit 9", "not_acceptable", {
  status: 9,
  outcome: "media-failed",
  sipStatus: 488,
});
calls("a broken server: exit 8", "server_error", {
  status: 8,
  outcome: "unreachable",
  sipStatus: 500,
});
calls("nobody answers: CANCEL and exit 6", "no_answer", { status: 6, outcome: "no-answer" }, [
  "--timeout",
  "1s",
]);
calls(
  "nobody answers, only 100 Trying: CANCEL and exit 6",
  "silent_then_cancelled",
  { status: 6, outcome: "no-answer" },
  ["--timeout", "1s"],
);
calls("a call that we end", "answer", ANSWERED, ["--duration", "1s"]);
calls(
  "sipp sends no sound: the limit of silence ends the call with exit 9",
  "answer",
  { status: 9, outcome: "media-failed" },
  ["--silence-limit", "4s"],
);
calls("a call that we end, over TCP", "answer", ANSWERED, ["--duration", "1s"], "tcp");
calls("a call that the other side ends", "answer_then_hang_up", ANSWERED);
calls("early media, then an answer", "early_media", ANSWERED, ["--duration", "1s"]);
calls("an announcement in early media, then busy", "early_media_then_busy", {
  status: 5,
  outcome: "busy",
});
calls("early media sent reliably (PRACK)", "reliable_early_media", ANSWERED, ["--duration", "1s"]);
calls("the other side holds and resumes", "hold", ANSWERED, ["--duration", "3s"]);
calls("a re-INVITE without an offer", "reinvite_without_offer", ANSWERED, ["--duration", "2s"]);
calls("OPTIONS inside a call", "options_in_call", ANSWERED);
calls(
  "an answer that crosses our CANCEL is acknowledged and ended",
  "answer_crosses_cancel",
  { status: 6, outcome: "no-answer" },
  ["--timeout", "1s"],
);
calls(
  "a challenge that crosses our CANCEL starts no phantom call",
  "challenge_after_cancel",
  { status: 6, outcome: "no-answer" },
  ["--timeout", "1s"],
);

testWith(
  ["sipp"],
  "a CANCEL under way of an authenticated INVITE still reaches the peer",
  () =>
    withScratch(async (scratch) => {
      const sipp = await Sipp.start(scratch, { scenario: "challenge_then_slow" });
      const args = ["dial", `sip:sipp@${sipp.address}`, ...SILENT, "--timeout", "1s"];
      const account = ["--server", sipp.address, "--user", "alice", "--transport", "udp"];
      const phone = Offhook.start(scratch, [...args, ...account], {
        env: { OFFHOOK_PASSWORD: "secret" },
      });
      check(await phone.finished, { status: 6, outcome: "no-answer" });
      await sipp.finished();
    }),
);

testWith(
  ["sipp"],
  "SIGINT while it rings: CANCEL and exit 130",
  () =>
    withScratch(async (scratch) => {
      const sipp = await Sipp.start(scratch, { scenario: "no_answer" });
      const phone = dial(scratch, `sip:sipp@${sipp.address}`);
      await phone.waitFor("stderr", /ringing/);
      phone.interrupt();
      check(await phone.finished, { status: 130, outcome: "cancelled" });
      await sipp.finished();
    }),
);

testWith(["sipp"], "SIGINT in a call: BYE and exit 130", () =>
  withScratch(async (scratch) => {
    const sipp = await Sipp.start(scratch, { scenario: "answer" });
    const phone = dial(scratch, `sip:sipp@${sipp.address}`);
    await phone.waitFor("stderr", /answered/);
    phone.interrupt();
    const result = await phone.finished;
    assert.equal(result.status, 130, result.stderr);
    await sipp.finished();
  }));

testWith(["sipp"], "a redirection is followed", () =>
  withScratch(async (scratch) => {
    const there = await Sipp.start(scratch, { scenario: "answer" });
    const keys = { moved_to: `sip:there@${there.address}` };
    const here = await Sipp.start(scratch, { scenario: "moved", keys });
    const result = await dial(scratch, `sip:sipp@${here.address}`, ["--duration", "1s"]).finished;
    check(result, ANSWERED);
    await Promise.all([here.finished(), there.finished()]);
  }));

testWith([], "a redirection in a circle ends", () =>
  withScratch(async (scratch) => {
    const circle = RawSip.start(scratch);
    const phone = dial(scratch, circle.uri);
    let invites = 0;
    const redirecting = (async () => {
      for (;; invites++) {
        const invite = await circle.request("INVITE", 3000);
        const headers = [`contact: <sip:round${invites}@127.0.0.1:${circle.port}>`];
        await circle.reply(invite, "302 Moved Temporarily", {
          toTag: "c",
          headers,
          contact: false,
        });
      }
    })().catch(() => {});
    const result = await phone.finished;
    await redirecting;
    const { outcome, error } = callJson(result);
    assert.notEqual(outcome, "answered");
    assert.notEqual(error?.code, "internal", error?.message);
    assert.ok(invites > 1 && invites < 50, `${invites} INVITEs`);
  }));
