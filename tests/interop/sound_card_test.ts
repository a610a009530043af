/**
 * A call through a sound card: what is said into the microphone is heard by the other phone, what it
 * says comes out of the loudspeaker; under naudiodon and under the system's libportaudio.
 */
import assert from "node:assert/strict";
import { naudiodonAddon } from "../../src/device_host/native/audio/naudiodon_path.ts";
import { PULSE_REQUIREMENTS, PulseServer } from "../fakes/pulse.ts";
import { Baresip } from "../peers/baresip.ts";
import { callJson, Offhook } from "../peers/offhook.ts";
import { PeerProcess } from "../peers/peer_process.ts";
import { withScratch } from "../peers/scratch.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { assertHeard } from "../support/recognise.ts";
import { missing } from "../support/requirements.ts";
import { testUnless } from "../support/skip.ts";

const NEEDS = [...PULSE_REQUIREMENTS, "baresip", "sox", "espeak"] as const;

function isBuilt(): boolean {
  try {
    return Deno.statSync(naudiodonAddon()).isFile;
  } catch {
    return false;
  }
}

const BACKENDS = [
  {
    backend: "naudiodon",
    reason: missing(NEEDS) ?? (isBuilt() ? undefined : "naudiodon is not built"),
  },
  { backend: "ffi", reason: missing(NEEDS) },
];

for (const { backend, reason } of BACKENDS) {
  testUnless(
    reason,
    `a call through a sound card under ${backend}`,
    () =>
      withScratch(async (scratch) => {
        const [pulse, says, louder] = await Promise.all([
          PulseServer.start(),
          spokenWav(),
          spokenWav({ rate: 48_000, times: 3 }),
        ]);
        scratch.defer(() => pulse[Symbol.asyncDispose]());
        const baresip = await Baresip.start(scratch, { user: "bob", says, autoAnswer: true });
        const phone = Offhook.start(scratch, [
          ...["dial", baresip.uri, "--duration", "5s", "--json"],
          ...["--mic", "device:test_microphone", "--speaker", "device:test_speaker"],
        ], { env: { ...pulse.env, OFFHOOK_AUDIO_BACKEND: backend } });
        await baresip.waitForEvent("CALL_ESTABLISHED");
        const tool = { env: { ...pulse.env, HOME: scratch.path } };
        PeerProcess.start(scratch, {
          ...tool,
          name: "paplay",
          command: "paplay",
          args: ["--device=microphone", louder],
        });
        const hears = scratch.file("hears.wav");
        const recorder = PeerProcess.start(scratch, {
          ...tool,
          name: "parecord",
          command: "parecord",
          args: [
            "--device=speaker.monitor",
            "--rate=8000",
            "--channels=1",
            "--format=s16le",
            hears,
          ],
        });
        const result = await phone.finished;
        await recorder.stop();

        assert.equal(result.status, 0, result.stderr);
        assert.equal(callJson(result).outcome, "answered");
        await assertHeard(says, hears, "the loudspeaker");
        await assertHeard(says, (await baresip.heard())[0], "baresip");
      }),
  );
}
