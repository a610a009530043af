/**
 * linphone as the other phone: its console program, driven by commands on its standard input, with WAV
 * files in place of a sound card.
 */
import type { Registrar } from "./kamailio.ts";
import { PeerProcess } from "./peer_process.ts";
import { freePorts } from "./ports.ts";
import type { Scratch } from "./scratch.ts";

export interface LinphoneOptions {
  user: string;
  /** Registers there; absent: a phone without registrar, called at {@link Linphone.uri}. */
  registrar?: Registrar<"udp" | "tcp" | "tls">;
  /** WAV that it says in a call (16-bit mono), where it has no cards. */
  says: string;
  autoAnswer?: boolean;
  /** Codecs that it offers, in no order: `PCMU`, `PCMA`, `G722`. */
  codecs?: string[];
  /** SRTP with keys by SDES: where the other side can, or never without; or by DTLS. */
  encryption?: "prefer" | "require" | "dtls";
  /** ICE; `mux`: with RTCP on RTP's port, which is off in its own settings. */
  ice?: "plain" | "mux";
  /** Extended reports of RTCP, which are off in its own settings. */
  extendedReports?: true;
  /** PulseAudio's cards in place of files: the variables that choose them. */
  cards?: Record<string, string>;
  name?: string;
}

export class Linphone {
  readonly process: PeerProcess;
  readonly user: string;
  readonly port: number;
  /** WAV file (mono) of what it heard; whole once the call has ended. */
  readonly heard: string;

  private constructor(process: PeerProcess, place: { user: string; port: number; heard: string }) {
    this.process = process;
    this.user = place.user;
    this.port = place.port;
    this.heard = place.heard;
  }

  /** Starts it and, with a registrar, waits until it is registered. */
  static async start(scratch: Scratch, options: LinphoneOptions): Promise<Linphone> {
    const name = options.name ?? `linphone-${options.user}`;
    const [port, rtp] = [freePorts(2), freePorts(20)];
    const heard = scratch.file(`${name}-heard.wav`);
    const rc = scratch.file(`${name}.rc`);
    await Deno.mkdir(scratch.file(`${name}-home/.local/share/linphone`), { recursive: true });
    await Deno.writeTextFile(rc, config(port, rtp, options));
    const process = PeerProcess.start(scratch, {
      name,
      command: "linphonec",
      args: ["-c", rc, "-d", "6", "-l", "/dev/stderr"].concat(
        options.autoAnswer ? ["-a"] : [],
      ),
      env: { HOME: scratch.file(`${name}-home`), ...options.cards },
      stdin: true,
    });
    const linphone = new Linphone(process, { user: options.user, port, heard });
    await process.waitFor(/linphonec>/);
    if (options.cards === undefined) {
      await process.writeLine("soundcard use files");
      await process.writeLine(`play ${options.says}`);
      await process.writeLine(`record ${heard}`);
    }
    if (options.registrar) await process.waitFor(/to \[LinphoneRegistrationOk\]/);
    return linphone;
  }

  /** Where it can be called directly. */
  get uri(): string {
    return `sip:${this.user}@127.0.0.1:${this.port}`;
  }

  /**
   * Waits until a call of its is in a state: `IncomingReceived`, `OutgoingRinging`, `Connected`,
   * `StreamsRunning`, `Paused`, `PausedByRemote`, `End`, `Error`, `Released`.
   * @param after index into its log from which on to look; see {@link now}
   */
  async waitForCall(state: string, timeoutMs = 15_000, after = 0): Promise<void> {
    await this.process.waitFor(
      new RegExp(`to (state )?\\[?LinphoneCall${state}\\b`),
      timeoutMs,
      after,
    );
  }

  /** A mark in its log, for {@link waitForCall}. */
  get now(): number {
    return this.process.output.length;
  }

  async dial(uri: string): Promise<void> {
    await this.process.writeLine(`call ${uri}`);
  }

  async answer(): Promise<void> {
    await this.process.writeLine("answer");
  }

  async hangup(): Promise<void> {
    await this.process.writeLine("terminate all");
  }

  async hold(): Promise<void> {
    await this.process.writeLine("pause");
  }

  async resume(): Promise<void> {
    await this.process.writeLine("resume 1");
  }

  /** Blind transfer of its only call. */
  async transfer(uri: string): Promise<void> {
    await this.process.writeLine(`transfer ${uri}`);
  }

  /** Keys pressed in the call. */
  async sendDigits(digits: string): Promise<void> {
    for (const digit of digits) await this.process.writeLine(digit);
  }
}

// verify_server_cn=0: its TLS library knows no IP addresses in certificates; the chain is verified.
/** By the names of our codecs: as linphone writes them, clock and channels. */
const ENCODINGS: Record<string, [mime: string, rate: number, channels: number]> = {
  PCMU: ["PCMU", 8000, 1],
  PCMA: ["PCMA", 8000, 1],
  G722: ["G722", 8000, 1],
  OPUS: ["opus", 48_000, 2],
};

function config(port: number, rtp: number, options: LinphoneOptions): string {
  const { registrar, user } = options;
  const wanted = options.codecs ?? ["PCMU"];
  const codecs = Object.entries(ENCODINGS).map(([name, [mime, rate, channels]], index) =>
    `[audio_codec_${index}]\nmime=${mime}\nrate=${rate}\nchannels=${channels}\nenabled=${
      wanted.includes(name) ? 1 : 0
    }\n`
  );
  return `[sip]
sip_port=${port}
sip_tcp_port=${port}
sip_tls_port=${port + 1}
bind_address=127.0.0.1
verify_server_cn=0
use_info=0
use_rfc2833=1
guess_hostname=1
${registrar?.caFile === undefined ? "" : `root_ca=${registrar.caFile}`}
${registrar ? `default_proxy=0` : `contact=sip:${user}@127.0.0.1:${port}`}

[rtp]
audio_rtp_port=${rtp}-${rtp + 19}
${options.ice === "mux" ? "rtcp_mux=1" : ""}
${options.extendedReports ? EXTENDED_REPORTS : ""}

${options.encryption === undefined ? "" : encryption(options.encryption)}
[net]
mtu=1300
firewall_policy=${options.ice ? "ice" : "0"}

[sound]
echocancellation=0
echolimiter=0
${options.cards === undefined ? "" : PULSE_CARDS}

[misc]
log_collection_upload=0

${codecs.join("\n")}
${registrar ? registration(registrar, user) : ""}`;
}

const EXTENDED_REPORTS = `rtcp_xr_enabled=1
rtcp_xr_voip_metrics_enabled=1
rtcp_xr_rcvr_rtt_mode=all
rtcp_xr_rcvr_rtt_max_size=10000
`;

const PULSE_CARDS = `playback_dev_id=PulseAudio: default
capture_dev_id=PulseAudio: default
ringer_dev_id=PulseAudio: default
`;

function encryption(wish: "prefer" | "require" | "dtls"): string {
  const only = wish === "prefer" ? 0 : 1;
  const kind = wish === "dtls" ? "dtls" : "srtp";
  return `srtp=1\n\n[sip]\nmedia_encryption=${kind}\nmedia_encryption_mandatory=${only}\n`;
}

function registration(registrar: NonNullable<LinphoneOptions["registrar"]>, user: string): string {
  const { address, transport, password } = registrar;
  const domain = address;
  return `[proxy_0]
reg_proxy=<sip:${address};transport=${transport}>
reg_route=<sip:${address};transport=${transport};lr>
reg_identity=sip:${user}@${domain}
reg_expires=60
reg_sendregister=1
publish=0

[auth_info_0]
username=${user}
passwd=${password}
`;
}
