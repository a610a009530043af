/** Whether a file can ring, tried before a call does. */
import { createSource } from "../../audio/mod.ts";

/** @throws OffhookError `file-unusable`, naming the path and the reason */
export async function checkRingFile(path: string): Promise<void> {
  const file = createSource({ kind: "file", path, loop: true });
  await file.open({ failed: () => {}, restored: () => {}, ended: () => {} });
  await file.close();
}
