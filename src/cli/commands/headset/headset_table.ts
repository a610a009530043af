/** Headsets as a person reads them. Pure. */
import type { HeadsetInfo, HeadsetUse } from "../../../control/contract/mod.ts";

const USES: Record<HeadsetUse, string> = {
  free: "",
  station: ", held by the running station",
  front: ", held by the running station, calls are here",
  released: ", the running station takes it during calls",
  off: ", the running station leaves it alone",
};

export function headsetTable(headsets: readonly HeadsetInfo[]): string {
  if (headsets.length === 0) return "There is no headset with buttons.\n";
  return headsets.map(entry).join("\n");
}

function entry(headset: HeadsetInfo): string {
  const { name, vendorId, productId, path, usable, why, hint, use, quirks } = headset;
  const lines = [
    `${usable ? "*" : "-"} ${name}  ${vendorId}:${productId}  ${path}${USES[use]}`,
    `    ${why}`,
  ];
  if (headset.digits !== "") lines.push(`    Dial keys: ${headset.digits}`);
  if (headset.soundCards.length > 0) lines.push(`    Sound card: ${headset.soundCards.join(", ")}`);
  for (const quirk of quirks) lines.push(`    Quirk: ${quirk}`);
  if (hint !== undefined) lines.push(`    ${hint}`);
  return `${lines.join("\n")}\n`;
}
