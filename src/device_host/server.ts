/**
 * The device host's server: clients on a Unix socket, and for each the streams that it opened.
 *
 *     accept ─► hello ─► requests, frames … ─► end of file ─► its streams close
 *                                                 └─ was it the last? ─► `abandoned`
 */
import { OffhookError } from "../base/mod.ts";
import type { AudioStreams, ClientStream } from "./native/audio/mod.ts";
import { type ContactBackend, ContactSession } from "./native/contacts/mod.ts";
import { type HidDevices, HidSession } from "./native/hid/mod.ts";
import {
  ALIVE_INTERVAL_MS,
  type BackendName,
  type Frame,
  FrameDecoder,
  FrameType,
  FrameWriter,
  type HostMessage,
  isContactRequest,
  isHidRequest,
  type OpenStream,
  parseRequest,
  PROTOCOL_VERSION,
  type Request,
  samplesOf,
} from "./wire/mod.ts";

/** The devices behind the server. */
export interface HostDevices {
  backend: BackendName;
  audio: AudioStreams;
  hid: HidDevices;
  contacts: ContactBackend;
}

export class DeviceHostServer {
  readonly #devices: HostDevices;
  readonly #listener: Deno.Listener;
  readonly #clients = new Set<ClientSession>();
  readonly #abandoned: () => void;

  /** @param abandoned called whenever the last client has gone */
  constructor(listener: Deno.Listener, devices: HostDevices, abandoned: () => void) {
    this.#listener = listener;
    this.#devices = devices;
    this.#abandoned = abandoned;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Serves until `close`. */
  async serve(): Promise<void> {
    for await (const connection of this.#listener) {
      const client = new ClientSession(connection, this.#devices);
      this.#clients.add(client);
      client.run().then(() => {
        this.#clients.delete(client);
        if (this.#clients.size === 0) this.#abandoned();
      });
    }
  }

  /** Turns all clients away and closes what they opened. */
  close(): void {
    this.#listener.close();
    for (const client of this.#clients) client.close();
  }
}

class ClientSession {
  readonly #connection: Deno.Conn;
  readonly #devices: HostDevices;
  readonly #writer: FrameWriter;
  readonly #streams = new Map<number, ClientStream>();
  readonly #heart = setInterval(() => this.#send({ type: "alive" }), ALIVE_INTERVAL_MS);
  readonly #hid: HidSession;
  readonly #contacts: ContactSession;
  /** Numbers whose opening is under way. */
  readonly #opening = new Set<number>();
  #cancelsEcho = false;
  #ended = false;

  constructor(connection: Deno.Conn, devices: HostDevices) {
    this.#connection = connection;
    this.#devices = devices;
    this.#writer = new FrameWriter(connection, () => this.#hangUp());
    this.#hid = new HidSession(devices.hid, {
      send: (message) => this.#send(message),
      writer: this.#writer,
    });
    this.#contacts = new ContactSession(devices.contacts, (message) => this.#send(message));
  }

  /** Settles when the client is gone and everything that it opened is closed; never rejects. */
  async run(): Promise<void> {
    const { backend } = this.#devices;
    this.#send({ type: "hello", version: PROTOCOL_VERSION, backend, pid: Deno.pid });
    try {
      await this.#readFrames();
    } catch (error) {
      // A broken connection, or a client that does not speak our wire: it is turned away.
      if (error instanceof OffhookError) complain(error.message);
    }
    this.close();
  }

  close(): void {
    this.#hangUp();
    this.#hid.close();
    this.#contacts.close();
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
    if (this.#cancelsEcho) this.#devices.audio.cancelEcho(false);
    this.#cancelsEcho = false;
  }

  #hangUp(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#heart);
    this.#writer.close();
    this.#connection.close();
  }

  async #readFrames(): Promise<void> {
    const decoder = new FrameDecoder();
    const onFrame = (frame: Frame) => this.#take(frame);
    while (!this.#ended) {
      const count = await this.#connection.read(decoder.space());
      if (count === null) return;
      decoder.commit(count, onFrame);
    }
  }

  #take(frame: Frame): void {
    if (frame.type === FrameType.pcm) {
      // A frame may still be on its way when its stream has failed: not an error.
      this.#streams.get(frame.stream)?.push(samplesOf(frame.payload));
    } else if (frame.type === FrameType.control) {
      this.#answer(parseRequest(frame.payload));
    }
  }

  #send(message: HostMessage): void {
    this.#writer.control(message);
  }

  async #answer(request: Request): Promise<void> {
    try {
      this.#send({ type: "reply", id: request.id, result: await this.#perform(request) });
    } catch (error) {
      const known = error instanceof OffhookError
        ? error
        : new OffhookError("device-failed", `The device host failed: ${error}`);
      this.#send({ type: "error", id: request.id, error: known.toJSON() });
    }
  }

  async #perform(request: Request): Promise<unknown> {
    if (isHidRequest(request)) return await this.#hid.perform(request);
    if (isContactRequest(request)) return this.#contacts.perform(request);
    switch (request.type) {
      case "list-devices":
        return await this.#devices.audio.list();
      case "open-stream":
        return await this.#open(request);
      case "cancel-echo":
        this.#devices.audio.cancelEcho(request.on);
        this.#cancelsEcho = request.on;
        return {};
      case "close-stream":
        this.#streams.get(request.stream)?.close();
        this.#streams.delete(request.stream);
        return {};
    }
  }

  async #open(wanted: OpenStream): Promise<unknown> {
    const number = wanted.stream;
    if (this.#streams.has(number) || this.#opening.has(number)) {
      throw new OffhookError("internal", `The stream ${number} is open already`);
    }
    this.#opening.add(number);
    try {
      const failed = (error: OffhookError) => {
        this.#streams.delete(number);
        this.#send({ type: "stream-failed", stream: number, error: error.toJSON() });
      };
      const stream = await this.#devices.audio.open(wanted, this.#writer, failed);
      // The client may have gone while the card was opening.
      if (this.#ended) stream.close();
      else this.#streams.set(number, stream);
      return stream.opened;
    } finally {
      this.#opening.delete(number);
    }
  }
}

/** Words of the host itself go where those of the libraries go: to the station's log tail. */
export function complain(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`device host: ${text}\n`));
}
