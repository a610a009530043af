/**
 * A call's sound over a socket: the client's side of `audio_connection.ts`, the same interface as in
 * process.
 */
import type { Channel } from "./unix_websocket.ts";
import { OffhookError } from "../../base/mod.ts";
import type { AudioMessage } from "../contract/mod.ts";
import { type AudioListener, type AudioParams, type CallAudio, JoinedAudio } from "../wire/mod.ts";

/** Where the sound of a call is, seen from the control socket's address. */
export function audioPath({ call, rate, instead }: AudioParams): string {
  const query = new URLSearchParams({ call, rate: `${rate}`, instead: instead ? "1" : "0" });
  return `audio?${query}`;
}

/**
 * Joins over a socket that has just been opened.
 * @throws OffhookError what the station refuses with, or `no-station` when it goes away
 */
export function joinOver(
  socket: Channel,
  listener: AudioListener,
  gone: () => OffhookError,
): Promise<CallAudio> {
  socket.binaryType = "arraybuffer";
  return new Promise((resolve, reject) => {
    let audio: JoinedAudio | undefined;
    let last: Extract<AudioMessage, { type: "ended" }> | undefined;
    let left = false;
    const wire = {
      say: (samples: Int16Array) => socket.send(samples.slice()),
      leave: () => {
        left = true;
        socket.close();
      },
    };
    const take = (message: AudioMessage) => {
      if (message.type === "joined") {
        audio = new JoinedAudio(message.attachment, wire, listener);
        resolve(audio);
      } else if (message.type === "room") audio?.gain(message.samples);
      else if (message.type === "ended") last = message;
      else reject(OffhookError.fromJSON(message.error));
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") take(JSON.parse(data));
      else audio?.hear(new Int16Array(data));
    };
    socket.onclose = () => {
      reject(gone());
      const error = last === undefined && !left ? { error: gone() } : {};
      audio?.finish({ lost: last?.lost ?? 0, ...error });
    };
  });
}
