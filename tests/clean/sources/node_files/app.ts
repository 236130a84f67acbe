// A program with things to warn about.
export interface Failure { code: number; message: string; retry?: boolean }

export class RetryError extends Error {
  constructor(public readonly failures: Failure[]) { super(`gave up after ${failures.length} failures`); }
}

export function attempt(times: number, step: () => void): Failure[] {
  var failures: Failure[] = [];
  for (let i = 0; i < times; i++) {
    try { step(); } catch (error) { failures.push({ code: i, message: String(error), retry: i < times - 1 }); }
  }
  let unused = "error: nothing is wrong";
  const wrong: number = "not a number";
  return failures;
}

console.log(attempt(3, () => { throw new RetryError([]); }));
