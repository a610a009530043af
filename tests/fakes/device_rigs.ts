/**
 * The places where the device host is tested: with the fake library, and with naudiodon and the
 * system's libportaudio on a private PulseAudio server. In each, what is played on `speaker` is heard
 * on `microphone`.
 */
import {
  DeviceHostSupervisor,
  type SupervisorOptions,
} from "../../src/device_host/client/supervisor.ts";
import { buildNaudiodon } from "../../tools/build_naudiodon.ts";
import { missing } from "../support/requirements.ts";
import { PULSE_REQUIREMENTS, PulseServer } from "./pulse.ts";

export interface DeviceRig extends AsyncDisposable {
  backend: string;
  speaker: string;
  microphone: string;
  /** What a supervisor needs in order to start its host here. */
  options: SupervisorOptions;
  /** The sound server, where there is one. */
  pulse?: PulseServer;
}

export interface RigKind {
  name: string;
  /** Why it cannot be had on this machine. */
  reason: string | undefined;
  /** Takes two seconds where a sound server starts: share it among steps. */
  start(): Promise<DeviceRig>;
}

/** A supervisor on a rig, closed at the end of its scope. */
export class ScopedSupervisor extends DeviceHostSupervisor implements AsyncDisposable {
  constructor(rig: DeviceRig, env: Record<string, string> = {}) {
    super({ ...rig.options, env: { ...rig.options.env, ...env } });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function rig(parts: Omit<DeviceRig, typeof Symbol.asyncDispose>): DeviceRig {
  return {
    ...parts,
    async [Symbol.asyncDispose]() {
      await parts.pulse?.[Symbol.asyncDispose]();
    },
  };
}

function pulseRig(name: string, choice: string, backend: string, reason?: string): RigKind {
  return {
    name,
    reason: missing(PULSE_REQUIREMENTS) ?? reason,
    async start() {
      const pulse = await PulseServer.start();
      return rig({
        backend,
        speaker: "test_speaker",
        microphone: "test_speaker_monitor",
        options: { env: { ...pulse.env, OFFHOOK_AUDIO_BACKEND: choice } },
        pulse,
      });
    },
  };
}

export const FAKE_RIG: RigKind = {
  name: "a fake sound library",
  reason: undefined,
  start() {
    const entry = decodeURIComponent(new URL("device_host_main.ts", import.meta.url).pathname);
    return Promise.resolve(rig({
      backend: "portaudio",
      speaker: "Loop speaker",
      microphone: "Loop microphone",
      options: { entry },
    }));
  },
};

const naudiodon = await buildNaudiodon();

export const PORTAUDIO_RIGS: RigKind[] = [
  pulseRig("naudiodon", "naudiodon", "naudiodon", naudiodon.reason),
  pulseRig("libportaudio by FFI", "ffi", "portaudio"),
];

export const DEVICE_RIGS: RigKind[] = [FAKE_RIG, ...PORTAUDIO_RIGS];
