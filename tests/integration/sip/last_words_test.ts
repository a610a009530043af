/** What was sent just before the end arrives: a process ends as soon as its transports are closed. */
import assert from "node:assert/strict";
import { RawUserAgent } from "../../fakes/raw_user_agent.ts";

const CHILD = `
  import { TransportLayer } from ${JSON.stringify(moduleUrl("src/sip/transport/layer.ts"))};
  import { rawRequest } from ${JSON.stringify(moduleUrl("tests/fakes/raw_user_agent.ts"))};
  const [transport, server] = Deno.args;
  const layer = new TransportLayer({ nextHop: { server, transport } });
  const flow = await layer.connect();
  flow.send(rawRequest({ method: "ACK", uri: "sip:last@127.0.0.1" }));
  await layer.close();
  Deno.exit(0);
`;

function moduleUrl(path: string): string {
  return new URL(`../../../${path}`, import.meta.url).href;
}

for (const transport of ["udp", "tcp"] as const) {
  Deno.test({
    name: `${transport}: the last message of a process that ends arrives`,
    timeout: 20_000,
    fn: async () => {
      const server = new RawUserAgent();
      const script = await Deno.makeTempFile({ suffix: ".ts" });
      try {
        const { port } = await server.layer.listen(transport, { host: "127.0.0.1", port: 0 });
        await Deno.writeTextFile(script, CHILD);
        const { code, stderr } = await new Deno.Command(Deno.execPath(), {
          args: ["run", "--quiet", "--allow-all", "--no-check", "--config", configPath(), script]
            .concat(transport, `127.0.0.1:${port}`),
        }).output();
        assert.equal(code, 0, new TextDecoder().decode(stderr));
        const end = performance.now() + 3000;
        while (server.received.length === 0 && performance.now() < end) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        assert.equal(server.received[0]?.message.kind, "request");
      } finally {
        await server.close();
        await Deno.remove(script);
      }
    },
  });
}

function configPath(): string {
  return new URL("../../../deno.json", import.meta.url).pathname;
}
