/** A device host of tests: its real server in this process, over libraries that are fakes. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import type { AudioBackend } from "../../../src/device_host/native/audio/backend.ts";
import { AudioStreams } from "../../../src/device_host/native/audio/streams.ts";
import { DeviceHostConnection } from "../../../src/device_host/client/connection.ts";
import { HidDevices } from "../../../src/device_host/native/hid/session.ts";
import { NoBackend } from "../../../src/device_host/native/audio/no_backend.ts";
import { DeviceHostServer } from "../../../src/device_host/server.ts";
import { FakeContacts } from "./contact_backend.ts";
import { FakeHidBackend } from "./hid_backend.ts";

const NO_SOUND = new OffhookError("device-failed", "This place has no sound.");

/** A device host in this process with a fake HID library and a clock that the test moves. */
export class HidHost implements AsyncDisposable {
  readonly backend = new FakeHidBackend();
  readonly contacts = new FakeContacts();
  /** Wall clock, ms. */
  now = 1_000_000;
  readonly hid = new HidDevices(this.backend, { now: () => this.now }, 60_000);
  readonly #folder = Deno.makeTempDirSync();
  readonly #audio: AudioStreams;
  readonly #server: DeviceHostServer;
  readonly #connections: DeviceHostConnection[] = [];
  /** Settles when the last client has gone. */
  readonly abandoned = Promise.withResolvers<void>();

  /** @param sound absent: none */
  constructor(sound: AudioBackend = new NoBackend(NO_SOUND)) {
    this.#audio = new AudioStreams(sound, {
      clock: () => 0,
      fatal: (reason) => assert.fail(reason),
    });
    const listener = Deno.listen({ transport: "unix", path: this.socket });
    const devices = {
      backend: sound.name,
      audio: this.#audio,
      hid: this.hid,
      contacts: this.contacts,
    };
    this.#server = new DeviceHostServer(listener, devices, () => this.abandoned.resolve());
    void this.#server.serve();
  }

  /** Path of the socket that it listens on. */
  get socket(): string {
    return `${this.#folder}/socket`;
  }

  async connect(): Promise<DeviceHostConnection> {
    const connection = await DeviceHostConnection.connect(this.socket);
    this.#connections.push(connection);
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection.close();
    this.#server.close();
    await this.hid.close();
    await this.#audio.close();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
