/**
 * rtpengine as the media server between two phones: DTLS or SDES at one side, plain RTP at the other.
 *
 *     ng protocol (a cookie and a bencoded dictionary in a datagram) ◄─ offer, answer ─► this class
 */
import { PeerProcess } from "./peer_process.ts";
import { freePorts, waitUntilBound } from "./ports.ts";
import type { Scratch } from "./scratch.ts";

type Value = string | number | Value[] | { [key: string]: Value };
/** What a command takes and answers; keys as rtpengine's manual has them. */
export type Dictionary = { [key: string]: Value };

const HOST = "127.0.0.1";

export class Rtpengine {
  readonly process: PeerProcess;
  readonly #port: number;
  readonly #socket: Deno.DatagramConn;
  #cookie = 0;

  private constructor(process: PeerProcess, port: number, socket: Deno.DatagramConn) {
    this.process = process;
    this.#port = port;
    this.#socket = socket;
  }

  static async start(scratch: Scratch): Promise<Rtpengine> {
    const [control, cli, media] = [freePorts(), freePorts(), freePorts(40)];
    const places = ["--interface", HOST, "--listen-ng", `${HOST}:${control}`]
      .concat("--listen-cli", `${HOST}:${cli}`);
    const ports = ["--port-min", `${media}`, "--port-max", `${media + 39}`]
      // Its ports are free as soon as a call is over.
      .concat("--delete-delay", "0");
    const process = PeerProcess.start(scratch, {
      name: "rtpengine",
      command: "rtpengine",
      // Without its kernel module; the log is read after a failure.
      args: [
        "--foreground",
        "--log-stderr",
        "--log-level",
        "7",
        "--table",
        "-1",
        ...places,
        ...ports,
      ]
        .concat("--pidfile", scratch.file("rtpengine.pid")),
    });
    await waitUntilBound(control);
    const socket = Deno.listenDatagram({ transport: "udp", hostname: HOST, port: 0 });
    scratch.defer(() => socket.close());
    return new Rtpengine(process, control, socket);
  }

  /** Where its ng protocol is spoken: `host:port`. */
  get control(): string {
    return `${HOST}:${this.#port}`;
  }

  /** One command and its answer. @throws when it refuses it */
  async ask(command: Dictionary): Promise<Dictionary> {
    const cookie = `c${this.#cookie++}`;
    const text = new TextEncoder().encode(`${cookie} ${bencode(command)}`);
    await this.#socket.send(text, { transport: "udp", hostname: HOST, port: this.#port });
    const [reply] = await this.#socket.receive();
    const body = new TextDecoder().decode(reply).slice(cookie.length + 1);
    const answer = bdecode(body) as Dictionary;
    if (answer.result !== "ok") throw new Error(`rtpengine refused ${command.command}: ${body}`);
    return answer;
  }
}

function bencode(value: Value): string {
  if (typeof value === "number") return `i${value}e`;
  if (typeof value === "string") return `${value.length}:${value}`;
  if (Array.isArray(value)) return `l${value.map(bencode).join("")}e`;
  const keys = Object.keys(value).sort();
  return `d${keys.map((key) => bencode(key) + bencode(value[key]!)).join("")}e`;
}

/** Of ASCII, which its answers are. */
function bdecode(text: string): Value {
  let at = 0;
  const until = (mark: string) => {
    const end = text.indexOf(mark, at);
    const part = text.slice(at, end);
    at = end + 1;
    return part;
  };
  const items = (): Value[] => {
    const list: Value[] = [];
    at++;
    while (text[at] !== "e") list.push(item());
    at++;
    return list;
  };
  const item = (): Value => {
    if (text[at] === "i") {
      at++;
      return Number(until("e"));
    }
    if (text[at] === "l") return items();
    if (text[at] === "d") {
      const flat = items();
      const pairs = flat.flatMap((key, index) =>
        index % 2 === 0 ? [[String(key), flat[index + 1]!] as const] : []
      );
      return Object.fromEntries(pairs);
    }
    const length = Number(until(":"));
    at += length;
    return text.slice(at - length, at);
  };
  return item();
}
