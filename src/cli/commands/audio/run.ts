/**
 * The run of `offhook audio`.
 *
 *     the call that is meant ─► Phone.audio ⇄ AudioPipe ⇄ stdin, stdout     events ─► descriptor N
 *
 * Not on the real-time path: what is late here is lost here.
 */
import type { CallView, Phone, Sequenced } from "../../../control/contract/mod.ts";
import { type ExitCode, jsonText, OffhookError } from "../../../base/mod.ts";
import type { CallId } from "../../../core/ports/mod.ts";
import type { AudioFields } from "./command.ts";
import { AudioPipe, type ByteStreams, type PipeEnd, processStreams } from "../../pipe/mod.ts";
import { interruptsOf, type Io, say } from "../../process/mod.ts";
import { openDescriptor } from "../../output/mod.ts";
import { meantCall, withStation } from "../../live/mod.ts";
import type { ValuesOf } from "../../args/mod.ts";

type AudioValues = ValuesOf<AudioFields>;

const DEFAULT_RATE = 16_000;
/** What the end waits for the call's last event, ms; the core takes four seconds at most. */
const RECORD_MS = 5_000;

/** @param streams of the process unless a test has its own */
export async function runAudio(
  values: AudioValues,
  io: Io,
  streams: ByteStreams = processStreams(io),
): Promise<ExitCode> {
  if (streams.read === undefined && streams.write === undefined) {
    throw new OffhookError("usage", "standard input and output are both a terminal", {
      hint: "Redirect one of them: offhook audio > far-end.raw, or sox … | offhook audio.",
    });
  }
  const named = namedCall(values);
  return await withStation(values, io, async (phone) => {
    const { calls } = await phone.request("status", {});
    const { id: call } = meantCall(calls, named, hasSound);
    const events = await tellEvents(phone, call, values.eventsFd);
    try {
      const { status, why } = await join(phone, call, { values, io, streams });
      if (status === 0 && why === "call over") await events?.last(io);
      return status;
    } finally {
      await events?.close();
    }
  });
}

async function join(
  phone: Phone,
  call: CallId,
  { values, io, streams }: { values: AudioValues; io: Io; streams: ByteStreams },
): Promise<{ status: ExitCode; why: PipeEnd["why"] }> {
  const { rate = DEFAULT_RATE, instead } = values;
  const pipe = new AudioPipe(streams, rate);
  const audio = await phone.audio({ call, rate, instead }, pipe.listener);
  const interrupts = interruptsOf(io);
  void interrupts.promise.then(() => audio.close());
  try {
    const end = await pipe.run(audio);
    if (!values.quiet) await sayLosses(io, end, rate);
    if (end.error !== undefined) throw end.error;
    return { status: interrupts.happened ? 130 : 0, why: end.why };
  } finally {
    interrupts.close();
  }
}

function namedCall({ named, call }: AudioValues): string | undefined {
  if (named.length + (call === undefined ? 0 : 1) <= 1) return call ?? named[0];
  throw new OffhookError("usage", "more than one call is named", {
    hint: "Name one, by its id or with --call.",
  });
}

function hasSound({ state }: CallView): boolean {
  return state === "active" || state === "held" || state === "early";
}

/** Events of this call to a descriptor. */
async function tellEvents(phone: Phone, call: CallId, descriptor: number | undefined) {
  if (descriptor === undefined) return undefined;
  const lines = await openDescriptor(descriptor);
  const ended = Promise.withResolvers<void>();
  await phone.subscribe((event) => {
    if (!isAbout(event, call)) return;
    void lines.write(jsonText(event));
    if (event.type === "call.ended") ended.resolve();
  });
  return {
    close: () => lines.close(),
    /** The sound ends before the call's record is made: that is waited for, bounded. */
    async last(io: Io): Promise<void> {
      const timeout = Promise.withResolvers<void>();
      const stop = io.after(RECORD_MS, () => timeout.resolve());
      await Promise.race([ended.promise, timeout.promise]);
      stop();
    },
  };
}

function isAbout(event: Sequenced, call: CallId): boolean {
  if (event.type === "lagged") return true;
  if (event.type === "call.ended") return event.record.id === call;
  if (!("call" in event) || event.call === undefined) return false;
  return (typeof event.call === "string" ? event.call : event.call.id) === call;
}

async function sayLosses(io: Io, { lost }: PipeEnd, rate: number): Promise<void> {
  const ms = (samples: number) => Math.round((samples * 1000) / rate);
  if (lost.heard > 0) {
    await say(io, `offhook: ${ms(lost.heard)} ms of the far end were not read in time`);
  }
  if (lost.said > 0) await say(io, `offhook: ${ms(lost.said)} ms of the input came too late`);
}
