/** `offhook status` and `offhook calls`: what a running station is doing. */
import type { CallView, Snapshot } from "../../../control/contract/phone.ts";
import type { RegistrationState } from "../../../core/account/account.ts";
import { say, sayJson } from "../../process/io.ts";
import { LIVE, type LiveFields, withStation } from "../../station/live.ts";
import { partyWords } from "../../phone/party.ts";
import { defineCommand } from "../../args/command.ts";

export const status = defineCommand<LiveFields>({
  examples: ["status", "status --json"],
  shared: LIVE,
  run: (values, { io }) =>
    withStation(values, io, async (phone) => {
      const { seq, ...snapshot } = await phone.request("status", {});
      const { station, role } = phone.hello;
      if (values.json) {
        await sayJson(io, { schema: "offhook.status/1", station, role, seq, ...snapshot });
      } else await io.stdout.rows(statusLines(snapshot, io.now()));
      return 0;
    }),
});

export const calls = defineCommand<LiveFields>({
  examples: ["calls", "calls --json"],
  shared: LIVE,
  run: (values, { io }) =>
    withStation(values, io, async (phone) => {
      const { seq, calls } = await phone.request("status", {});
      if (values.json) await sayJson(io, { schema: "offhook.calls/1", seq, calls });
      else if (calls.length === 0) await say(io, "no call is on");
      else await io.stdout.rows(calls.map((call) => callLine(call, io.now())));
      return 0;
    }),
});

function statusLines({ accounts, calls, doNotDisturb, health }: Snapshot, now: number): string[] {
  const lines = accounts.map(({ id, uri, registration, connected }) =>
    `${id}  ${uri}  ${registrationWords(registration)}${connected ? "" : ", not connected"}`
  );
  if (health?.healthy === false) lines.push(`unhealthy: ${health.reasons.join("; ")}`);
  if (doNotDisturb) lines.push("do not disturb");
  lines.push(...calls.map((call) => callLine(call, now)));
  if (calls.length === 0) lines.push("no call is on");
  return lines;
}

function callLine(call: CallView, now: number): string {
  const arrow = call.direction === "incoming" ? "from" : "to";
  const since = Math.max(0, Math.round((now - (call.answeredAt ?? call.startedAt)) / 1_000));
  const muted = call.muted ? ", muted" : "";
  return `${call.id}  ${call.state}${muted}  ${arrow} ${partyWords(call.remote)}  ${since} s` +
    (call.codec === undefined ? "" : `  ${call.codec}`);
}

function registrationWords(registration: RegistrationState): string {
  if (registration.state !== "failed") return registration.state;
  const { error, retryInMs } = registration;
  const retry = retryInMs === undefined ? "" : `, next try in ${Math.round(retryInMs / 1_000)} s`;
  return `failed: ${error.message}${retry}`;
}
