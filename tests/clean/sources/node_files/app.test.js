const assert = require("assert");
const { attempt } = require("./out/app.js");

describe("attempt", () => {
  it("counts failures", () => assert.strictEqual(attempt(3, () => { throw new Error("ECONNREFUSED 127.0.0.1:8080"); }).length, 3));
  it("fails on purpose", () => assert.strictEqual(attempt(1, () => {}).length, 1));
  it("prints what was thrown", () => { throw new TypeError("Cannot read properties of undefined (reading 'requirement')"); });
  it("skips unsupported platforms");
  it("times out", (done) => setTimeout(done, 50)).timeout(10);
});
