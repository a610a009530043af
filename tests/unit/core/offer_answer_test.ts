/** Offer and answer (RFC 3264): direction, codecs, hold, packet time. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { OffhookError } from "../../../src/base/errors.ts";
import { type MediaDirection, mirrored } from "../../../src/core/media/media_description.ts";
import {
  acceptAnswer,
  answerOffer,
  answerRemoval,
  capabilitiesFor,
  createOffer,
  createReoffer,
  directionOf,
  intersect,
  mayReceive,
  maySend,
} from "../../../src/core/media/offer_answer.ts";
import { FORMATS, OPEN, theirs } from "./scene.ts";

const PORTS = { port: 5000, rtcpPort: 5001 };
const directions: MediaDirection[] = ["sendrecv", "sendonly", "recvonly", "inactive"];

Deno.test("the answer to a direction is its mirror, never more than we want (RFC 3264 §6.1)", () => {
  const table: [MediaDirection, MediaDirection, MediaDirection][] = [
    ["sendrecv", "sendrecv", "sendrecv"],
    ["sendonly", "sendrecv", "recvonly"],
    ["recvonly", "sendrecv", "sendonly"],
    ["inactive", "sendrecv", "inactive"],
    ["sendrecv", "sendonly", "sendonly"],
    ["sendonly", "sendonly", "inactive"],
  ];
  for (const [offered, wish, expected] of table) {
    const { answer, stream } = answerOffer(
      theirs({ direction: offered }),
      FORMATS,
      PORTS,
      OPEN,
      wish,
    );
    assert.equal(answer.direction, expected);
    assert.equal(stream.direction, expected);
  }
});

Deno.test("both sides settle on the same codec with payload types that fit", () => {
  fc.assert(fc.property(
    fc.uniqueArray(fc.constantFrom("PCMU", "PCMA", "G722"), { minLength: 1 }),
    fc.uniqueArray(fc.constantFrom("PCMU", "PCMA", "G722"), { minLength: 1 }),
    fc.constantFrom(...directions),
    fc.constantFrom(...directions),
    (ours, peers, offered, wish) => {
      const offer = createOffer(capabilitiesFor(ours, FORMATS), PORTS, offered);
      const capabilities = capabilitiesFor(peers, FORMATS);
      if (!ours.some((name) => peers.includes(name))) {
        assert.throws(() => answerOffer(offer, capabilities, PORTS, OPEN), OffhookError);
        return;
      }
      const { answer, stream } = answerOffer(offer, capabilities, PORTS, OPEN, wish);
      const settled = acceptAnswer(offer, answer, "prefer");
      assert.equal(settled.sendFormat.encoding, stream.sendFormat.encoding);
      assert.ok(
        stream.receiveFormats.some((f) => f.payloadType === settled.sendFormat.payloadType),
      );
      assert.ok(
        settled.receiveFormats.some((f) => f.payloadType === stream.sendFormat.payloadType),
      );
      assert.equal(settled.direction, mirrored(stream.direction));
    },
  ));
});

Deno.test("a null address asks for hold whatever the direction says", () => {
  const table: [MediaDirection, MediaDirection][] = [
    ["sendrecv", "sendonly"],
    ["sendonly", "sendonly"],
    ["recvonly", "inactive"],
    ["inactive", "inactive"],
  ];
  for (const [direction, expected] of table) {
    assert.equal(directionOf(theirs({ address: "0.0.0.0", direction })), expected);
  }
});

Deno.test("intersect allows what both allow", () => {
  for (const a of directions) {
    for (const b of directions) {
      const both = intersect(a, b);
      assert.equal(maySend(both), maySend(a) && maySend(b));
      assert.equal(mayReceive(both), mayReceive(a) && mayReceive(b));
    }
  }
});

Deno.test("packet time is at most what the peer asks for, in whole frames of 20 ms up to 60", () => {
  for (
    const [asked, sent] of [
      [undefined, 20],
      [5, 10],
      [10, 10],
      [19, 10],
      [20, 20],
      [30, 20],
      [50, 40],
      [60, 60],
      [200, 60],
    ]
  ) {
    const { stream } = answerOffer(theirs({ ptime: asked }), FORMATS, PORTS, OPEN);
    assert.equal(stream.ptime, sent);
  }
});

Deno.test("RTCP goes where the peer says: next port, its own attribute, or the same port", () => {
  const settled = (change: object) => answerOffer(theirs(change), FORMATS, PORTS, OPEN).stream;
  assert.equal(settled({}).remoteRtcpPort, 4001);
  assert.equal(settled({ rtcpPort: 4444 }).remoteRtcpPort, 4444);
  assert.equal(settled({ rtcpMux: true }).remoteRtcpPort, 4000);
});

Deno.test("an unknown codec is refused with the list of those that are", () => {
  assert.throws(() => capabilitiesFor(["MP3"], FORMATS), (error: unknown) => {
    assert.ok(error instanceof OffhookError);
    assert.match(error.hint ?? "", /G722, PCMA, PCMU/);
    return error.code === "usage";
  });
});

Deno.test("an offer in a running call begins with what was agreed, on its payload types", () => {
  const [g722, pcma, pcmu] = FORMATS;
  const opus = { payloadType: 96, encoding: "OPUS", clockRate: 48000, channels: 2 };
  // The peer called with PCMU first, and events on the number that we give to Opus.
  const { stream } = answerOffer(
    theirs({ formats: [pcmu, pcma, { ...FORMATS[3], payloadType: 96 }] }),
    [opus, ...FORMATS],
    PORTS,
    OPEN,
  );
  const { formats, direction } = createReoffer(stream, [opus, ...FORMATS], PORTS, "sendonly");
  assert.equal(direction, "sendonly");
  assert.deepEqual(formats.map((format) => `${format.payloadType} ${format.encoding}`), [
    `${pcmu.payloadType} PCMU`,
    `${pcma.payloadType} PCMA`,
    "97 OPUS",
    `${g722.payloadType} G722`,
    "96 TELEPHONE-EVENT",
  ]);
  const resumed = answerOffer(theirs({ formats }), FORMATS, PORTS, OPEN);
  assert.equal(resumed.stream.sendFormat.encoding, "PCMU");
});

Deno.test("the stream of a running call may be removed: port 0 in the answer, nothing is sent", () => {
  const { stream: running } = answerOffer(theirs(), FORMATS, PORTS, OPEN);
  for (const formats of [theirs().formats, []]) {
    const { answer, stream } = answerRemoval(theirs({ port: 0, formats }), running);
    assert.equal(answer.port, 0);
    assert.ok(answer.formats.length > 0);
    assert.equal(stream.direction, "inactive");
  }
});

Deno.test("events run on the clock of the sound, else on any that both have (RFC 4733 §2.1)", () => {
  const opus = { payloadType: 111, encoding: "OPUS", clockRate: 48_000, channels: 2 };
  const narrow = FORMATS.at(-1)!;
  const wide = { ...narrow, payloadType: 110, clockRate: 48_000 };
  const ours = [opus, ...FORMATS, wide];
  const rows = [
    { formats: [opus, narrow, wide], events: wide },
    { formats: [opus, wide, narrow], events: wide },
    { formats: [opus, narrow], events: narrow },
    { formats: [FORMATS[0]!, wide, narrow], events: narrow },
    { formats: [FORMATS[0]!, wide], events: wide },
    { formats: [opus], events: undefined },
  ];
  for (const { formats, events } of rows) {
    const offer = theirs({ formats });
    const answered = answerOffer(offer, ours, PORTS, OPEN);
    assert.deepEqual(answered.answer.formats.slice(1), events === undefined ? [] : [events]);
    assert.deepEqual(answered.stream.sendEvents, events);
    assert.deepEqual(answered.stream.receiveEvents, events);

    // In an answer to us, with the payload type of each side.
    const theirType = formats.map((format) => ({ ...format, payloadType: format.payloadType - 9 }));
    const settled = acceptAnswer(
      createOffer(ours, PORTS),
      theirs({ formats: theirType }),
      "prefer",
    );
    const sent = events && { ...events, payloadType: events.payloadType - 9 };
    assert.deepEqual(settled.sendEvents, sent);
    assert.deepEqual(settled.receiveEvents, events);
  }
});

Deno.test("sound is sent to one host: groups and broadcast are refused, nowhere is hold", () => {
  const code = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return OffhookError.from(error).code;
    }
  };
  for (const address of ["224.0.0.1", "239.1.2.3", "255.255.255.255", "ff02::1", "0.0.0.9"]) {
    const description = theirs({ address });
    assert.equal(
      code(() => answerOffer(description, FORMATS, PORTS, OPEN)),
      "media-failed",
      address,
    );
    const offer = createOffer(FORMATS, PORTS);
    assert.equal(code(() => acceptAnswer(offer, description, "prefer")), "media-failed", address);
  }
  for (const address of ["0.0.0.0", "::", "0:0:0:0:0:0:0:0"]) {
    const { stream } = answerOffer(theirs({ address }), FORMATS, PORTS, OPEN);
    assert.equal(stream.direction, "recvonly", address);
  }
});

Deno.test("each codec of an offer is answered once, whatever number of payload types it has", () => {
  const opus = { encoding: "OPUS", clockRate: 48_000, channels: 2 };
  const types = Array.from({ length: 128 }, (_, payloadType) => ({ ...opus, payloadType }));
  const own = [{ ...opus, payloadType: 111 }, ...FORMATS];
  const { answer, stream } = answerOffer(theirs({ formats: types }), own, PORTS, OPEN);
  assert.deepEqual(answer.formats.map(({ payloadType }) => payloadType), [0]);
  assert.equal(stream.receiveFormats.length, 1);
});

Deno.test("an offer of hundreds of codecs is answered with those that we have", () => {
  const many = Array.from({ length: 200 }, (_, n) => (
    { payloadType: n % 128, encoding: `X${n}`, clockRate: 8000, channels: 1 }
  ));
  const formats = [...many, FORMATS[2]!, ...many, FORMATS[1]!, FORMATS[2]!];
  const { answer } = answerOffer(theirs({ formats }), FORMATS, PORTS, OPEN);
  assert.deepEqual(answer.formats.map(({ encoding }) => encoding), ["PCMU", "PCMA"]);
});

Deno.test("a codec with several clocks is offered with each, and the peer takes one", () => {
  const l16 = [48_000, 16_000].map((clockRate, i) => ({
    payloadType: 112 + i,
    encoding: "L16",
    clockRate,
    channels: 1,
  }));
  const capabilities = capabilitiesFor(["L16", "PCMU"], [...FORMATS, ...l16]);
  const offer = createOffer(capabilities, PORTS);
  assert.deepEqual(offer.formats.slice(0, 3).map(({ clockRate }) => clockRate), [
    ...[48_000, 16_000, 8000],
  ]);
  // 20 ms at 48 kHz are more than a datagram holds.
  assert.equal(offer.ptime, 10);
  for (const [format, ptime] of [[l16[0]!, 10], [l16[1]!, 20]] as const) {
    const { answer, stream } = answerOffer(
      theirs({ formats: [format] }),
      capabilities,
      PORTS,
      OPEN,
    );
    assert.deepEqual([answer.formats, answer.ptime], [[format], ptime]);
    assert.deepEqual(stream.sendFormat, format);
  }
});
