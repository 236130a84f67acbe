// A server that crashes is started again, but not for ever.
import { CloseAction, ErrorAction, type ErrorHandler } from "vscode-languageclient/node";

/** So many crashes within so many milliseconds are too many. */
export const MOST = 4;
const WINDOW = 180_000;

export interface Watcher {
  /** Whether somebody waits for a start of the server, and will tell of its failure. */
  starting(): boolean;
  /** The server crashed and is started again. */
  again(): void;
  /** The server crashed too often and stays down. */
  gaveUp(): void;
}

export class Crashes implements ErrorHandler {
  private times: number[] = [];

  constructor(private readonly watcher: Watcher) {}

  error(_error: Error, _message: unknown, count: number | undefined): ReturnType<ErrorHandler["error"]> {
    return { action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown, handled: true };
  }

  closed(): ReturnType<ErrorHandler["closed"]> {
    if (this.watcher.starting()) return { action: CloseAction.DoNotRestart, handled: true };
    const now = Date.now();
    this.times = [...this.times.filter((time) => now - time < WINDOW), now];
    if (this.times.length <= MOST) {
      this.watcher.again();
      return { action: CloseAction.Restart, handled: true };
    }
    this.watcher.gaveUp();
    return { action: CloseAction.DoNotRestart, handled: true };
  }
}
