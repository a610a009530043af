/** `offhook status`: the running station, its accounts and its live calls. */
import type { NetworkLink, NetworkLinkKind, Snapshot } from "../../../control/contract/mod.ts";
import type { RegistrationState } from "../../../core/account/mod.ts";
import { sayJson } from "../../process/mod.ts";
import { callLine, LIVE, type LiveFields, withStation } from "../../live/mod.ts";
import { defineCommand } from "../../args/mod.ts";

export const command = defineCommand<LiveFields>({
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

function statusLines(snapshot: Snapshot, now: number): string[] {
  const { accounts, calls, doNotDisturb, refusedCalls, health, links = [] } = snapshot;
  const lines = accounts.map(({ id, uri, registration, connected, address, flows = [] }) => {
    const from = address === undefined ? "" : `, from ${address}`;
    const place = connected ? from : ", not connected";
    const further = flows.map(({ transport, server }) => `, also by ${server} (${transport})`);
    return `${id}  ${uri}  ${registrationWords(registration)}${place}${further.join("")}`;
  });
  if (health?.healthy === false) lines.push(`unhealthy: ${health.reasons.join("; ")}`);
  if (doNotDisturb) lines.push("do not disturb");
  if (refusedCalls !== undefined) lines.push(`refused calls from unknown sources: ${refusedCalls}`);
  lines.push(...links.filter(({ kind }) => kind !== "loopback").map(linkLine));
  lines.push(...calls.map((call) => callLine(call, now)));
  if (calls.length === 0) lines.push("no call is on");
  return lines;
}

/** `eth0: wired, MTU 1500, 192.0.2.7` */
function linkLine({ name, kind, mtu, addresses }: NetworkLink): string {
  const size = mtu === undefined ? [] : [`MTU ${mtu}`];
  return `${name}: ${[LINK_WORDS[kind], ...size, ...addresses].join(", ")}`;
}

const LINK_WORDS: Record<NetworkLinkKind, string> = {
  wired: "wired",
  wifi: "Wi-Fi",
  mobile: "mobile network",
  vpn: "VPN",
  virtual: "virtual",
  loopback: "loopback",
  unknown: "link of unknown kind",
};

function registrationWords(registration: RegistrationState): string {
  if (registration.state !== "failed") return registration.state;
  const { error, retryInMs } = registration;
  const retry = retryInMs === undefined ? "" : `, next try in ${Math.round(retryInMs / 1_000)} s`;
  return `failed: ${error.message}${retry}`;
}
