/** Encrypted sound between two processes of the real binary: reports, words, history and refusals. */
import assert from "node:assert/strict";
import { callReportSchema } from "../../src/control/schemas/call.ts";
import { CertificateAuthority } from "../peers/certificates.ts";
import { callJson, Offhook, type OffhookResult } from "../peers/offhook.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { testWith } from "../support/skip.ts";

const SOUND = ["--mic", "voice", "--speaker", "null", "--json"];

interface Pair {
  dialled: OffhookResult;
  answered: OffhookResult;
}

/** Calls an `answer --listen` over UDP, or over TLS with a certificate of an authority that both trust. */
async function call(
  scratch: Scratch,
  transport: "udp" | "tls",
  { dial = [], answer = [] }: {
    dial?: string[];
    answer?: string[];
  },
): Promise<Pair> {
  const listen = ["answer", "--listen", "127.0.0.1:0", "--transport", transport];
  let trust: string[] = [];
  if (transport === "tls") {
    const authority = await CertificateAuthority.create(scratch);
    const { certFile, keyFile } = await authority.issue("phone");
    listen.push("--tls-cert", certFile, "--tls-key", keyFile);
    trust = ["--tls-ca", authority.caFile];
  }
  const phone = Offhook.start(scratch, [...listen, ...SOUND, ...answer], { name: "answer" });
  const [, place] = await phone.waitFor("stderr", /waiting for calls on (\S+) \(/);
  const uri = `sip:test@${place};transport=${transport}`;
  const args = ["dial", uri, ...trust, ...SOUND, "--duration", "1500ms", ...dial];
  const dialled = await Offhook.run(scratch, args);
  // Whoever refused the call would wait for another one.
  if (dialled.status !== 0) phone.interrupt();
  return { dialled, answered: await phone.finished };
}

function reports({ dialled, answered }: Pair) {
  assert.deepEqual([dialled.status, answered.status], [0, 0], dialled.stderr + answered.stderr);
  return [dialled, answered].map((result) => callReportSchema.parse(callJson(result)));
}

testWith(
  ["openssl"],
  "over TLS the keys go by SDES, and the strongest common suite is taken",
  () =>
    withScratch(async (scratch) => {
      const pair = await call(scratch, "tls", {});
      for (const { security, encryption, media } of reports(pair)) {
        assert.equal(security, "srtp");
        assert.deepEqual(encryption, { keying: "sdes", suite: "AES_256_CM_HMAC_SHA1_80" });
        assert.ok(media.received > 30, `${media.received} packets`);
      }
      assert.match(pair.dialled.stderr, /sound encrypted: AES_256_CM_HMAC_SHA1_80 \(SDES\)/);
      const history = await Offhook.run(scratch, ["history"]);
      assert.match(new TextDecoder().decode(history.stdout), /AES_256_CM_HMAC_SHA1_80 \(SDES\)/);
    }),
);

for (const policy of ["prefer", "require"]) {
  Deno.test(`over UDP the keys go by DTLS when it is asked for: ${policy}`, () =>
    withScratch(async (scratch) => {
      const dial = ["--keying", "dtls", "--encryption", policy];
      const pair = await call(scratch, "udp", { dial });
      const fingerprints = reports(pair).map(({ security, encryption, media }) => {
        assert.deepEqual([security, encryption?.keying], ["srtp", "dtls"]);
        assert.ok(media.received > 30, `${media.received} packets`);
        return encryption?.fingerprint;
      });
      for (const fingerprint of fingerprints) {
        assert.match(fingerprint ?? "", /^([0-9A-F]{2}:){31}/);
      }
      assert.notEqual(fingerprints[0], fingerprints[1]);
      assert.match(pair.answered.stderr, /sound encrypted: \S+ \(DTLS\)/);
    }));
}

Deno.test("over UDP keys by SDES are not sent: prefer is unencrypted, require says what helps", () =>
  withScratch(async (scratch) => {
    const open = await call(scratch, "udp", { dial: ["--encryption", "prefer"] });
    for (const { security, encryption } of reports(open)) {
      assert.deepEqual([security, encryption], ["none", null]);
    }
    const { dialled } = await call(scratch, "udp", { dial: ["--encryption", "require"] });
    assert.equal(dialled.status, 9, dialled.stderr);
    const { error } = callReportSchema.parse(callJson(dialled));
    assert.equal(error?.code, "encryption-failed");
    assert.match(error?.hint ?? "", /TLS or WSS.*--keying/);
  }));

Deno.test("who requires encryption refuses a call without it by 488, and is told so", () =>
  withScratch(async (scratch) => {
    const answer = ["--encryption", "require"];
    const { dialled } = await call(scratch, "udp", { dial: ["--encryption", "off"], answer });
    assert.equal(dialled.status, 9, dialled.stderr);
    assert.equal(callReportSchema.parse(callJson(dialled)).sipStatus, 488);
  }));
