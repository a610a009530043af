/** Every octet of every flight changed, one after another: nobody connects to anything wrong. */
import assert from "node:assert/strict";
import { DtlsLink, type From } from "../../../fakes/media/dtls_link.ts";

/** The flights of a handshake as the only datagram of each: whose, and which of its datagrams. */
const FLIGHTS: Record<string, { from: From; index: number }> = {
  "the ClientHello": { from: "client", index: 0 },
  "the server's flight": { from: "server", index: 0 },
  "the client's flight": { from: "client", index: 1 },
  "the server's Finished": { from: "server", index: 1 },
};

/** A handshake in which the datagram is changed; `instead`: the true one is lost. */
function changed({ from, index }: { from: From; index: number }, at: number, instead: boolean) {
  let length = 0;
  const link: DtlsLink = new DtlsLink({
    fate: (datagram, sender) => {
      const count = link[sender].sent.length - 1;
      if (sender !== from || count !== index) return [5];
      length = datagram.length;
      const forged = datagram.slice();
      forged[at % forged.length]! ^= 1 << at % 8;
      const to = sender === "client" ? link.server : link.client;
      link.clock.setTimeout(() => to.association.receive(forged), 4);
      return instead ? [] : [5];
    },
  });
  link.run();
  return { link, length };
}

for (const [name, flight] of Object.entries(FLIGHTS)) {
  Deno.test({
    name: `${name} with any octet changed leads to the peer or to nobody`,
    timeout: 240_000,
    fn: () => {
      let through = 0;
      let octets = 1;
      for (let at = 0; at < octets; at++) {
        const { link, length } = changed(flight, at, true);
        octets = length;
        const keys = [link.client.keys, link.server.keys].filter((each) => each !== undefined);
        if (keys.length === 2) assert.ok(link.isConnected, `octet ${at}`);
        // One end alone has keys of its own, for which the other has none: nothing can be heard.
        if (link.isConnected) through++;
        link.close();
        assert.equal(link.clock.pending, 0, `octet ${at}`);
      }
      assert.ok(octets > 50);
      assert.ok(through > octets / 3, `${through} of ${octets} came through`);
    },
  });
}

for (const name of ["the client's flight", "the server's Finished"]) {
  Deno.test({
    name: `a forged twin that comes before ${name} ends nothing`,
    timeout: 240_000,
    fn: () => {
      let octets = 1;
      for (let at = 0; at < octets; at += 3) {
        const { link, length } = changed(FLIGHTS[name]!, at, false);
        octets = length;
        assert.ok(link.isConnected, `octet ${at}: ${link.client.failure ?? link.server.failure}`);
        link.close();
      }
    },
  });
}
