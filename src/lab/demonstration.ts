/**
 * The first call: register with the practice PBX, call its echo with a known voice, find the voice
 * again in what came back.
 */
import type { Phone, Sequenced } from "../control/contract/mod.ts";
import type { CallRecord } from "../core/state/mod.ts";
import { OffhookError } from "../base/mod.ts";
import { type EchoProof, proveEcho } from "./echo_proof.ts";
import type { PracticeLine } from "./practice_line.ts";

export interface Demonstration {
  registerMs: number;
  record: CallRecord;
  echo: EchoProof;
}

/** ms of voice that goes out and comes back. */
const TALK_MS = 3_000;
/** ms that registering and answering may take before something is wrong. */
const PATIENCE_MS = 5_000;
/** ms that a call may take to end: its BYE, the last media report, the recording's file. */
const ENDING_MS = 6_000;
const ECHO = "600";

/**
 * @throws OffhookError when registering or calling fails, or takes far longer than it should
 */
export async function demonstrate(line: PracticeLine): Promise<Demonstration> {
  const startedAt = performance.now();
  await registered(line);
  const registerMs = Math.round(performance.now() - startedAt);
  const folder = await Deno.makeTempDir({ prefix: "offhook-demo-" });
  try {
    const recording = `${folder}/echo.wav`;
    const record = await callEcho(line, recording);
    if (record.outcome !== "answered") {
      throw record.error === undefined
        ? new OffhookError("internal", `the echo was not reached: ${record.reason}`)
        : OffhookError.fromJSON(record.error);
    }
    return { registerMs, record, echo: await proveEcho(recording) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function registered({ phone, account }: PracticeLine): Promise<void> {
  const outcome = next(phone, (event) => {
    if (event.type !== "registration") return undefined;
    const { registration } = event;
    return registration.state === "registering" ? undefined : registration;
  });
  await phone.request("register", { account: account.id });
  const registration = await outcome;
  if (registration.state === "failed") throw OffhookError.fromJSON(registration.error);
}

async function callEcho({ phone, uriOf }: PracticeLine, record: string): Promise<CallRecord> {
  const ended = next(phone, (event) => event.type === "call.ended" ? event.record : undefined, {
    patienceMs: PATIENCE_MS + TALK_MS + ENDING_MS,
  });
  await phone.request("dial", {
    target: uriOf(ECHO),
    // The proof compares waves: Opus keeps how it sounds, and less of the wave.
    codecs: ["G722", "PCMA", "PCMU"],
    endpoints: { microphone: { kind: "voice" }, speaker: { kind: "null" }, record },
    limits: { noAnswerMs: PATIENCE_MS, durationMs: TALK_MS },
  });
  return await ended;
}

/** The first event that `pick` makes something of. @throws OffhookError when none comes in time */
async function next<T>(
  phone: Phone,
  pick: (event: Sequenced) => T | undefined,
  { patienceMs = PATIENCE_MS } = {},
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => {
    reject(new OffhookError("internal", `the practice PBX was silent for ${patienceMs} ms`));
  }, patienceMs);
  const subscription = await phone.subscribe((event) => {
    const picked = pick(event);
    if (picked !== undefined) resolve(picked);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    subscription.close();
  }
}
