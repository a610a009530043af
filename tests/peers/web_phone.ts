/**
 * A phone in a browser: a page of ours with SIP.js in Chromium, which speaks a WAV file or a tone and
 * records what it hears.
 *
 *     page ─ SIP over WebSocket ─► kamailio        Chromium's WebRTC ─ ICE, DTLS-SRTP ─► the other side
 */
import { Chromium } from "./chromium.ts";
import type { Registrar } from "./kamailio.ts";
import type { Scratch } from "./scratch.ts";

export interface WebPhoneOptions {
  user: string;
  registrar: Registrar<"ws" | "wss">;
  /** WAV file (16-bit mono) that it says again and again; or Hz of a tone, without any microphone. */
  says: string | number;
  /** True: answers at once; else {@link WebPhone.answer}. */
  autoAnswer?: boolean;
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>phone</title>
<link rel="icon" href="data:,"><audio autoplay></audio>
<script type="importmap">{ "imports": { "sip.js/": "/sip.js/" } }</script>
<script type="module" src="/phone.js"></script>`;

export class WebPhone {
  readonly chromium: Chromium;
  readonly #scratch: Scratch;

  private constructor(chromium: Chromium, scratch: Scratch) {
    this.chromium = chromium;
    this.#scratch = scratch;
  }

  /** Starts it; registered when this resolves. */
  static async start(scratch: Scratch, options: WebPhoneOptions): Promise<WebPhone> {
    const { user, says, autoAnswer, registrar: { address, password, transport } } = options;
    // The certificate is not what is tested, and Chromium takes no authority by a flag.
    const flags = ["--ignore-certificate-errors"]
      .concat(typeof says === "string" ? microphone(says) : []);
    const chromium = await Chromium.start(scratch, servePage(scratch), flags);
    const phone = new WebPhone(chromium, scratch);
    const account = {
      server: `${transport}://${address}`,
      aor: `sip:${user}@${address}`,
      name: user,
      password,
      autoAnswer,
      ...(typeof says === "number" && { tone: says }),
    };
    await chromium.evaluate(`phone.start(${JSON.stringify(account)})`);
    await chromium.waitFor("registered");
    return phone;
  }

  /**
   * Waits for `ringing`, `answered`, `ended`, or `direction sendrecv`, `sendonly`, `recvonly` or
   * `inactive`, as the browser sees what was agreed last.
   */
  waitFor(word: string, timeoutMs?: number): Promise<void> {
    return this.chromium.waitFor(word, timeoutMs);
  }

  async call(uri: string): Promise<void> {
    await this.chromium.evaluate(`phone.call(${JSON.stringify(uri)})`);
  }

  async answer(): Promise<void> {
    await this.chromium.evaluate("phone.answer()");
  }

  async hangup(): Promise<void> {
    await this.chromium.evaluate("phone.hangup()");
  }

  /** Says another tone from now on. */
  async say(hertz: number): Promise<void> {
    await this.chromium.evaluate(`phone.say(${hertz})`);
  }

  async hold(): Promise<void> {
    await this.chromium.evaluate("phone.hold()");
  }

  async resume(): Promise<void> {
    await this.chromium.evaluate("phone.resume()");
  }

  /** Announces another certificate than it shows, from now on. */
  async lie(): Promise<void> {
    await this.chromium.evaluate("phone.lie()");
  }

  /** WAV file (mono) of what it heard so far in its latest call. */
  async heard(): Promise<string> {
    const text = await this.chromium.evaluate("phone.recording()") as string;
    const rate = await this.chromium.evaluate("phone.RATE") as number;
    const samples = Uint8Array.fromBase64(text);
    const path = this.#scratch.file("web-phone-heard.wav");
    await Deno.writeFile(
      path,
      new Uint8Array(await new Blob([header(rate, samples.length), samples]).arrayBuffer()),
    );
    return path;
  }
}

/** Without being asked for it; whoever may use a microphone is known by his addresses. */
function microphone(file: string): string[] {
  return ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    .concat(`--use-file-for-fake-audio-capture=${file}`);
}

/** Serves the page and SIP.js as its package has it. @returns its address, which browsers trust */
function servePage(scratch: Scratch): string {
  const files = new URL("./web_phone/", import.meta.url);
  const library = new URL("../../node_modules/sip.js/", import.meta.url);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/") return new Response(PAGE, { headers: { "content-type": "text/html" } });
      const file = pathname.startsWith("/sip.js/")
        ? new URL(`.${pathname.slice("/sip.js".length)}`, library)
        : new URL(`.${pathname}`, files);
      const text = await Deno.readTextFile(file).catch(() => undefined);
      const headers = { "content-type": "text/javascript" };
      return text === undefined
        ? new Response(null, { status: 404 })
        : new Response(text, { headers });
    },
  );
  scratch.defer(() => server.shutdown());
  return `http://127.0.0.1:${server.addr.port}/`;
}

/** Of a WAV file of 16-bit mono samples. */
function header(rate: number, bytes: number): Uint8Array<ArrayBuffer> {
  const head = new DataView(new ArrayBuffer(44));
  const words = (at: number, text: string) => {
    for (const [index, letter] of [...text].entries()) {
      head.setUint8(at + index, letter.charCodeAt(0));
    }
  };
  words(0, "RIFF");
  head.setUint32(4, 36 + bytes, true);
  words(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, rate, true);
  head.setUint32(28, 2 * rate, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  words(36, "data");
  head.setUint32(40, bytes, true);
  return new Uint8Array(head.buffer);
}
