/**
 * Hands out Ink's way of leaving the screen for a while and drawing it anew: for Ctrl-Z and `fg`.
 * Draws nothing itself.
 */
import { useApp } from "ink";
import { useEffect } from "react";

/** Leaves the screen, runs, takes the screen again and draws all of it. */
export type LeaveScreen = (meanwhile: () => void) => Promise<void>;

export function Suspension({ offer }: { offer(leave: LeaveScreen): void }) {
  const { suspendTerminal } = useApp();
  useEffect(() => offer((meanwhile) => suspendTerminal(meanwhile)), [offer, suspendTerminal]);
  return null;
}
