/** What an account asks of Opus: in its offer, its answer and its encoder. */
import assert from "node:assert/strict";
import { MEDIA_FORMATS } from "../../../src/media/formats.ts";
import { ACCOUNT, Scene, theirs } from "./scene.ts";
import { accepted } from "./scene.ts";

const OPUS = MEDIA_FORMATS[0]!;
const formats = [...MEDIA_FORMATS];
const account = { ...ACCOUNT, codecs: ["OPUS"], opusBitrate: 24_000, opusDtx: true as const };
const said = "useinbandfec=1;maxaveragebitrate=24000;usedtx=1";

Deno.test("a call of ours says the bitrate and DTX, and its stream has them", () => {
  const scene = new Scene({ formats }, account).dialled();
  const [offered] = scene.effect("SendInvite").offer!.formats;
  assert.equal(offered!.parameters, said);
  scene.play(accepted("a", theirs({ formats: [{ ...OPUS, payloadType: 96 }] })));
  assert.deepEqual(scene.effect("StartMedia").stream.opus, { bitrate: 24_000, dtx: true });
});

Deno.test("a caller is answered with them", () => {
  const scene = new Scene({ formats }, account).ringing("a", theirs({ formats: [OPUS] }));
  scene.play({ type: "Answer", call: "a" }, {
    type: "MediaOpened",
    call: "a",
    port: 5000,
    rtcpPort: 5001,
  });
  assert.equal(scene.effect("SendAccept").description.formats[0]!.parameters, said);
});

Deno.test("an account without a wish says nothing of it", () => {
  const scene = new Scene({ formats }, { ...ACCOUNT, codecs: ["OPUS"] }).dialled();
  assert.equal(scene.effect("SendInvite").offer!.formats[0]!.parameters, "useinbandfec=1");
  scene.play(accepted("a", theirs({ formats: [OPUS] })));
  assert.equal(scene.effect("StartMedia").stream.opus, undefined);
});
