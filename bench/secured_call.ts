// deno-lint-ignore-file no-console
/**
 * CPU time of a whole call of two of our phones: plain, with each kind of keys, and with ICE. Every
 * round makes one call of each kind, so that a busy machine is busy for all of them.
 *
 *     deno run --allow-all bench/secured_call.ts [ROUNDS [SECONDS]]
 *
 * Reads as: per cent of a core of the phone that called, and its ratio to the plain call.
 */
import { CertificateAuthority } from "../tests/peers/certificates.ts";
import { Offhook } from "../tests/peers/offhook.ts";
import { type Scratch, withScratch } from "../tests/peers/scratch.ts";
import { pause } from "../tests/support/pause.ts";
import { cpuSeconds } from "./whole_call/process_usage.ts";
import { spread } from "./whole_call/statistics.ts";

const ROUNDS = Number(Deno.args[0] ?? 5);
const TALK_MS = 1000 * Number(Deno.args[1] ?? 10);
/** The compiler has seen a call by then. */
const WARM_UP_MS = 2000;

interface Kind {
  name: string;
  transport: "udp" | "tls";
  args: string[];
  ice?: true;
}

const dtls = ["--keying", "dtls"];
const KINDS: Kind[] = [
  { name: "plain", transport: "udp", args: ["--encryption", "off"] },
  { name: "plain, signalling over TLS", transport: "tls", args: ["--encryption", "off"] },
  { name: "SRTP, keys by SDES over TLS", transport: "tls", args: ["--encryption", "require"] },
  { name: "SRTP, keys by DTLS", transport: "udp", args: [...dtls, "--encryption", "require"] },
  { name: "ICE", transport: "udp", args: ["--encryption", "off"], ice: true },
  { name: "ICE and DTLS", transport: "udp", args: [...dtls, "--encryption", "require"], ice: true },
];

const SOUND = ["--mic", "voice", "--speaker", "null", "--codec", "PCMU", "--quiet"];

/** @returns per cent of a core */
function talk(kind: Kind): Promise<number> {
  return withScratch(async (scratch) => {
    const config = scratch.file("bench.toml");
    await Deno.writeTextFile(config, kind.ice ? '[ice]\npolicy = "all"\n' : "");
    const { listen, trust } = kind.transport === "tls"
      ? await certified(scratch)
      : { listen: [], trust: [] };
    const env = { OFFHOOK_CONFIG: config };
    const answer = ["answer", "--listen", "127.0.0.1:0", "--transport", kind.transport, ...listen];
    const answering = Offhook.start(scratch, [...answer, ...SOUND.slice(0, -1)], {
      env,
      name: "answer",
    });
    const [, place] = await answering.waitFor("stderr", /waiting for calls on (\S+) \(/);
    const uri = `sip:test@${place};transport=${kind.transport}`;
    const dial = ["dial", uri, ...trust, ...SOUND, ...kind.args];
    const dialling = Offhook.start(scratch, dial, { env, name: "dial" });
    await answering.waitFor("stderr", /answered/);
    await pause(WARM_UP_MS);
    const before = cpuSeconds(dialling.pid);
    const from = performance.now();
    await pause(TALK_MS);
    const used = cpuSeconds(dialling.pid) - before;
    const share = 100_000 * used / (performance.now() - from);
    dialling.interrupt();
    const { status } = await dialling.finished;
    if (status !== 0 && status !== 130) {
      throw new Error(`the ${kind.name} call ended with ${status}`);
    }
    await answering.finished;
    return share;
  });
}

async function certified(scratch: Scratch): Promise<{ listen: string[]; trust: string[] }> {
  const authority = await CertificateAuthority.create(scratch);
  const { certFile, keyFile } = await authority.issue("phone");
  return {
    listen: ["--tls-cert", certFile, "--tls-key", keyFile],
    trust: ["--tls-ca", authority.caFile],
  };
}

const shares = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const kind of KINDS) shares.get(kind)!.push(await talk(kind));
}
const plain = spread(shares.get(KINDS[0]!)!).median;
for (const [{ name }, values] of shares) {
  const { median } = spread(values);
  const ratio = (median / plain).toFixed(2);
  console.log(`${name.padEnd(28)} ${median.toFixed(1).padStart(5)} %  ${ratio}`);
}
console.log(`load average ${Deno.loadavg().map((load) => load.toFixed(1)).join(", ")}`);
