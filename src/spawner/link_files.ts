/** What Linux says of its network links; Deno lets only another program read it. */

/** Of all links; a machine with hundreds of them (containers) is known in part. */
const MOST_LETTERS = 30_000;
const FILES = "*/type */mtu */uevent */tun_flags */phy80211/name */device/uevent";

/** Lines `NAME/FILE:TEXT` of files below /sys/class/net; none where there is no such folder. */
export async function readLinkFiles(): Promise<string> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `cd /sys/class/net && grep -sH "" ${FILES}`],
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).slice(0, MOST_LETTERS);
}
