const VError = require("verror");

test("wraps the cause", () => {
  expect(new VError(new Error("certificate has expired"), "request to index failed").message).toBe("request to index failed: certificate has expired");
});
test("fails on purpose", () => {
  expect({ status: 404, reason: "Not Found" }).toEqual({ status: 200, reason: "OK" });
});
test("logs and goes on", () => {
  console.error("WARNING: Retrying after connection was lost, attempt 2 of 5");
  console.warn("ERROR: this line is printed by a test");
});
