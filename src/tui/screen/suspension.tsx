/**
 * Hands out Ink's ways of leaving the screen for a while and of drawing all of it again: for Ctrl-Z
 * and `fg`, Ctrl-L, and a terminal of another size. Draws nothing itself.
 */
import { useApp, useStdout } from "ink";
import { useEffect } from "react";

export interface InkScreen {
  /** Leaves the screen, runs, takes the screen again and draws all of it. */
  leave(meanwhile: () => void): Promise<void>;
  /** Clears the screen and draws all of it. */
  repaint(): void;
}

const HOME_AND_CLEAR = "\u001b[H\u001b[2J";

export function Suspension({ offer }: { offer(screen: InkScreen): void }) {
  const { suspendTerminal } = useApp();
  const { write } = useStdout();
  useEffect(
    () =>
      offer({
        leave: (meanwhile) => suspendTerminal(meanwhile),
        // What is written past Ink goes above its frame, which it then draws whole.
        repaint: () => write(HOME_AND_CLEAR),
      }),
    [offer, suspendTerminal, write],
  );
  return null;
}
