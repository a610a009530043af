/** What `offhook answer` has of its own when no station runs: an account or addresses, and its devices. */
import type { LoadedConfig } from "../../../config/file/mod.ts";
import { fileReason, lazily, OffhookError } from "../../../base/mod.ts";
import { parseHostPort } from "../../../base/network/mod.ts";
import type { AudioEndpoints } from "../../../core/ports/mod.ts";
import type { TransportName } from "../../../core/account/mod.ts";
import type { AnswerValues } from "./command.ts";
import type { PhoneOptions } from "../../process/mod.ts";
import type { OwnPhoneWishes } from "../../phone/mod.ts";

type Listen = PhoneOptions["direct"]["listen"];

/** One call is in our hands; the second must be seen to be refused. */
const MAX_CALLS = 2;

export function ownAnswer(values: AnswerValues): OwnPhoneWishes {
  return {
    accounts: values.listen === undefined ? "chosen" : "none",
    register: "as configured",
    maxCalls: MAX_CALLS,
    ...(values.listen === undefined ? {} : { listen: (loaded) => listenOn(values, loaded) }),
    // A call would be refused for it, hours later.
    ...(values.reject === undefined ? { check: requireDevices } : {}),
  };
}

async function requireDevices(endpoints: AudioEndpoints): Promise<void> {
  if (endpoints.microphone.kind !== "device" && endpoints.speaker.kind !== "device") return;
  const station = await lazily<typeof import("../../../station/phone/list_devices.ts")>(
    import.meta.url,
    "../../../station/phone/list_devices.ts",
  );
  await station.requireDevices(endpoints);
}

/** UDP and TCP unless a transport was named; any free port is one of UDP only. */
async function listenOn(
  { listen, transport, tlsCert, tlsKey, allowOrigin: origins }: AnswerValues,
  loaded: LoadedConfig,
): Promise<Listen> {
  const { host, port = 0 } = parseHostPort(listen!, true)!;
  const named: TransportName | undefined = transport ?? loaded.direct.transport;
  if (origins.length > 0 && named !== "ws" && named !== "wss") {
    throw new OffhookError(
      "usage",
      "--allow-origin is about web pages, which speak ws or wss only",
      { hint: "Give --transport ws or --transport wss, or leave --allow-origin out." },
    );
  }
  if (named === undefined) {
    const udp = { transport: "udp", host, port } as const;
    return port === 0 ? [udp] : [udp, { transport: "tcp", host, port }];
  }
  if (named !== "tls" && named !== "wss") return [{ transport: named, host, port, origins }];
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new OffhookError("usage", `--listen with ${named} needs a certificate`, {
      hint: "Give --tls-cert FILE and --tls-key FILE.",
    });
  }
  const tls = { cert: await pem(tlsCert), key: await pem(tlsKey) };
  return [{ transport: named, host, port, tls, origins }];
}

async function pem(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new OffhookError("file-unusable", `cannot read ${path}: ${fileReason(cause)}`, { cause });
  }
}
