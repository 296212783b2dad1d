#!/usr/bin/env node
/**
 * The entry of the command `secs`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { createRequire } from "node:module"
import process from "node:process"
import { ExitCode } from "./CliFailure.ts"
import * as NodeShell from "./NodeShell.ts"
import { run } from "./Secs.ts"

const manifest = createRequire(import.meta.url)("@effect-secs/cli/package.json") as { readonly version: string }

const fiber = Effect.runFork(run(NodeShell.make(), process.argv.slice(2), manifest.version))

// A first ^C ends a session in order; whoever has no patience gets Node's way with the second. Other commands have nothing
// to end, and may be busy for long without looking up: they get it with the first.
const interrupt = () => {
  process.removeListener("SIGINT", interrupt)
  process.removeListener("SIGTERM", interrupt)
  Effect.runFork(Fiber.interrupt(fiber))
}
const command = process.argv.slice(2).find((arg) => !arg.startsWith("-"))
if (command === "send" || command === "listen") {
  process.on("SIGINT", interrupt)
  process.on("SIGTERM", interrupt)
}

fiber.addObserver((exit) => {
  const code = exit._tag === "Success" ? exit.value : ExitCode.Interrupted
  // What is still on its way to a pipe goes out first.
  process.stdout.write("", () => process.exit(code))
})
