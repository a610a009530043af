/** Every change to SIP.js while it runs, each shown by what went wrong without it. */
import assert from "node:assert/strict";
import {
  type IncomingRequest,
  type InviteUserAgentServer,
  LoggerFactory,
  NameAddrHeader,
  type SessionDialog,
  UserAgentCore,
  type UserAgentServer,
} from "sip.js/lib/core/index.js";
import { DialogSources } from "../../../src/sip/library/sources.ts";
import {
  type IncomingAccess,
  IncomingMessages,
} from "../../../src/sip/library/incoming_message.ts";
import { scanText } from "../../../src/sip/message/scan.ts";
import { LiteralUri } from "../../../src/sip/library/overrides/literal_uri.ts";
import type { Flow } from "../../../src/sip/transport/flow/types.ts";
import type { UpdateDelegate } from "../../../src/sip/library/overrides/update.ts";
import "../../../src/sip/library/overrides/all.ts";

const FLOW = { transport: "udp", remote: { host: "192.0.2.1", port: 5060 } } as Flow;

/** There is but one peer. */
class AnySource extends DialogSources {
  override isOwn(): boolean {
    return true;
  }
}

/** SIP.js's core over a transport that only remembers. */
class Bench {
  readonly sent: string[] = [];
  readonly core: UserAgentCore;
  readonly incoming: IncomingMessages;

  constructor() {
    const loggerFactory = new LoggerFactory();
    loggerFactory.builtinEnabled = false;
    const uri = LiteralUri.parse("sip:alice@offhook.invalid")!;
    this.core = new UserAgentCore({
      aor: uri,
      contact: { pubGruu: undefined, tempGruu: undefined, uri, toString: () => `<${uri}>` },
      displayName: "",
      loggerFactory,
      hackViaTcp: false,
      routeSet: [],
      sipjsId: "unused",
      supportedOptionTags: [],
      supportedOptionTagsResponse: [],
      userAgentHeaderFieldValue: "test",
      viaForceRport: true,
      viaHost: "offhook.invalid",
      authenticationFactory: () => undefined,
      transportAccessor: () => ({
        protocol: "UDP",
        send: (text: string) => {
          this.sent.push(text);
          return Promise.resolve();
        },
      }),
    });
    const access: IncomingAccess = {
      core: this.core,
      originOf: () => "stranger",
      comesFrom: () => Promise.resolve(false),
      takesUser: () => true,
      moved: () => {},
      unreadable: () => {},
      log: () => {},
    };
    this.incoming = new IncomingMessages(access, new AnySource(access));
  }

  receive(text: string): void {
    const scan = scanText(text);
    assert.ok(scan.ok, "a test message is malformed");
    this.incoming.deliver(scan.message, FLOW);
  }

  request(method: string, lines: string[] = [], more: { to?: string; cseq?: number } = {}): void {
    const { to = "<sip:alice@h>", cseq = 1 } = more;
    this.receive([
      `${method} sip:alice@h SIP/2.0`,
      `Via: SIP/2.0/UDP peer;branch=z9hG4bK${method}${cseq}`,
      "From: <sip:bob@h>;tag=b",
      `To: ${to}`,
      "Call-ID: c",
      `CSeq: ${cseq} ${method}`,
      "Contact: <sip:bob@peer>",
      ...lines,
      "",
      "",
    ].join("\r\n"));
  }

  /** A response to the last request sent. */
  respond(status: number, lines: string[] = []): void {
    const request = this.sent.findLast((text) => !/^(SIP|ACK)/.test(text))!;
    const copy = (name: string) => request.match(new RegExp(`^${name}: .*$`, "im"))![0];
    this.receive([
      `SIP/2.0 ${status} Reason`,
      ...["Via", "From", "Call-ID", "CSeq"].map(copy),
      `${copy("To")};tag=peer`,
      "Contact: <sip:bob@peer>",
      ...lines,
      "",
      "",
    ].join("\r\n"));
  }

  invite(routeSet: string[] = [], target = "sip:bob@h"): void {
    const from = LiteralUri.parse("sip:alice@h")!;
    const uri = LiteralUri.parse(target)!;
    const options = { callId: "c", fromTag: "f", routeSet };
    this.core.invite(
      this.core.makeOutgoingRequestMessage("INVITE", uri, from, uri, options),
    );
  }

  acks(): string[] {
    return this.sent.filter((text) => text.startsWith("ACK"));
  }

  close(): void {
    this.core.dispose();
  }
}

