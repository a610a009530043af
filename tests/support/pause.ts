/** Lets a call run for a time; for sound to flow, never to wait for something that can be awaited. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
