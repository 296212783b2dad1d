/**
 * The command `secs` of this clone, in the folder of whoever calls it: pnpm runs scripts in the root, and says in
 * `INIT_CWD` where it was itself called.
 */
process.chdir(process.env["INIT_CWD"] ?? ".")
await import("../../cli/src/main.ts")
