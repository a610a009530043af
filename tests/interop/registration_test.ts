/** Our phone registers at kamailio: transports, digests, certificates, and what goes wrong. */
import assert from "node:assert/strict";
import {
  type CertificateAuthority,
  CertificateAuthority as Authority,
} from "../peers/certificates.ts";
import { Kamailio, type KamailioOptions, type Transport, TRANSPORTS } from "../peers/kamailio.ts";
import { accountArguments, Offhook, type OffhookResult } from "../peers/offhook.ts";
import { freePorts } from "../peers/ports.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { testWith } from "../support/skip.ts";

const NEEDS = ["kamailio", "kamailio-tls", "kamailio-websocket", "openssl"] as const;

interface Registering {
  user?: string;
  password?: string;
  transport?: Transport;
  /** Host of the server when it is not 127.0.0.1. */
  host?: string;
  /** Trusted instead of kamailio's own authority; null: none. */
  trusts?: CertificateAuthority | null;
  more?: string[];
}

async function register(
  scratch: Scratch,
  kamailio: Kamailio,
  { user = "alice", password, transport = "udp", host, trusts, more = [] }: Registering = {},
): Promise<OffhookResult> {
  const registrar = { ...kamailio.registrar("alice", transport) };
  if (host) registrar.address = kamailio.address(transport, host);
  if (password !== undefined) registrar.password = password;
  const { args, env } = accountArguments(registrar, user);
  const ca = args.indexOf("--tls-ca");
  if (trusts && ca >= 0) args[ca + 1] = trusts.caFile;
  if (trusts === null && ca >= 0) args.splice(ca, 2);
  return await Offhook.run(scratch, ["register", "--json", "--timeout", "10s", ...args, ...more], {
    env,
  });
}

function registers(name: string, options: KamailioOptions, how: Registering, ipv6 = false): void {
  testWith(ipv6 ? [...NEEDS, "ipv6"] : NEEDS, name, () =>
    withScratch(async (scratch) => {
      const kamailio = await Kamailio.start(scratch, { ...options, ipv6 });
      const result = await register(scratch, kamailio, how);
      assert.equal(result.status, 0, result.stderr);
      assert.equal(JSON.parse(new TextDecoder().decode(result.stdout)).state, "registered");
      // It un-registers when it leaves.
      await kamailio.waitForContacts("alice", 0);
    }));
}

for (const transport of TRANSPORTS) {
  registers(`registers over ${transport}, and un-registers`, {}, { transport });
  registers(`registers over ${transport} and IPv6`, {}, { transport, host: "[::1]" }, true);
}
registers("registers with a SHA-256 digest", { algorithm: "SHA-256" }, { transport: "tcp" });
registers("asks for longer when the interval is too brief (423)", { minExpires: 120 }, {
  more: ["--expires", "60"],
});

testWith(
  NEEDS,
  "--stay keeps a registration, and SIGINT ends it",
  () =>
    withScratch(async (scratch) => {
      const kamailio = await Kamailio.start(scratch);
      const { args, env } = accountArguments(kamailio.registrar("alice", "tcp"), "alice");
      const phone = Offhook.start(scratch, ["register", "--stay", ...args], { env });
      await kamailio.waitForContacts("alice", 1);
      phone.interrupt();
      await phone.finished;
      await kamailio.waitForContacts("alice", 0);
    }),
);

/** Registers where that must fail, and checks status and sentence. */
function fails(
  name: string,
  status: number,
  says: RegExp,
  run: (scratch: Scratch) => Promise<OffhookResult>,
): void {
  testWith(NEEDS, `${name}: exit ${status}`, () =>
    withScratch(async (scratch) => {
      const result = await run(scratch);
      assert.equal(result.status, status, result.stderr);
      assert.match(result.stderr, says);
      assert.ok(result.elapsedMs < 15_000, `it took ${result.elapsedMs} ms to say so`);
    }));
}

fails("a wrong password", 4, /alice/, async (scratch) => {
  const kamailio = await Kamailio.start(scratch);
  return await register(scratch, kamailio, { password: "not-it" });
});

fails("an unknown user", 4, /mallory/, async (scratch) => {
  const kamailio = await Kamailio.start(scratch);
  return await register(scratch, kamailio, { user: "mallory" });
});

fails("a registrar that is not there", 8, /127\.0\.0\.1/, (scratch) => {
  const registrar = {
    address: `127.0.0.1:${freePorts()}`,
    password: "x",
    transport: "tcp",
    caFile: "",
  };
  const { args, env } = accountArguments(registrar, "alice");
  return Offhook.run(scratch, ["register", "--timeout", "10s", ...args], { env });
});

fails("a host name that does not exist", 8, /no-such-host\.invalid/, (scratch) => {
  const registrar = {
    address: "no-such-host.invalid",
    password: "x",
    transport: "udp",
    caFile: "",
  };
  const { args, env } = accountArguments(registrar, "alice");
  return Offhook.run(scratch, ["register", "--timeout", "10s", ...args], { env });
});

for (const transport of ["tls", "wss"] as const) {
  fails(
    `${transport} with an authority that nobody trusts`,
    12,
    /certificate/i,
    async (scratch) => {
      const kamailio = await Kamailio.start(scratch);
      return await register(scratch, kamailio, { transport, trusts: null });
    },
  );

  fails(
    `${transport} with another authority's certificate`,
    12,
    /certificate/i,
    async (scratch) => {
      const kamailio = await Kamailio.start(scratch);
      const foreign = await Authority.create(scratch, "foreign");
      return await register(scratch, kamailio, { transport, trusts: foreign });
    },
  );

  fails(`${transport} with an expired certificate`, 12, /expired/i, async (scratch) => {
    const kamailio = await Kamailio.start(scratch, { certificateExpired: true });
    return await register(scratch, kamailio, { transport });
  });

  fails(`${transport} with a certificate for another name`, 12, /127\.0\.0\.1/, async (scratch) => {
    const kamailio = await Kamailio.start(scratch, { certificateNames: ["DNS:elsewhere.example"] });
    return await register(scratch, kamailio, { transport });
  });
}

testWith(
  NEEDS,
  "a client certificate is shown where the server demands one",
  () =>
    withScratch(async (scratch) => {
      const kamailio = await Kamailio.start(scratch, { requireClientCertificate: true });
      const without = await register(scratch, kamailio, { transport: "tls" });
      assert.equal(without.status, 12, without.stderr);
      const { certFile, keyFile } = await kamailio.authority.issue("alice");
      const more = ["--tls-cert", certFile, "--tls-key", keyFile];
      const result = await register(scratch, kamailio, { transport: "tls", more });
      assert.equal(result.status, 0, result.stderr);
    }),
);
