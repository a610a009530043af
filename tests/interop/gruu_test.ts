/** A phone that names itself by its GRUU (RFC 5627), through a kamailio that resolves it. */
import assert from "node:assert/strict";
import { account, description, Phone } from "../integration/sip/phone.ts";
import { Kamailio } from "../peers/kamailio.ts";
import { withScratch } from "../peers/scratch.ts";
import { testWith } from "../support/skip.ts";

const INSTANCE = "urn:uuid:00000000-0000-4000-8000-000000000001";
const NEEDS = ["kamailio", "kamailio-tls", "kamailio-websocket", "openssl"] as const;

for (const transport of ["udp", "tcp", "ws"] as const) {
  testWith(
    NEEDS,
    `${transport}: a call to and from a GRUU, ended by either side`,
    () =>
      withScratch(async (scratch) => {
        const kamailio = await Kamailio.start(scratch, { grantsGruu: true });
        const sent: string[] = [];
        const phone = (user: string, more: Partial<ReturnType<typeof account>>) => {
          const server = kamailio.address(transport);
          const made = new Phone({
            instance: INSTANCE.replace(/1$/, user === "alice" ? "1" : "2"),
            password: () => Promise.resolve(kamailio.password(user)),
            account: { user, server, transport, ...more },
            transport: {
              trace: ({ direction, text }) => void (direction === "out" && sent.push(text)),
            },
          });
          scratch.defer(() => made.stop());
          made.agent.start();
          made.do({ type: "Register", account: "test" });
          return made;
        };
        const alice = phone("alice", { gruu: true });
        const bob = phone("bob", {});
        await kamailio.waitForContacts("alice", 1);
        await kamailio.waitForContacts("bob", 1);

        const ends = [[alice, bob], [bob, alice]] as const;
        for (const [round, [caller, callee]] of ends.entries()) {
          for (const byCaller of [true, false]) {
            const name = `c${round}${byCaller}`;
            const user = callee === alice ? "alice" : "bob";
            caller.dial(name, `sip:${user}@${kamailio.address(transport)}`);
            const { call } = await callee.next("IncomingCall");
            callee.do({ type: "SendAccept", call, description: description(5000) });
            await caller.next("CallAccepted");
            await callee.next("CallConfirmed");
            if (byCaller) caller.do({ type: "SendBye", call: name });
            else callee.do({ type: "SendBye", call });
            await caller.next("CallEnded");
            await callee.next("CallEnded");
          }
        }
        const gruu = `<sip:alice@127.0.0.1;gr=${INSTANCE}>`;
        const contacts = sent.filter((text) => text.startsWith("INVITE sip:bob"))
          .map((text) => /^Contact: (.*)$/m.exec(text)![1]!.trim());
        assert.ok(contacts.length > 1 && contacts.every((each) => each === gruu), contacts.join());
      }),
  );
}
