/**
 * Records two sides of a call as stereo Ogg Opus (RFC 7845), readable at any moment.
 *
 *     write(left, right) ──► encoder, 20 ms ──► packets ──a second──► page ──► disk
 *
 * A page is whole or, by its checksum, left out by a player: who is killed, or has no space left on
 * the disk, loses the last second. `write` is on the real-time path.
 */
import { FileWriter, FRAME_SAMPLES, MAX_WAITING } from "../../audio/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { Encoder, loadLibopus, OPUS_LOOKAHEAD } from "../codec/opus/mod.ts";
import { FIRST_PAGE, LAST_PAGE, MOST_SEGMENTS, oggPage, segmentsOf } from "./ogg_page.ts";

const CHANNELS = 2;
/** Bits a second: two voices, each as good as in a call without loss. */
const BITRATE = 64_000;
/** Packets of 20 ms in a page. */
const PAGE_PACKETS = 50;
/** Octets of the longest packet with one frame (RFC 6716 §3.2.1). */
const MOST_OCTETS = 1276;

export class OggOpusRecorder {
  readonly #writer: FileWriter;
  readonly #failed: (error: OffhookError) => void;
  readonly #serial: number;
  readonly #pcm = new Int16Array(FRAME_SAMPLES * CHANNELS);
  readonly #packet = new Uint8Array(MOST_OCTETS);
  #encoder: Encoder | undefined;
  #packets: Uint8Array[] = [];
  #segments = 0;
  #sequence = 0;
  /** Samples of each channel that were encoded. */
  #samples = 0;
  #broken = false;
  /** The page that was handed over last is on disk, or that it is not was told. */
  #written: Promise<void> = Promise.resolve();

  /**
   * @param failed called once, when the disk refuses; nothing is written from then on
   * @param serial of the stream: two files that are joined should differ in it
   */
  constructor(path: string, failed: (error: OffhookError) => void, serial: number) {
    this.#writer = new FileWriter(path);
    this.#failed = failed;
    this.#serial = serial;
  }

  /** @throws OffhookError `file-unusable` when the file cannot be created or has no space */
  async open(): Promise<void> {
    await loadLibopus();
    await this.#writer.open();
    this.#append([opusHead()], FIRST_PAGE, 0);
    const failure = await this.#append([opusTags()], 0, 0);
    if (failure !== undefined) {
      await this.#writer.close();
      throw failure;
    }
    this.#encoder = new Encoder(CHANNELS);
    this.#encoder.control("bitrate", BITRATE);
  }

  /** Takes 20 ms of both channels; the caller's frames are copied. */
  write(left: Int16Array, right: Int16Array): void {
    const encoder = this.#encoder;
    if (this.#broken || encoder === undefined) return;
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      this.#pcm[2 * i] = left[i]!;
      this.#pcm[2 * i + 1] = right[i]!;
    }
    const packet = this.#packet.slice(0, encoder.encode(this.#pcm, this.#packet, 0));
    const segments = this.#segments + segmentsOf(packet);
    // Before it is added: so the last page, whatever its end, has a packet.
    if (segments > MOST_SEGMENTS || this.#packets.length === PAGE_PACKETS) this.#flush();
    this.#packets.push(packet);
    this.#segments += segmentsOf(packet);
    this.#samples += FRAME_SAMPLES;
  }

  /** Writes what is left, marks the end and closes. Idempotent. */
  async close(): Promise<void> {
    if (this.#encoder !== undefined && !this.#broken) {
      const end = this.#samples + OPUS_LOOKAHEAD;
      // What the encoder still holds of the last frame comes out with a silent one, cut where it ends.
      const silence = new Int16Array(FRAME_SAMPLES);
      this.write(silence, silence);
      this.#flush(LAST_PAGE, end);
    }
    this.#encoder?.free();
    this.#encoder = undefined;
    await this.#written;
    await this.#writer.close();
  }

  /** @param granule the pre-skip counts in it (RFC 7845 §4): at 0 nothing can be heard yet */
  #flush(flags = 0, granule = this.#samples): void {
    const packets = this.#packets;
    this.#packets = [];
    this.#segments = 0;
    const { path, waiting } = this.#writer;
    if (waiting > MAX_WAITING) {
      const slow = `the disk is too slow for ${path}`;
      return this.#fail(new OffhookError("file-unusable", slow, { data: { path } }));
    }
    this.#written = this.#append(packets, flags, granule).then((failure) =>
      failure && this.#fail(failure)
    );
  }

  #append(packets: Uint8Array[], flags: number, granule: number) {
    const sequence = this.#sequence++;
    return this.#writer.append(
      oggPage({ flags, granule, serial: this.#serial, sequence }, packets),
    );
  }

  #fail(error: OffhookError): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#failed(error);
  }
}

/** The identification header (RFC 7845 §5.1). */
function opusHead(): Uint8Array {
  const head = new Uint8Array(19);
  const view = new DataView(head.buffer);
  head.set(new TextEncoder().encode("OpusHead"));
  view.setUint8(8, 1);
  view.setUint8(9, CHANNELS);
  view.setUint16(10, OPUS_LOOKAHEAD, true);
  view.setUint32(12, 48_000, true);
  return head;
}

/** The comment header (RFC 7845 §5.2): who wrote it, and no comments. */
function opusTags(): Uint8Array {
  const vendor = new TextEncoder().encode("offhook");
  const tags = new Uint8Array(8 + 4 + vendor.length + 4);
  tags.set(new TextEncoder().encode("OpusTags"));
  new DataView(tags.buffer).setUint32(8, vendor.length, true);
  tags.set(vendor, 12);
  return tags;
}
