// What command lines look like in the shells of terminals. Pure: nothing here knows the editor.

type Family = "posix" | "powershell" | "cmd";

/** The family of a shell by its program; where that is not known, the platform's usual one. */
export function familyOf(shell: string | undefined, platform: NodeJS.Platform = process.platform): Family {
  const name = (shell ?? "").split(/[/\\]/).at(-1)?.toLowerCase().replace(/\.exe$/, "") ?? "";
  if (/^(pwsh|powershell)/.test(name)) return "powershell";
  if (name === "cmd") return "cmd";
  if (name) return "posix";
  return platform === "win32" ? "powershell" : "posix";
}

/** `command`, to be run in the folder `cwd`; undefined where the folder cannot be written for the shell. */
export function inFolder(command: string, cwd: string, family: Family): string | undefined {
  // A control character could be an Enter.
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f]/.test(cwd)) return undefined;
  switch (family) {
    case "posix":
      return `cd '${cwd.replaceAll("'", "'\\''")}' && ${command}`;
    case "powershell":
      // PowerShell takes typographic quotes for apostrophes. "&&" is unknown to 5.1, and a folder that is gone is an
      // error of its own.
      return `Set-Location -LiteralPath '${cwd.replace(/['\u2018-\u201b]/g, "$&$&")}'; ${command}`;
    case "cmd":
      // Percent signs are replaced inside quotes too, and nothing escapes them at a prompt.
      return /["%]/.test(cwd) ? undefined : `cd /d "${cwd}" && ${command}`;
  }
}

/** Whether two folders are the same place, as far as their names tell. */
export function sameFolder(one: string, other: string, platform: NodeJS.Platform = process.platform): boolean {
  const plain = (folder: string): string => {
    const trimmed = folder.replace(/(?<=.)[/\\]+$/, "");
    return platform === "win32" ? trimmed.replaceAll("/", "\\").toLowerCase() : trimmed;
  };
  return plain(one) === plain(other);
}

/** Whether a terminal with these arguments runs one command and ends, as tasks do: it never has a prompt. */
export function runsOneCommand(args: string | readonly string[] | undefined): boolean {
  const words = typeof args === "string" ? args.split(/\s+/) : (args ?? []);
  if (words.some((word) => /^-noexit$/i.test(word))) return false;
  // Fish's -C, unlike -c, leads to a prompt.
  return words.some((word) => /^-[a-z]*c$/.test(word) || /^(\/c|-command|-file)$/i.test(word));
}

/** Whether a text can be put at a prompt: no control character, which could be an Enter, and nothing that shows other
 * words than are there. */
export function isSafe(command: string): boolean {
  // eslint-disable-next-line no-control-regex
  return !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(command);
}
