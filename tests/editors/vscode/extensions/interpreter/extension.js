const vscode = require("vscode");

// The part of that extension's public interface that tells of the selected environment.
exports.activate = () => ({
  environments: {
    getActiveEnvironmentPath: () => {
      const file = vscode.workspace.getConfiguration("interpreter").get("selected");
      return { id: file || "DEFAULT_PYTHON", path: file || "python" };
    },
    resolveEnvironment: async ({ path }) =>
      path === "python" ? undefined : { id: path, path, executable: { uri: vscode.Uri.file(path) } },
  },
});
