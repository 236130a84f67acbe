// What one terminal printed, on its way to the server.
import type * as vscode from "vscode";
import type { Session } from "./session";
import type { DidOpen, DidStartCommand } from "./protocol";

type Event =
  | { kind: "write"; text: string }
  | { kind: "start"; params: Omit<DidStartCommand, "uri"> }
  | { kind: "end"; exitCode: number | undefined };

/** Characters that are kept for a server that starts later, or again after a crash. */
const KEPT = 1 << 21;
/** Characters that may wait to be sent; a terminal that is faster than the server loses the oldest of them. */
const WAITING = 1 << 23;
/** Characters of one message. */
const MESSAGE = 1 << 18;
/** Milliseconds that small pieces of output wait for each other. */
const PAUSE = 20;
/** Events that are kept at most. */
const EVENTS = 8192;

/** A list of events of which only so many characters are kept: the oldest text goes first, commands stay. */
class Backlog {
  private events: Event[] = [];
  private size = 0;
  /** Characters that went for want of room. */
  dropped = 0;

  constructor(private readonly limit: number) {}

  push(event: Event): void {
    const last = this.events.at(-1);
    if (event.kind !== "write") {
      this.events.push(event);
      if (this.events.length > EVENTS) this.shift();
      return;
    }
    this.size += event.text.length;
    if (last?.kind === "write" && last.text.length < MESSAGE) last.text += event.text;
    else this.events.push({ ...event });
    if (this.size > this.limit) this.shorten();
  }

  shift(): Event | undefined {
    const event = this.events.shift();
    if (event?.kind === "write") this.size -= event.text.length;
    return event;
  }

  copyTo(other: Backlog): void {
    for (const event of this.events) other.push(event);
  }

  clear(): void {
    this.events = [];
    this.size = 0;
  }

  private shorten(): void {
    let excess = this.size - (this.limit >> 1);
    this.events = this.events.filter((event) => {
      if (event.kind !== "write" || excess <= 0) return true;
      excess -= event.text.length;
      this.size -= event.text.length;
      this.dropped += event.text.length;
      return false;
    });
  }
}

export class Transcript {
  private readonly history = new Backlog(KEPT);
  private readonly outbox = new Backlog(WAITING);
  private sending = false;
  private wanted = false;
  private opened = false;
  private closed = false;
  /** The command line that ran last, and whether it still runs. */
  commandLine: string | undefined;
  busy = false;
  /** The task that printed it, where one did. */
  task: vscode.Task | undefined;

  constructor(
    private readonly session: Session,
    readonly params: DidOpen,
  ) {}

  get uri(): string {
    return this.params.uri;
  }

  start(commandLine: string, cwd: string | undefined): void {
    this.commandLine = commandLine;
    this.busy = true;
    this.add({ kind: "start", params: cwd === undefined ? { commandLine } : { commandLine, cwd } });
  }

  write(text: string): void {
    if (text) this.add({ kind: "write", text });
  }

  end(exitCode: number | undefined): void {
    this.busy = false;
    this.add({ kind: "end", exitCode });
    if (this.outbox.dropped) {
      this.session.note(`${this.uri}: ${this.outbox.dropped} characters came faster than the server reads, and were left out`);
      this.outbox.dropped = 0;
    }
  }

  /** Tells a server that has just started what it missed. */
  replay(): void {
    this.opened = false;
    this.outbox.clear();
    this.history.copyTo(this.outbox);
    void this.send();
  }

  close(): void {
    this.closed = true;
    if (this.opened) void this.session.notify("unstuck/terminal/didClose", { uri: this.uri });
  }

  private add(event: Event): void {
    this.history.push(event);
    if (!this.session.running) return;
    this.outbox.push(event);
    void this.send();
  }

  /** One message at a time: waiting for each to be written is what keeps a flood from piling up in the pipe. */
  private async send(): Promise<void> {
    this.wanted = true;
    if (this.sending) return;
    this.sending = true;
    try {
      while (this.wanted && !this.closed) {
        // Output comes in many small pieces: a short pause makes them one message.
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
        this.wanted = false;
        if (!this.opened) this.opened = await this.session.notify("unstuck/terminal/didOpen", this.params);
        // It may have been closed meanwhile.
        if (this.opened && this.closed) void this.session.notify("unstuck/terminal/didClose", { uri: this.uri });
        while (this.opened && !this.closed) {
          const event = this.outbox.shift();
          if (!event) break;
          await this.tell(event);
        }
      }
    } finally {
      this.sending = false;
    }
  }

  private tell(event: Event): Promise<boolean> {
    const { uri } = this;
    switch (event.kind) {
      case "write":
        return this.session.notify("unstuck/terminal/didWrite", { uri, text: event.text });
      case "start":
        return this.session.notify("unstuck/terminal/didStartCommand", { uri, ...event.params });
      case "end":
        return this.session.notify("unstuck/terminal/didEndCommand", {
          uri,
          ...(event.exitCode === undefined ? {} : { exitCode: event.exitCode }),
        });
    }
  }
}
