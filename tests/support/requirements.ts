/**
 * What a test may need from the machine, and how to see whether it is there.
 *
 * One table serves two readers: `skip.ts` probes it to run or skip a test, `tools/setup.ts` to install
 * what is missing (it must run before any npm package is there, so this module imports nothing).
 * Nothing is spawned by a probe: a PATH look-up, a stat or one syscall, cached for the process.
 */
import { existsSync } from "node:fs";

/** One thing that a test may need. */
export interface Requirement {
  /** How the reason of a skip names it. */
  what: string;
  /** Debian packages that bring it; empty: no package does. */
  packages: readonly string[];
  /** True when it is there. */
  probe: () => boolean;
}

const onPath = (command: string) => (): boolean =>
  (Deno.env.get("PATH") ?? "").split(":").some((folder) => existsSync(`${folder}/${command}`));

const LIBRARY_FOLDERS = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib/arm-linux-gnueabihf",
  "/usr/lib64",
  "/usr/lib",
  "/usr/local/lib",
];

const inLibraries = (...paths: string[]) => (): boolean =>
  paths.every((path) => LIBRARY_FOLDERS.some((folder) => existsSync(`${folder}/${path}`)));

const kamailioModules = (...names: string[]) =>
  inLibraries(...names.map((name) => `kamailio/modules/${name}.so`));

function hasIpv6Loopback(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

const command = (name: string, ...packages: string[]): Requirement => ({
  what: `the command ${name}`,
  packages,
  probe: onPath(name),
});

/** Every requirement by the name that tests use. */
export const REQUIREMENTS = {
  kamailio: command("kamailio", "kamailio"),
  "kamailio-tls": {
    what: "kamailio's TLS module",
    packages: ["kamailio-tls-modules"],
    probe: kamailioModules("tls"),
  },
  "kamailio-websocket": {
    what: "kamailio's WebSocket module",
    packages: ["kamailio-websocket-modules"],
    probe: kamailioModules("websocket"),
  },
  "kamailio-outbound": {
    what: "kamailio's outbound module",
    packages: ["kamailio-outbound-modules"],
    probe: kamailioModules("outbound", "path", "stun"),
  },
  "kamailio-presence": {
    what: "kamailio's presence modules",
    packages: ["kamailio-presence-modules"],
    probe: kamailioModules("presence", "presence_xml", "presence_mwi"),
  },
  baresip: command("baresip", "baresip-core"),
  coturn: command("turnserver", "coturn"),
  iptables: command("iptables", "iptables"),
  ip: command("ip", "iproute2"),
  nft: command("nft", "nftables"),
  python3: command("python3", "python3"),
  rtpengine: command("rtpengine", "rtpengine-daemon"),
  linphone: command("linphone-daemon", "linphone-cli"),
  chromium: command("chromium", "chromium"),
  sipp: command("sipp", "sip-tester"),
  pulseaudio: command("pulseaudio", "pulseaudio"),
  pactl: command("pactl", "pulseaudio-utils"),
  "alsa-pulse": {
    what: "ALSA's PulseAudio plug-in",
    packages: ["libasound2-plugins"],
    probe: inLibraries("alsa-lib/libasound_module_pcm_pulse.so"),
  },
  portaudio: {
    what: "the library libportaudio.so.2",
    packages: ["libportaudio2"],
    probe: inLibraries("libportaudio.so.2"),
  },
  spandsp: {
    what: "the library libspandsp.so.2",
    packages: ["libspandsp2"],
    probe: inLibraries("libspandsp.so.2"),
  },
  libusb: {
    what: "the library libusb-1.0.so.0",
    packages: ["libusb-1.0-0"],
    probe: () =>
      inLibraries("libusb-1.0.so.0")() || existsSync("/lib/x86_64-linux-gnu/libusb-1.0.so.0"),
  },
  sox: command("sox", "sox"),
  opusinfo: command("opusinfo", "opus-tools"),
  aplay: command("aplay", "alsa-utils"),
  speexdsp: {
    what: "libspeexdsp",
    packages: ["libspeexdsp1"],
    probe: inLibraries("libspeexdsp.so.1"),
  },
  espeak: command("espeak-ng", "espeak-ng"),
  openssl: command("openssl", "openssl"),
  tmux: command("tmux", "tmux"),
  jq: command("jq", "jq"),
  "systemd-analyze": command("systemd-analyze", "systemd"),
  systemd: {
    what: "systemd",
    packages: ["systemd"],
    probe: () => existsSync("/usr/lib/systemd/systemd") || existsSync("/lib/systemd/systemd"),
  },
  script: command("script", "bsdutils"),
  "c++": command("g++", "g++"),
  ipv6: { what: "IPv6 on loopback", packages: [], probe: hasIpv6Loopback },
  root: { what: "root", packages: [], probe: () => Deno.uid() === 0 },
  namespace: command("unshare", "util-linux"),
  qemu: command("qemu-system-x86_64", "qemu-system-x86"),
  busybox: command("busybox", "busybox-static"),
  cpio: command("cpio", "cpio"),
} as const satisfies Record<string, Requirement>;

export type RequirementName = keyof typeof REQUIREMENTS;

const probed = new Map<RequirementName, boolean>();

/** True when the machine has it; probed once a process. */
export function has(name: RequirementName): boolean {
  let there = probed.get(name);
  if (there === undefined) {
    there = REQUIREMENTS[name].probe();
    probed.set(name, there);
  }
  return there;
}

/** Why a test with these requirements cannot run here; undefined when it can. */
export function missing(names: readonly RequirementName[]): string | undefined {
  const absent = names.filter((name) => !has(name)).map((name): Requirement => REQUIREMENTS[name]);
  if (absent.length === 0) return undefined;
  const packages = [...new Set(absent.flatMap((requirement) => requirement.packages))];
  const what = absent.map((requirement) => requirement.what).join(", ");
  const remedy = packages.length === 0 ? "" : ` (Debian: ${packages.join(" ")})`;
  return `no ${what}${remedy}`;
}
