/**
 * A child that writes until it is killed: `writer_program.ts PATH FIRST`.
 *
 * Transaction n puts three calls with ids `n-0` to `n-2`; once it is committed the child prints `n`.
 */
import { openDatabase } from "../../../src/store/database/database.ts";
import { History } from "../../../src/store/history/history.ts";
import { sampleCall } from "./sample_call.ts";

const [path = "", first = "0"] = Deno.args;
const encoder = new TextEncoder();
const store = openDatabase({ path, mode: "write", now: Date.now });
const history = new History(store.database);
// Big enough that one transaction is several pages, and the log is worked in now and then.
const reason = "x".repeat(3000);
Deno.stdout.writeSync(encoder.encode("open\n"));
for (let n = Number(first);; n++) {
  store.database.transaction(() => {
    for (let part = 0; part < 3; part++) {
      history.put(sampleCall({ id: `${n}-${part}`, startedAt: n, reason }));
    }
  });
  Deno.stdout.writeSync(encoder.encode(`${n}\n`));
}