async function onBench(run: (bench: Bench) => void | Promise<void>): Promise<void> {
  const bench = new Bench();
  try {
    await run(bench);
  } finally {
    bench.close();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("timer D: a refusal that comes again is acknowledged again", async () => {
  await onBench(async (bench) => {
    bench.invite();
    bench.respond(486);
    await turn();
    bench.respond(486);
    assert.equal(bench.acks().length, 2);
  });
});

Deno.test("timer J: a request that comes again gets its response again, not a second hearing", async () => {
  await onBench(async (bench) => {
    let heard = 0;
    bench.core.delegate = {
      onNotify: (request) => {
        heard += 1;
        request.reject({ statusCode: 489 });
      },
    };
    bench.request("NOTIFY");
    await turn();
    bench.request("NOTIFY");
    assert.equal(heard, 1);
    assert.equal(bench.sent.length, 2);
    assert.equal(bench.sent[0], bench.sent[1]);
  });
});

Deno.test("timers I and K: finished transactions stay to absorb what comes late", async () => {
  await onBench(async (bench) => {
    bench.core.delegate = { onInvite: (request) => void request.reject({ statusCode: 486 }) };
    bench.request("INVITE");
    const to = /^To: (.*)$/m.exec(bench.sent[0])![1];
    bench.receive(
      [
        "ACK sip:alice@h SIP/2.0",
        "Via: SIP/2.0/UDP peer;branch=z9hG4bKINVITE1",
        "From: <sip:bob@h>;tag=b",
        `To: ${to}`,
        "Call-ID: c",
        "CSeq: 1 ACK",
        "",
        "",
      ].join("\r\n"),
    );
    await turn();
    assert.equal(bench.core.userAgentServers.size, 1);
    const from = LiteralUri.parse("sip:alice@h")!;
    bench.core.request(bench.core.makeOutgoingRequestMessage("OPTIONS", from, from, from, {}));
    bench.respond(200);
    await turn();
    assert.equal(bench.core.userAgentClients.size, 1);
  });
});

Deno.test("branches are of the strong generator: 96 bits, never twice", async () => {
  await onBench((bench) => {
    const branches = new Set<string>();
    for (let count = 0; count < 500; count++) {
      bench.invite();
      branches.add(/;branch=([^;\s]+)/.exec(bench.sent.at(-1)!)![1]);
    }
    assert.equal(branches.size, 500);
    for (const branch of branches) assert.match(branch, /^z9hG4bK[0-9a-f]{24}$/);
    bench.respond(200);
    assert.match(bench.acks()[0], /;branch=z9hG4bK[0-9a-f]{24};/);
  });
});

Deno.test("To tags are of the strong generator; a stateless answer to a repetition has the same", async () => {
  await onBench((bench) => {
    bench.core.delegate = { onInvite: (request) => void request.reject({ statusCode: 486 }) };
    bench.request("INVITE");
    assert.match(bench.sent[0], /^To: .*;tag=[0-9a-f]{24}$/m);
    bench.request("BYE", [], { cseq: 2 });
    bench.request("BYE", [], { cseq: 2 });
    bench.request("BYE", [], { cseq: 3 });
    const [first, again, other] = bench.sent.slice(1).map((text) =>
      /;tag=(\S+)\r\nCSeq/.exec(text)![1]
    );
    assert.match(first, /^[0-9a-f]{24}$/);
    assert.equal(again, first);
    assert.notEqual(other, first);
  });
});

Deno.test("the methods are those of a phone: UPDATE is one, REGISTER and MESSAGE are none", async () => {
  await onBench((bench) => {
    bench.request("OPTIONS");
    const [, allow] = /^Allow: (.*)$/m.exec(bench.sent[0])!;
    assert.deepEqual(
      allow.split(",").sort(),
      "ACK BYE CANCEL INFO INVITE NOTIFY OPTIONS PRACK REFER UPDATE".split(" "),
    );
  });
});

Deno.test("UPDATE reaches its dialog, in order, and moves the remote target", async () => {
  await onBench((bench) => {
    let dialog: SessionDialog | undefined;
    let updates = 0;
    bench.core.delegate = {
      onInvite: (request) => {
        const body = {
          contentDisposition: "session",
          contentType: "application/sdp",
          content: "v=0",
        };
        dialog = (request as unknown as InviteUserAgentServer)
          .accept({ statusCode: 200, body }).session as SessionDialog;
      },
    };
    bench.request("INVITE");
    const delegate: UpdateDelegate & SessionDialog["delegate"] = {
      onUpdate: (server: UserAgentServer) => {
        updates += 1;
        server.accept();
      },
      onBye: (request: IncomingRequest) => void request.accept(),
    };
    dialog!.delegate = delegate;
    const to = /^To: (.*)$/m.exec(bench.sent[0])![1];
    bench.request("UPDATE", [], { to, cseq: 3 });
    assert.match(bench.sent.at(-1)!, /^SIP\/2\.0 200 /);
    assert.equal(dialog!.remoteTarget.toString(), "sip:bob@peer");
    bench.request("UPDATE", [], { to, cseq: 2 });
    assert.match(bench.sent.at(-1)!, /^SIP\/2\.0 500 /);
    assert.equal(updates, 1);
  });
});

Deno.test("the ACK to a refusal takes all Routes and the very target of its INVITE", async () => {
  await onBench((bench) => {
    bench.invite(["<sip:p1;lr>", "<sip:p2;lr>"], "sip:1%23;phone-context=x@h");
    bench.respond(486);
    const [ack] = bench.acks();
    assert.match(ack, /^ACK sip:1%23;phone-context=x@h SIP\/2\.0\r\n/);
    assert.deepEqual(ack.match(/^Route: .*$/gm), ["Route: <sip:p1;lr>", "Route: <sip:p2;lr>"]);
  });
});

Deno.test("behind a strict router its URI is the request URI and the Contact the last Route", async () => {
  await onBench((bench) => {
    const cases: [recorded: string[], uri: string, routes: string[]][] = [
      [["<sip:s;x=1>"], "sip:s;x=1", ["<sip:bob@peer>"]],
      [["<sip:l;lr>", '"S" <sip:u@s>;y'], "sip:u@s", ["<sip:l;lr>", "<sip:bob@peer>"]],
      [["<sip:s>", "<sip:l;lr=on>"], "sip:bob@peer", ["<sip:l;lr=on>", "<sip:s>"]],
      [["<sip:l;lr>"], "sip:bob@peer", ["<sip:l;lr>"]],
    ];
    for (const [recorded, uri, routes] of cases) {
      bench.invite();
      bench.respond(200, recorded.map((route) => `Record-Route: ${route}`));
      const ack = bench.acks().at(-1)!;
      assert.equal(ack.split(" ")[1], uri);
      assert.deepEqual(ack.match(/^Route: .*$/gm), routes.map((route) => `Route: ${route}`));
      for (const dialog of [...bench.core.dialogs.values()]) dialog.dispose();
    }
  });
});

Deno.test("a URI is sent back as it came", () => {
  const texts = [
    "sip:1;phone-context=x%40y@h;lr;Param=Value",
    "sip:a%FFb@h",
    "tel:+49-30;ext=1",
    "SIP:Ann@HOST",
    "sip:h",
  ];
  for (const text of texts) {
    const uri = LiteralUri.parse(text)!;
    assert.equal(uri.toString(), text);
    assert.equal(uri.clone().toRaw(), text);
    assert.equal(new NameAddrHeader(uri, "", {}).toString(), `<${text}>`);
  }
  assert.equal(LiteralUri.parse("sip:a@h;x?Replaces=1")?.withoutHeaders().toString(), "sip:a@h;x");
});

Deno.test("a request is taken whatever its user part and scheme, and costs no more among thousands", async () => {
  await onBench((bench) => {
    let calls = 0;
    bench.core.delegate = { onInvite: () => void (calls += 1) };
    const call = (index: number, uri: string) =>
      bench.receive(
        [
          `INVITE ${uri} SIP/2.0`,
          `Via: SIP/2.0/UDP peer;branch=z9hG4bKn${index}`,
          `From: <sip:eve@peer>;tag=${index}`,
          "To: <sip:alice@h>",
          `Call-ID: ${index}`,
          "CSeq: 1 INVITE",
          "Contact: <sip:eve@peer>",
          "",
          "",
        ].join("\r\n"),
      );
    for (const [index, uri] of ["sips:x@h", "tel:+49", "sip:nobody@h", "sip:h"].entries()) {
      call(index, uri);
    }
    assert.equal(calls, 4);
    const thousand = (first: number) => {
      const startedAt = performance.now();
      for (let index = first; index < first + 1_000; index++) call(index, "sip:alice@h");
      return performance.now() - startedAt;
    };
    const [few, , , many] = [10_000, 20_000, 30_000, 40_000].map(thousand);
    // A scan of all transactions made the fourth thousand cost many times the first.
    assert.ok(many! < 5 * few!, `${few} ms for the first thousand, ${many} ms for the fourth`);
  });
});

Deno.test("requests of different peers with the same branch are different", async () => {
  await onBench((bench) => {
    let calls = 0;
    bench.core.delegate = { onInvite: () => void (calls += 1) };
    bench.request("INVITE");
    const text = (host: string, branch: string) =>
      [
        "INVITE sip:alice@h SIP/2.0",
        `Via: SIP/2.0/UDP ${host};branch=${branch}`,
        `From: <sip:eve@${host}>;tag=e`,
        "To: <sip:alice@h>",
        `Call-ID: ${host}`,
        "CSeq: 1 INVITE",
        "Contact: <sip:eve@h>",
        "",
        "",
      ].join("\r\n");
    bench.receive(text("elsewhere", "z9hG4bKINVITE1"));
    assert.equal(calls, 2);
    bench.receive(text("old.one", "1"));
    bench.receive(text("old.two", "1"));
    assert.equal(calls, 4);
  });
});
