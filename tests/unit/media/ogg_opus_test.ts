/** Ogg Opus recordings (RFC 3533, RFC 7845), read by the small reader below. */
import assert from "node:assert/strict";
import { Decoder } from "../../../src/media/codec/opus/libopus.ts";
import { OggOpusRecorder } from "../../../src/media/ogg/mod.ts";
import { oggPage, segmentsOf } from "../../../src/media/ogg/ogg_page.ts";
import type { OffhookError } from "../../../src/base/mod.ts";

interface Page {
  flags: number;
  granule: number;
  sequence: number;
  packets: Uint8Array[];
}

/** The whole pages of a file; what follows the last one is left out. */
function pagesOf(file: Uint8Array): Page[] {
  const pages: Page[] = [];
  for (let at = 0; at + 27 <= file.length;) {
    assert.equal(new TextDecoder().decode(file.subarray(at, at + 4)), "OggS");
    const view = new DataView(file.buffer, file.byteOffset + at);
    const lacing = file.subarray(at + 27, at + 27 + view.getUint8(26));
    let from = at + 27 + lacing.length;
    const end = from + lacing.reduce((sum, octets) => sum + octets, 0);
    if (end > file.length) break;
    const packets: Uint8Array[] = [];
    let length = 0;
    for (const octets of lacing) {
      length += octets;
      if (octets === 255) continue;
      packets.push(file.subarray(from, from + length));
      from += length;
      length = 0;
    }
    const granule = Number(view.getBigUint64(6, true));
    pages.push({ flags: view.getUint8(5), granule, sequence: view.getUint32(18, true), packets });
    at = end;
  }
  return pages;
}

function tone(frequency: number, from: number): Int16Array {
  return Int16Array.from(
    { length: 960 },
    (_, i) => 8000 * Math.sin(2 * Math.PI * frequency * (from + i) / 48_000),
  );
}

/** Records frames of a tone on the left; `look` sees the file before it is closed. */
async function recorded(frames: number, look?: (path: string) => Promise<void>) {
  const path = `${await Deno.makeTempDir()}/new.opus`;
  const errors: OffhookError[] = [];
  const recorder = new OggOpusRecorder(path, (error) => errors.push(error), 7);
  await recorder.open();
  for (let i = 0; i < frames; i++) recorder.write(tone(500, i * 960), new Int16Array(960));
  await look?.(path);
  await recorder.close();
  await recorder.close();
  const file = await Deno.readFile(path);
  await Deno.remove(path);
  assert.deepEqual(errors, []);
  return file;
}

const packetsIn = (pages: Page[]) => pages.slice(2).flatMap(({ packets }) => packets);

Deno.test("a page's checksum is the one of RFC 3533", () => {
  const head = Uint8Array.from([
    ...new TextEncoder().encode("OpusHead"),
    ...[1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0],
  ]);
  const page = oggPage({ flags: 2, granule: 0, serial: 0x01020304, sequence: 0 }, [head]);
  const sum = new DataView(page.buffer).getUint32(22, true);
  // By the definition, bit by bit, over the page with its checksum 0.
  const blank = page.slice();
  blank.fill(0, 22, 26);
  let slow = 0;
  for (const octet of blank) {
    slow ^= octet << 24;
    for (let bit = 0; bit < 8; bit++) slow = slow < 0 ? (slow << 1) ^ 0x04c1_1db7 : slow << 1;
  }
  assert.equal(sum, slow >>> 0);
});

Deno.test("a packet of a multiple of 255 octets ends in an empty segment", () => {
  assert.deepEqual([0, 254, 255, 510].map((n) => segmentsOf(new Uint8Array(n))), [1, 1, 2, 3]);
  const packets = [new Uint8Array(255).fill(1), new Uint8Array(0), new Uint8Array(511).fill(2)];
  const [page] = pagesOf(oggPage({ flags: 0, granule: 1, serial: 1, sequence: 0 }, packets));
  assert.deepEqual(page?.packets, packets);
});

