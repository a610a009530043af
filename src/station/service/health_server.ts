/** `/livez`, `/healthz` and `/readyz` over HTTP on loopback, for supervisors that ask. */
import type { Health } from "../../control/contract/mod.ts";
import { jsonText, OffhookError } from "../../base/mod.ts";

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/**
 * 200 when all is well, 503 with the reasons when not.
 * @param port on 127.0.0.1; 0 takes a free one
 * @throws OffhookError `config-invalid` when the port is taken
 */
export function serveHealth(port: number, judge: () => Health): HealthServer {
  try {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      (request) => answer(new URL(request.url).pathname, judge()),
    );
    return { port: server.addr.port, close: () => server.shutdown() };
  } catch (cause) {
    throw new OffhookError("config-invalid", `cannot serve health on 127.0.0.1:${port}`, {
      hint: "Another program may have the port; choose another.",
      data: { port },
      cause,
    });
  }
}

function answer(path: string, health: Health): Response {
  const well = {
    "/livez": health.works,
    "/healthz": health.healthy,
    "/readyz": health.ready,
  }[path];
  if (well === undefined) {
    return json({ error: "there are /livez, /healthz and /readyz" }, 404);
  }
  return json(health, well ? 200 : 503);
}

/** Escaped: what `curl` gets goes to a terminal, and a reason may be a server's. */
function json(value: unknown, status: number): Response {
  return new Response(jsonText(value), { status, headers: { "content-type": "application/json" } });
}
