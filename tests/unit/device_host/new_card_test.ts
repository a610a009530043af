/** A card that is plugged in while another one is open, over a library that looks only when none is. */
import assert from "node:assert/strict";
import { AudioStreams } from "../../../src/device_host/native/audio/streams.ts";
import type {
  BackendCapture,
  BackendPlayback,
  StreamFormat,
} from "../../../src/device_host/native/audio/backend.ts";
import type { AudioDevice, StreamDirection } from "../../../src/device_host/wire/device.ts";
import { ReplaceableStream } from "../../../src/device_host/native/audio/replaceable_stream.ts";
import type { FrameWriter } from "../../../src/device_host/wire/writer.ts";
import { FAKE_DEVICES, FakeBackend } from "../../fakes/audio_backend.ts";

const [OLD_SPEAKER, MICROPHONE, NEW_SPEAKER] = FAKE_DEVICES as [
  AudioDevice,
  AudioDevice,
  AudioDevice,
];

class LookingBackend extends FakeBackend {
  present = [OLD_SPEAKER, MICROPHONE];
  opens = 0;
  #open = 0;
  #seen: AudioDevice[] | undefined;

  override listDevices(): Promise<AudioDevice[]> {
    if (this.#open === 0) this.#seen = [...this.present];
    return Promise.resolve(this.#seen!);
  }

  override async openStream(
    device: AudioDevice,
    direction: StreamDirection,
    format: StreamFormat,
  ): Promise<BackendCapture & BackendPlayback> {
    const stream = await super.openStream(device, direction as "capture", format) as
      & BackendCapture
      & BackendPlayback;
    this.#open++;
    this.opens++;
    let open = true;
    return {
      ...stream,
      async read(into: Int16Array<ArrayBuffer>) {
        await stream.read(into);
        if (!open) throw new Error("aborted");
      },
      close: async () => {
        if (open) this.#open--;
        open = false;
        await stream.close();
      },
    };
  }
}

async function desk() {
  const backend = new LookingBackend();
  const cards = ["0 [Old]"];
  const streams = new AudioStreams(backend, {
    clock: () => performance.now(),
    cards: () => cards,
    fatal: (reason) => assert.fail(reason),
  });
  const positions: number[] = [];
  const writer = {
    pcm: (_stream: number, position: number) => positions.push(position),
    level() {},
  } as unknown as FrameWriter;
  const failures: string[] = [];
  const wanted = { stream: 1, device: MICROPHONE.id, direction: "capture", frameMs: 10 } as const;
  const stream = await streams.open(
    wanted,
    writer,
    ({ message }) => failures.push(message),
  );
  const frames = async (count: number) => {
    const end = positions.length + count;
    while (positions.length < end) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { backend, cards, streams, stream, positions, failures, frames };
}

Deno.test("a card that comes is listed, and what is open goes on without a gap in its count", async () => {
  const { backend, cards, streams, stream, positions, failures, frames } = await desk();
  await frames(3);
  backend.present.push(NEW_SPEAKER);
  assert.equal((await streams.list()).devices.length, 2, "nothing says that there is another");
  cards.push("1 [New]");
  assert.equal((await streams.list()).devices.length, 3);
  await frames(3);
  assert.deepEqual(failures, []);
  assert.deepEqual(positions, positions.map((_, index) => index * 480));
  assert.equal(backend.opens, 2);
  cards.pop();
  await streams.list();
  assert.equal(backend.opens, 2, "for a card that went, nothing is let go");
  stream.close();
  await streams.close();
});

Deno.test("a device that does not come back in the same way fails as if it were unplugged", async () => {
  const { backend, cards, streams, failures, frames } = await desk();
  await frames(1);
  backend.present = [OLD_SPEAKER];
  cards.push("1 [New]");
  await streams.list();
  assert.equal(failures.length, 1);
  await streams.close();
});

Deno.test("a stream of another format does not take the place of one", async () => {
  const backend = new FakeBackend();
  const format = { rate: 48_000, channels: 1 };
  const stream = new ReplaceableStream(await backend.openStream(MICROPHONE, "capture", format));
  await stream.suspend();
  const other = await backend.openStream(MICROPHONE, "capture", format);
  const stereo = await backend.openStream(MICROPHONE, "capture", { ...format, channels: 2 });
  assert.equal(stream.resume(stereo), false);
  const reading = stream.read(new Int16Array(480));
  assert.equal(stream.resume(other), true);
  await reading;
  await stream.close();
  await assert.rejects(stream.read(new Int16Array(480)), /closed/);
});
