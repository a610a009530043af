/**
 * A call's sound over a WebSocket of its own, the server's side and without a socket.
 *
 *     /audio?call=ID&rate=16000&instead=0
 *     binary frames: s16le mono, both ways
 *     text frames, to the client: {"type": "joined" | "room" | "ended" | "refused", …}
 *
 * `room` grants the client so many more samples: what it sends beyond is dropped and counted. A
 * client that does not read loses what is due then. Whatever it does, the call goes on.
 */
import type { z } from "zod";
import { mayAct, type Role } from "../../base/names/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import {
  AUDIO_LEAST,
  AUDIO_PATH,
  type AudioMessage,
  audioQuery,
  type Phone,
} from "../contract/mod.ts";
import type { CallAudio } from "../wire/mod.ts";

/** Unread sound from which more is dropped, ms. */
const UNREAD_MS = 200;

/** The wire of one client. */
export interface AudioSocket {
  sendText(text: string): void;
  sendBytes(bytes: Uint8Array): void;
  /** Bytes that the client has not taken yet. */
  readonly pending: number;
  close(): void;
}

export interface AudioConnectionOptions {
  phone: Phone;
  /** Undefined: the token is missing or not known. */
  role: Role | undefined;
  /** Of the address, behind the question mark. */
  query: URLSearchParams;
  socket: AudioSocket;
  log(text: string): void;
}

export class AudioConnection {
  readonly #options: AudioConnectionOptions;
  #audio: CallAudio | undefined;
  #closed = false;
  /** The first octet of a sample whose second one is still to come. */
  #half: number | undefined;
  #lost = 0;
  #refused = 0;

  constructor(options: AudioConnectionOptions) {
    this.#options = options;
  }

  /** Joins the call, or says why not. Never rejects. */
  async open(): Promise<void> {
    const { socket, log } = this.#options;
    try {
      await this.#join();
    } catch (thrown) {
      const error = OffhookError.from(thrown);
      log(`refused audio: ${error.message}`);
      this.#tell({ type: "refused", error: error.toJSON() });
      socket.close();
    }
  }

  /** Takes a binary frame: s16le, cut anywhere. */
  receive(bytes: Uint8Array): void {
    if (this.#audio === undefined) return;
    const samples = this.#samplesOf(bytes);
    this.#refused += samples.length - this.#audio.say(samples);
  }

  /** The client is gone. */
  close(): void {
    this.#closed = true;
    void this.#audio?.close();
  }

  async #join(): Promise<void> {
    const { phone, role, query, socket } = this.#options;
    if (role === undefined || !mayAct(role, AUDIO_LEAST)) {
      throw new OffhookError("station-refused", `audio needs the role ${AUDIO_LEAST}`, {
        hint: role === undefined ? "Give a token of the station." : `This connection is ${role}.`,
        data: { role: role ?? null, least: AUDIO_LEAST },
      });
    }
    const { call, rate, instead } = readQuery(query);
    const early: number[] = [];
    let grant: (samples: number) => void = (samples) => early.push(samples);
    const audio = await phone.audio({ call, rate, instead: instead === "1" }, {
      heard: (samples) => this.#send(samples, rate),
      room: (samples) => grant(samples),
    });
    this.#audio = audio;
    this.#tell({ type: "joined", attachment: audio.attachment, call, rate });
    grant = (samples) => this.#tell({ type: "room", samples });
    early.forEach(grant);
    if (this.#closed) void audio.close();
    audio.ended.then(({ lost }) => {
      this.#tell({ type: "ended", lost: lost + this.#lost, refused: this.#refused });
      socket.close();
    });
  }

  #send(samples: Int16Array, rate: number): void {
    const { socket } = this.#options;
    if (this.#closed) return;
    if (socket.pending > (rate * 2 * UNREAD_MS) / 1000) {
      this.#lost += samples.length;
      return;
    }
    socket.sendBytes(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  }

  #tell(message: AudioMessage): void {
    if (!this.#closed) this.#options.socket.sendText(JSON.stringify(message));
  }

  #samplesOf(bytes: Uint8Array): Int16Array {
    const before = this.#half === undefined ? 0 : 1;
    const whole = new Uint8Array(bytes.length + before);
    if (this.#half !== undefined) whole[0] = this.#half;
    whole.set(bytes, before);
    this.#half = whole.length % 2 === 1 ? whole.at(-1) : undefined;
    return new Int16Array(whole.buffer, 0, whole.length >> 1);
  }
}

/** @throws OffhookError `usage`, naming what is wrong */
function readQuery(query: URLSearchParams): z.infer<typeof audioQuery> {
  const read = audioQuery.safeParse(Object.fromEntries(query));
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new OffhookError("usage", `the address of a call's sound: ${issues.join("; ")}`, {
    hint: `Write ${AUDIO_PATH}?call=ID&rate=16000&instead=0.`,
  });
}
