/**
 * A private PulseAudio server with null sinks, and ALSA devices on top of it: sound cards for tests on
 * a machine that has none.
 *
 *     ALSA `test_speaker` ─────────► sink `speaker` ──► its monitor ──► ALSA `test_speaker_monitor`
 *     sink `microphone` ──► its monitor ──► ALSA `test_microphone`
 *
 * What is played on `test_speaker` is heard on `test_speaker_monitor`; `pacat --device=microphone`
 * speaks into `test_microphone`. Give `env` to the process that opens the devices.
 */

/** What a test that uses it needs of the machine. */
export const PULSE_REQUIREMENTS = ["pulseaudio", "pactl", "alsa-pulse", "portaudio"] as const;

const SINKS = ["speaker", "microphone"];
const START_LIMIT_MS = 10_000;

export class PulseServer implements AsyncDisposable {
  /** Environment that makes ALSA, PortAudio and PulseAudio's tools use this server. */
  readonly env: Record<string, string>;
  readonly #folder: string;
  #children: Deno.ChildProcess[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.env = {
      ALSA_CONFIG_PATH: `${folder}/alsa.conf`,
      PULSE_SERVER: `unix:${folder}/native`,
      PULSE_RUNTIME_PATH: folder,
      PULSE_STATE_PATH: folder,
      XDG_RUNTIME_DIR: folder,
    };
  }

  static async start(): Promise<PulseServer> {
    const folder = await Deno.makeTempDir({ prefix: "offhook-pulse-" });
    const server = new PulseServer(folder);
    await Deno.writeTextFile(`${folder}/alsa.conf`, alsaConfiguration(folder));
    await server.restart();
    return server;
  }

  /** Starts it again after `kill`. */
  async restart(): Promise<void> {
    await Deno.remove(`${this.#folder}/native`).catch(() => {});
    const modules = [
      `module-native-protocol-unix socket=${this.#folder}/native auth-anonymous=1`,
      ...SINKS.map((sink) => `module-null-sink sink_name=${sink} rate=48000 channels=2`),
    ];
    this.#spawn("pulseaudio", [
      "-n",
      "--daemonize=no",
      "--exit-idle-time=-1",
      "--use-pid-file=no",
      "--disable-shm=yes",
      "--realtime=no",
      "--high-priority=no",
      ...modules.flatMap((module) => ["-L", module]),
    ]);
    await this.#untilReady();
    await Promise.all(SINKS.map((sink) => this.#keepAwake(sink)));
  }

  /** One more sink, until the server ends. */
  async addSink(name: string): Promise<void> {
    const { success } = await new Deno.Command("pactl", {
      args: ["load-module", "module-null-sink", `sink_name=${name}`, "rate=48000", "channels=2"],
      env: this.env,
      stdout: "null",
    }).output();
    if (!success) throw new Error(`pulseaudio made no sink ${name}`);
    await this.#keepAwake(name);
  }

  /** Kills the server as a crash would. */
  async kill(): Promise<void> {
    const children = this.#children;
    this.#children = [];
    for (const child of children) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It ended with its server.
      }
    }
    await Promise.all(children.map((child) => child.status));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** A sink that nobody listens to closely takes seconds to give its first sound. */
  async #keepAwake(sink: string): Promise<void> {
    const args = [`--device=${sink}.monitor`, "--latency-msec=20", "--rate=8000", "--channels=1"];
    const reader = this.#spawn("parec", args).stdout.getReader();
    await reader.read();
    const drain = async () => {
      while (!(await reader.read()).done);
    };
    drain().catch(() => {});
  }

  #spawn(program: string, args: string[]): Deno.ChildProcess {
    const child = new Deno.Command(program, {
      args,
      env: { ...this.env, HOME: this.#folder },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#children.push(child);
    return child;
  }

  async #untilReady(): Promise<void> {
    const end = performance.now() + START_LIMIT_MS;
    while (performance.now() < end) {
      const { success, stdout } = await new Deno.Command("pactl", {
        args: ["list", "short", "sinks"],
        env: this.env,
        stderr: "null",
      }).output();
      const text = new TextDecoder().decode(stdout);
      if (success && SINKS.every((sink) => text.includes(`\t${sink}\t`))) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("pulseaudio does not start");
  }
}

function alsaConfiguration(folder: string): string {
  const device = (name: string, target: string) =>
    `pcm.${name} { type pulse server "unix:${folder}/native" device "${target}" }\n`;
  return device("test_speaker", "speaker") +
    device("test_speaker_monitor", "speaker.monitor") +
    device("test_microphone", "microphone.monitor") +
    `pcm.!default { type pulse server "unix:${folder}/native" }\n` +
    `ctl.!default { type pulse server "unix:${folder}/native" }\n`;
}
