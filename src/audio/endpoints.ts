/**
 * Endpoints by their description: what `--mic` and `--speaker` come to.
 */
import { OffhookError } from "../base/mod.ts";
import type { Microphone, Speaker } from "../core/ports/mod.ts";
import { EchoSource } from "./echo.ts";
import type { AudioDevices, AudioSink, AudioSource } from "./endpoint.ts";
import { FileSink, FileSource } from "./file.ts";
import { NullSink } from "./null.ts";
import { PipeSink, PipeSource, standardInput } from "./pipe.ts";
import { SilenceSource } from "./silence.ts";
import { ToneSource } from "./tone.ts";
import { VoiceSource } from "./voice.ts";

/** A source for a microphone, not yet open. @throws OffhookError `device-failed` without cards */
export function createSource(microphone: Microphone, devices?: AudioDevices): AudioSource {
  switch (microphone.kind) {
    case "device":
      return theDevices(devices).source(microphone.name);
    case "file":
      return new FileSource(microphone.path, microphone.loop);
    case "pipe":
      return new PipeSource(microphone.rate, standardInput, () => performance.now());
    case "tone":
      return new ToneSource(microphone.frequency, microphone.level);
    case "voice":
      return new VoiceSource();
    case "silence":
      return new SilenceSource();
    case "echo":
      return new EchoSource();
  }
}

/** A sink for a speaker, not yet open. @throws OffhookError `device-failed` without cards */
export function createSink(speaker: Speaker, devices?: AudioDevices): AudioSink {
  switch (speaker.kind) {
    case "device":
      return theDevices(devices).sink(speaker.name);
    case "file":
      return new FileSink(speaker.path);
    case "pipe":
      return new PipeSink(speaker.rate, Deno.stdout);
    case "null":
      return new NullSink();
  }
}

function theDevices(devices: AudioDevices | undefined): AudioDevices {
  if (devices) return devices;
  throw new OffhookError("device-failed", "there is no sound card support in this process", {
    hint: "Use --mic silence or file:PATH, and --speaker null or file:PATH.",
  });
}
