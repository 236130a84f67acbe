const { spawn } = require("node:child_process");
const vscode = require("vscode");

exports.activate = (context) => {
  const channel = vscode.window.createOutputChannel("Build");
  context.subscriptions.push(
    channel,
    vscode.commands.registerCommand("buildOutput.run", () => {
      channel.show(true);
      const cwd = vscode.workspace.workspaceFolders[0].uri.fsPath;
      const line = vscode.workspace.getConfiguration("buildOutput").get("command");
      const child = spawn("/bin/sh", ["-c", line], { cwd });
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => channel.append(String(data)));
      child.on("close", (code) => channel.appendLine(`The build ended with code ${code}.`));
    }),
  );
};
