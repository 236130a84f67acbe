export default [{ files: ["*.js"], rules: { "no-undef": "warn", "no-unused-vars": "error", "no-var": "warn" } }];
