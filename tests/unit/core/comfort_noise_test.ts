/** Comfort noise in offers and answers: only where the account wants it, and both sides have it. */
import assert from "node:assert/strict";
import { COMFORT_NOISE } from "../../../src/core/media/offer_answer.ts";
import { MEDIA_FORMATS } from "../../../src/media/formats.ts";
import { accepted, ACCOUNT, Scene, theirs } from "./scene.ts";

const formats = [...MEDIA_FORMATS];
const PCMU = formats.find(({ encoding }) => encoding === "PCMU")!;
const wants = { ...ACCOUNT, codecs: ["PCMU"], comfortNoise: true as const };
const BOTH = theirs({ formats: [PCMU, COMFORT_NOISE] });

Deno.test("an offer has it last, and it is sent where the answer has it", () => {
  for (
    const [answer, expected] of [[BOTH, 13], [theirs({ formats: [PCMU] }), undefined]] as const
  ) {
    const scene = new Scene({ formats }, wants).dialled();
    assert.deepEqual(scene.effect("SendInvite").offer!.formats.at(-1), COMFORT_NOISE);
    scene.play(accepted("a", answer));
    const { stream } = scene.effect("StartMedia");
    assert.equal(stream.comfortNoise, expected);
    assert.deepEqual(stream.receiveFormats, [PCMU]);
  }
});

for (const account of [wants, { ...ACCOUNT, codecs: ["PCMU"] }]) {
  const wanted = "comfortNoise" in account;
  Deno.test(`a caller's is ${wanted ? "answered" : "left out without the setting"}`, () => {
    const scene = new Scene({ formats }, account).ringing("a", BOTH);
    scene.play({ type: "Answer", call: "a" }, {
      type: "MediaOpened",
      call: "a",
      port: 5000,
      rtcpPort: 5001,
    });
    const { formats: answered } = scene.effect("SendAccept").description;
    assert.deepEqual(answered, wanted ? [PCMU, COMFORT_NOISE] : [PCMU]);
  });
}

Deno.test("nothing but comfort noise is no codec in common", () => {
  const scene = new Scene({ formats }, wants);
  scene.dialled().play(accepted("a", theirs({ formats: [COMFORT_NOISE] })));
  assert.ok(!scene.effects.some(({ type }) => type === "StartMedia"));
});

Deno.test("an account without codecs on its clock does not offer it", () => {
  const scene = new Scene({ formats }, { ...wants, codecs: ["OPUS"] }).dialled();
  const offered = scene.effect("SendInvite").offer!.formats.map(({ encoding }) => encoding);
  assert.ok(!offered.includes("CN"), `${offered}`);
});
