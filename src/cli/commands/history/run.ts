/** The run of `offhook history`. */
import { cipherWords, OUTCOME_WORDS } from "../../../core/state/mod.ts";
import { type ExitCode, lazily, OffhookError } from "../../../base/mod.ts";
import type { PastCall, PastCallQuery, Records } from "../../../control/contract/mod.ts";
import { clock } from "../../call/mod.ts";
import type { HistoryValues } from "./command.ts";
import { type Io, say, writeJson } from "../../process/mod.ts";
import { table } from "../../output/mod.ts";
import { withRecords } from "../../station/mod.ts";

/** Calls of one request: far below the largest message. */
const PAGE = 500;
const DEFAULT_LIMIT = 50;

export async function runHistory(values: HistoryValues, io: Io): Promise<ExitCode> {
  const query = queryOf(values, io.now());
  const limit = values.limit ?? DEFAULT_LIMIT;
  const found = await withRecords(values, io, (records) => take(records, query, limit));
  if (values.json) {
    const { historyJson } = await lazily<typeof import("../../../store/history/history_json.ts")>(
      import.meta.url,
      "../../../store/history/history_json.ts",
    );
    await writeJson(io.stdout, found.map(historyJson));
  } else if (found.length > 0) await io.stdout.rows(table(found.map(row)));
  else if (!values.quiet) {
    await say(io, Object.keys(query).length === 0 ? "no call is remembered yet" : "no such call");
  }
  return 0;
}

function queryOf(values: HistoryValues, now: number): PastCallQuery {
  if (values.incoming && values.outgoing) {
    throw new OffhookError("usage", "--incoming and --outgoing together leave nothing");
  }
  const direction = values.incoming ? "incoming" : values.outgoing ? "outgoing" : undefined;
  return {
    ...(direction === undefined ? {} : { direction }),
    ...(values.missed ? { missed: true } : {}),
    ...(values.since === undefined ? {} : { since: values.since(now) }),
    ...(values.until === undefined ? {} : { until: values.until(now) }),
    ...(values.with === undefined ? {} : { remote: values.with }),
    ...(values.account === undefined ? {} : { account: values.account }),
  };
}

async function take(records: Records, query: PastCallQuery, limit: number): Promise<PastCall[]> {
  const found: PastCall[] = [];
  let cursor: string | undefined;
  do {
    const page = await records.request("history", {
      ...query,
      limit: Math.min(PAGE, limit - found.length),
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.records);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && found.length < limit);
  return found;
}

function row(call: PastCall): string[] {
  const { remote, direction, outcome, startedAt, answeredAt, endedAt, encryption } = call;
  const lasted = answeredAt === null || endedAt === null ? "" : clock(endedAt - answeredAt);
  const who = remote.contact ?? remote.displayName;
  return [
    timeOf(startedAt),
    direction === "incoming" ? "from" : "to",
    who === undefined ? remote.uri : `${who} ${remote.uri}`,
    outcome === null ? "live" : OUTCOME_WORDS[outcome],
    lasted,
    encryption === null ? "" : cipherWords(encryption),
  ];
}

/** Local time, to the minute. */
function timeOf(ms: number): string {
  const date = new Date(ms);
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
