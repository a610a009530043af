/**
 * baresip as the other phone: driven over its control socket, speaks a WAV file, records what it hears.
 *
 *     ctrl_tcp (netstrings of JSON) ◄─ command / event ─► this class
 */
import { Changes } from "./changes.ts";
import type { Registrar } from "./kamailio.ts";
import { PeerProcess } from "./peer_process.ts";
import { freePorts } from "./ports.ts";
import type { Scratch } from "./scratch.ts";

export interface BaresipOptions {
  /** Its user; the account is `sip:user@server`. */
  user: string;
  /** Registers there; absent: a phone without registrar, called at {@link Baresip.uri}. */
  registrar?: Registrar<"udp" | "tcp" | "tls">;
  /** 8 kHz mono WAV that it says in a call; `echo`: what it hears, until a hold. */
  says: string;
  /** True: answers at once; else {@link Baresip.answer}. */
  autoAnswer?: boolean;
  /** True: ICE, with RTCP on RTP's port. */
  ice?: boolean;
  /** True: also records what comes after a hold, in a file of its own from each hold on. */
  recordsOn?: boolean;
  /** Codecs in its order of preference; `G722` needs a WAV of 16 kHz to say. */
  codecs?: string[];
  /** SRTP with keys by SDES: where the other side can, or never without; or never without keys by DTLS. */
  encryption?: "prefer" | "require" | "dtls";
  /** Its name in logs, for tests with two of them. */
  name?: string;
  /** Called as soon as the process runs, before it is ready. */
  onStart?: (process: PeerProcess) => void;
}

/** An event of its control socket, as it comes. */
export interface BaresipEvent {
  event: true;
  class: string;
  type: string;
  param?: string;
  peeruri?: string;
  id?: string;
  [key: string]: unknown;
}

export class Baresip {
  readonly process: PeerProcess;
  /** Port of its SIP sockets (UDP and TCP). */
  readonly port: number;
  readonly user: string;
  /** Every event so far. */
  readonly events: BaresipEvent[] = [];
  readonly #folder: string;
  readonly #socket: Deno.TcpConn;
  readonly #changes = new Changes();
  readonly #answers: ((data: { ok: boolean; data?: string }) => void)[] = [];

  private constructor(
    process: PeerProcess,
    socket: Deno.TcpConn,
    place: { port: number; user: string; folder: string },
  ) {
    this.process = process;
    this.#socket = socket;
    this.port = place.port;
    this.user = place.user;
    this.#folder = place.folder;
  }

  /** Starts it and, with a registrar, waits until it is registered. */
  static async start(scratch: Scratch, options: BaresipOptions): Promise<Baresip> {
    const name = options.name ?? `baresip-${options.user}`;
    const [port, control, rtp] = [freePorts(2), freePorts(), freePorts(20)];
    const folder = scratch.file(name);
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/config`, config({ port, control, rtp, folder }, options));
    await Deno.writeTextFile(`${folder}/accounts`, account(port, options));
    await Deno.writeTextFile(`${folder}/contacts`, "");
    if (options.recordsOn) await refuseSentRecordings(folder);
    const process = PeerProcess.start(scratch, {
      name,
      command: "baresip",
      args: ["-f", folder, "-v"],
    });
    options.onStart?.(process);
    await process.waitFor(/baresip is ready/);
    const socket = await Deno.connect({ hostname: "127.0.0.1", port: control });
    const baresip = new Baresip(process, socket, { port, user: options.user, folder });
    const reading = baresip.#read();
    scratch.defer(async () => {
      socket.close();
      await reading;
    });
    if (options.registrar) await baresip.#registered();
    return baresip;
  }

  /** Where it can be called directly. */
  get uri(): string {
    return `sip:${this.user}@127.0.0.1:${this.port}`;
  }

  /** @throws when it refuses the command */
  async command(command: string, params = ""): Promise<string> {
    const text = JSON.stringify({ command, params, token: "t" });
    const { promise, resolve } = Promise.withResolvers<{ ok: boolean; data?: string }>();
    this.#answers.push(resolve);
    await this.#socket.write(new TextEncoder().encode(`${text.length}:${text},`));
    const { ok, data } = await promise;
    if (!ok) throw new Error(`baresip refused ${command} ${params}: ${data}`);
    return data ?? "";
  }

  async dial(uri: string): Promise<void> {
    await this.command("dial", uri);
  }

  async answer(): Promise<void> {
    await this.command("accept");
  }

  async hangup(): Promise<void> {
    await this.command("hangup");
  }

  async hold(): Promise<void> {
    await this.command("hold");
  }

  async resume(): Promise<void> {
    await this.command("resume");
  }

  /** Keys pressed in the call, as telephone-events. */
  async sendDigits(digits: string): Promise<void> {
    for (const digit of digits) await this.command("sndcode", digit);
  }

  /**
   * WAV files (8 or 16 kHz mono) of what it heard, the latest last; whole once a call has ended. One a
   * call, which ends with the first hold unless {@link BaresipOptions.recordsOn}.
   */
  async heard(): Promise<string[]> {
    const files = await Array.fromAsync(Deno.readDir(this.#folder), ({ name }) => name);
    return files.filter((name) => name.endsWith("-dec.wav")).sort()
      .map((name) => `${this.#folder}/${name}`);
  }

  /** Waits for an event of a type (`CALL_ESTABLISHED`, `CALL_CLOSED`, `CALL_INCOMING`, `CALL_RINGING`…). */
  waitForEvent(type: string, timeoutMs = 15_000, count = 1): Promise<BaresipEvent> {
    return this.#changes.until(
      () => this.events.filter((event) => event.type === type)[count - 1],
      timeoutMs,
      () => {
        const had = this.events.map((event) => event.type).join(" ");
        return `baresip had no ${type}, but: ${had}\n${this.process.tail()}`;
      },
    );
  }

