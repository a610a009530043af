/**
 * `a=rtcp-xr` of a description (RFC 3611 §5.1): which extended reports its writer wants to get. Formats
 * that we do not know, and the sizes and modes of those that we do, are passed over. Pure.
 */
import type { ExtendedReports, StreamDescription } from "../../core/media/mod.ts";
import { type Attributes, valuesAt } from "./sdp_lines.ts";

/** Words that are looked at. */
const MAX_FORMATS = 32;

/** An attribute without a word that we know asks for nothing of ours. */
export function readExtendedReports(from: Attributes): Pick<StreamDescription, "extendedReports"> {
  const formats = (valuesAt(from, "rtcp-xr", 1)[0] ?? "").trim().split(/ +/).slice(0, MAX_FORMATS);
  const reports: ExtendedReports = {};
  if (formats.includes("voip-metrics")) reports.voipMetrics = true;
  if (formats.some((format) => /^rcvr-rtt=(?:all|sender)(?::\d+)?$/.test(format))) {
    reports.roundTrip = true;
  }
  return Object.keys(reports).length === 0 ? {} : { extendedReports: reports };
}

export function extendedReportLines({ extendedReports }: StreamDescription): string[] {
  if (extendedReports === undefined) return [];
  const formats = [
    ...(extendedReports.roundTrip ? ["rcvr-rtt=all"] : []),
    ...(extendedReports.voipMetrics ? ["voip-metrics"] : []),
  ];
  return [`a=rtcp-xr:${formats.join(" ")}`];
}