for (const frames of [0, 1, 49, 50, 51, 120]) {
  Deno.test(`a recording of ${frames} frames is as long as they are`, async () => {
    const pages = pagesOf(await recorded(frames));
    assert.deepEqual(pages.map(({ sequence }) => sequence), pages.map((_, i) => i));
    assert.deepEqual(pages.map(({ flags }) => flags), [2, ...pages.slice(2).map(() => 0), 4]);
    const head = new DataView(pages[0]!.packets[0]!.slice().buffer);
    assert.deepEqual([head.getUint8(8), head.getUint8(9), head.getUint32(12, true)], [1, 2, 48000]);
    assert.equal(pages.at(-1)!.granule - head.getUint16(10, true), frames * 960);
    // No page but the last one is cut; none goes back.
    let samples = 0;
    for (const { granule, packets } of pages.slice(2, -1)) {
      samples += packets.length * 960;
      assert.equal(granule, samples);
    }
    assert.equal(packetsIn(pages).length, frames + 1);
  });
}

Deno.test("what is decoded is what was said, where it was said", async () => {
  const packets = packetsIn(pagesOf(await recorded(100)));
  const [decoder, pcm] = [new Decoder(), new Int16Array(960)];
  let [energy, cosine, sine] = [0, 0, 0];
  packets.forEach((packet, frame) => {
    assert.equal(decoder.decode(packet, pcm), 960);
    if (frame < 10 || frame === packets.length - 1) return;
    pcm.forEach((sample, i) => {
      const angle = 2 * Math.PI * 500 * (frame * 960 + i - 312) / 48_000;
      energy += sample ** 2;
      cosine += sample * Math.cos(angle);
      sine += sample * Math.sin(angle);
    });
  });
  decoder.free();
  // Nearly all of it is 500 Hz, and after the pre-skip its phase is the original's.
  const count = 90 * 960;
  assert.ok((cosine ** 2 + sine ** 2) * 2 / count > 0.9 * energy);
  assert.ok(sine > 3 * Math.abs(cosine), `${sine} ${cosine}`);
});

Deno.test("a file whose writer was killed lacks its last second and nothing else", async () => {
  let killed = new Uint8Array();
  await recorded(170, async (path) => {
    // Three pages were handed over; wait for what is on its way to the disk.
    for (let i = 0; i < 1000 && pagesOf(killed).length < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve));
      killed = await Deno.readFile(path);
    }
  });
  assert.equal(packetsIn(pagesOf(killed)).length, 150);
  // Cut anywhere: the pages before the cut are whole.
  for (const cut of [killed.length - 1, killed.length - 2000]) {
    assert.ok(packetsIn(pagesOf(killed.slice(0, cut))).length >= 50);
  }
});

Deno.test("a full disk: refused when the file is opened, told once when it fills later", async () => {
  const refused = new OggOpusRecorder("/dev/full", () => assert.fail("told twice"), 1);
  await assert.rejects(refused.open(), { code: "file-unusable" });
  await refused.close();

  const path = `${await Deno.makeTempDir()}/new.opus`;
  const errors: OffhookError[] = [];
  const recorder = new OggOpusRecorder(path, (error) => errors.push(error), 1);
  await recorder.open();
  const { write } = Deno.FsFile.prototype;
  const full = Object.assign(new Error("No space left (os error 28)"), { code: "ENOSPC" });
  Deno.FsFile.prototype.write = () => Promise.reject(full);
  try {
    for (let i = 0; i < 170; i++) recorder.write(tone(500, i * 960), tone(600, i * 960));
    await recorder.close();
  } finally {
    Deno.FsFile.prototype.write = write;
  }
  assert.deepEqual(errors.map(({ code }) => code), ["file-unusable"]);
  assert.match(errors[0]!.message, new RegExp(path));
  assert.match(errors[0]!.hint ?? "", /^Free some space/);
  assert.equal(pagesOf(await Deno.readFile(path)).length, 2);
  await Deno.remove(path);
});