  async #registered(): Promise<void> {
    // The event may have gone before the control socket was open: the log tells both.
    await this.process.waitFor(/200 OK .* \[|registered successfully|useragents? registered/);
  }

  async #read(): Promise<void> {
    let pending = new Uint8Array();
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const length = await this.#socket.read(buffer).catch(() => null);
      if (length === null) return;
      pending = Uint8Array.from([...pending, ...buffer.subarray(0, length)]);
      for (let text; (text = netstring(pending)) !== undefined;) {
        pending = pending.subarray(text.end);
        this.#take(JSON.parse(text.body));
      }
    }
  }

  #take(message: BaresipEvent | { response: true; ok: boolean; data?: string }): void {
    if ("response" in message) {
      this.#answers.shift()?.(message as { ok: boolean; data?: string });
      return;
    }
    this.events.push(message);
    this.#changes.notify();
  }
}

/**
 * A hold makes it drop the recorder of what it hears, and it makes no new one as long as that of what
 * it says is there. So that one never comes to be: folders stand where its files would be.
 */
async function refuseSentRecordings(folder: string): Promise<void> {
  const two = (number: number) => `${number}`.padStart(2, "0");
  const start = Date.now();
  for (let second = 0; second < 120; second++) {
    const at = new Date(start + second * 1000);
    const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())];
    const time = [two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())];
    await Deno.mkdir(`${folder}/dump-${[...date, ...time].join("-")}-enc.wav`);
  }
}

/** The first whole `length:body,` of the bytes. */
function netstring(bytes: Uint8Array): { body: string; end: number } | undefined {
  const colon = bytes.indexOf(0x3a);
  if (colon < 0) return undefined;
  const length = Number(new TextDecoder().decode(bytes.subarray(0, colon)));
  const end = colon + 1 + length + 1;
  if (bytes.length < end) return undefined;
  return { body: new TextDecoder().decode(bytes.subarray(colon + 1, end - 1)), end };
}

interface Place {
  port: number;
  control: number;
  rtp: number;
  folder: string;
}

function config({ port, control, rtp, folder }: Place, options: BaresipOptions): string {
  const caFile = options.registrar?.caFile;
  const echoes = options.says === "echo";
  return `poll_method epoll
sip_listen 127.0.0.1:${port}
${caFile === undefined ? "" : `sip_cafile ${caFile}`}
net_interface 127.0.0.1
rtp_ports ${rtp}-${rtp + 19}
rtp_stats yes
audio_source ${echoes ? "aubridge,echo" : `aufile,${options.says}`}
${echoes ? "audio_player aubridge,echo" : ""}
snd_path ${folder}
audio_alert aufile,/dev/null
ausrc_channels 1
auplay_channels 1
call_max_calls 10
module_path ${BARESIP_MODULES}
module g711.so
module g722.so
module opus.so
module l16.so
${options.ice ? "module ice.so" : ""}
module aufile.so
${echoes ? "module aubridge.so" : ""}
${options.encryption === undefined ? "" : "module srtp.so\nmodule dtls_srtp.so"}
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:${control}
ring_aufile none
ringback_aufile none
busy_aufile none
error_aufile none
callwaiting_aufile none
notfound_aufile none
`;
}

/** Codecs by baresip's names for them, where those are not at 8 kHz. */
const BARESIP_NAMES: Record<string, string> = {
  OPUS: "opus/48000/2",
  G722: "G722/16000/1",
  L16: "L16/16000/1",
};

const BARESIP_MODULES = "/usr/lib/baresip/modules";

function account(port: number, options: BaresipOptions): string {
  const { user, registrar } = options;
  const codecs = (options.codecs ?? ["PCMU", "PCMA"])
    .map((name) => BARESIP_NAMES[name] ?? `${name}/8000/1`).join(",");
  const common = `answermode=${
    options.autoAnswer ? "auto" : "manual"
  };audio_codecs=${codecs};ptime=20${options.ice ? ";medianat=ice;rtcp_mux=yes" : ""}${
    mediaEncryption(options)
  }`;
  if (!registrar) return `<sip:${user}@127.0.0.1:${port}>;regint=0;${common}\n`;
  const { address, password, transport } = registrar;
  return `<sip:${user}@${address};transport=${transport}>;auth_pass=${password};regint=60;${common}\n`;
}

function mediaEncryption({ encryption }: BaresipOptions): string {
  if (encryption === undefined) return "";
  if (encryption === "dtls") return ";mediaenc=dtls_srtp;rtcp_mux=yes";
  return `;mediaenc=${encryption === "require" ? "srtp-mand" : "srtp"}`;
}
