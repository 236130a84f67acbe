// Where the extension steps between the editor and the language client.
import * as vscode from "vscode";
import type { LanguageClientOptions } from "vscode-languageclient/node";
import type { BigLogs } from "./bigLogs";
import { isOwn } from "./documents";
import { ask, type Fixes } from "./fixes";
import type { Live } from "./live";

type Middleware = NonNullable<LanguageClientOptions["middleware"]>;

export function middleware(live: Live, bigLogs: BigLogs, fixes: () => Fixes): Middleware {
  /** The document that an action was offered for: its resolution does not say. */
  const offered = new WeakMap<object, vscode.Uri>();
  return {
    didOpen: async (document, next) => (isOwn(document) ? undefined : next(document)),
    didChange: async (event, next) => (isOwn(event.document) ? undefined : next(event)),
    didClose: async (document, next) => (isOwn(document) ? undefined : next(document)),
    sendRequest: async (type, param, token, next) => {
      const answer = await next(type, param, token);
      const method = typeof type === "string" ? type : type.method;
      if (method === "textDocument/codeAction" || method === "codeAction/resolve") ask(answer);
      return answer;
    },
    provideHover: (document, position, token, next) =>
      isOwn(document) ? undefined : next(document, position, token),
    provideCodeActions: async (document, range, context, token, next) => {
      if (isOwn(document)) return undefined;
      const actions = await next(document, range, context, token);
      for (const action of actions ?? []) {
        if (!(action instanceof vscode.CodeAction)) continue;
        offered.set(action, document.uri);
        fixes().follow(action, document.uri);
      }
      return actions;
    },
    resolveCodeAction: async (item, token, next) => {
      // An action that is a command has nothing to resolve, and the server would not know it.
      if (item.command) return item;
      const action = await next(item, token);
      const uri = offered.get(item);
      if (action && uri) fixes().follow(action, uri);
      return action;
    },
    handleDiagnostics: (uri, diagnostics, next) => {
      // Every hover and every row of Problems would list each repeat before the explanation, which names them anyway.
      for (const diagnostic of diagnostics) delete diagnostic.relatedInformation;
      next(uri, diagnostics);
      live.put(uri, diagnostics);
    },
    workspace: {
      configuration: async (params, token, next) => {
        const answers = (await next(params, token)) as unknown[];
        if (!Array.isArray(answers)) return answers;
        return answers.map((answer, index) => {
          if (params.items[index]?.section !== "unstuck" || typeof answer !== "object" || !answer) return answer;
          const logs = (answer as { logs?: { watch?: string[] } }).logs;
          return { ...answer, logs: { ...logs, watch: [...(logs?.watch ?? []), ...bigLogs.watched] } };
        });
      },
    },
  };
}
