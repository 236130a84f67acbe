// The diagnoses that are alive, as the server published them.
import * as vscode from "vscode";

export interface Diagnosis {
  uri: vscode.Uri;
  diagnostic: vscode.Diagnostic;
  id: string;
}

export class Live implements vscode.Disposable {
  private readonly documents = new Map<string, { uri: vscode.Uri; diagnostics: vscode.Diagnostic[] }>();
  private newest: Diagnosis | undefined;
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly arrivals = new vscode.EventEmitter<Diagnosis>();

  readonly onDidChange = this.changes.event;
  /** A diagnosis that its document did not have before. */
  readonly onDidArrive = this.arrivals.event;

  put(uri: vscode.Uri, diagnostics: vscode.Diagnostic[]): void {
    const key = uri.toString();
    const before = this.documents.get(key)?.diagnostics ?? [];
    const known = new Set(before.map(signatureOf));
    if (diagnostics.length) this.documents.set(key, { uri, diagnostics });
    else this.documents.delete(key);
    for (const diagnostic of diagnostics) {
      if (known.has(signatureOf(diagnostic))) continue;
      this.newest = { uri, diagnostic, id: idOf(diagnostic) };
      this.arrivals.fire(this.newest);
    }
    this.changes.fire();
  }

  clear(): void {
    this.documents.clear();
    this.changes.fire();
  }

  get count(): number {
    let sum = 0;
    for (const { diagnostics } of this.documents.values()) sum += diagnostics.length;
    return sum;
  }

  has(uri: string): boolean {
    return this.documents.has(uri);
  }

  of(uri: vscode.Uri): vscode.Diagnostic[] {
    return this.documents.get(uri.toString())?.diagnostics ?? [];
  }

  /** The newest diagnosis that is still there, else any. */
  get last(): Diagnosis | undefined {
    const newest = this.newest;
    if (newest) {
      const same = this.of(newest.uri).find((one) => signatureOf(one) === signatureOf(newest.diagnostic));
      if (same) return { ...newest, diagnostic: same };
    }
    for (const { uri, diagnostics } of [...this.documents.values()].reverse()) {
      const diagnostic = diagnostics.at(-1);
      if (diagnostic) return { uri, diagnostic, id: idOf(diagnostic) };
    }
    return undefined;
  }

  dispose(): void {
    this.changes.dispose();
    this.arrivals.dispose();
  }
}

export function idOf(diagnostic: vscode.Diagnostic): string {
  const code = diagnostic.code;
  return String(typeof code === "object" ? code.value : (code ?? ""));
}

function signatureOf(diagnostic: vscode.Diagnostic): string {
  const { start } = diagnostic.range;
  return `${idOf(diagnostic)} ${start.line} ${start.character}`;
}
