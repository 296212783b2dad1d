#!/usr/bin/env node
/**
 * The entry of the command `secs`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { createRequire } from "node:module"
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
if (command === "send" || command === "listen" || command === "quirks") {
  process.on("SIGINT", interrupt)
  process.on("SIGTERM", interrupt)
}

/** How long what was written may take to go out once the command was told to end: nobody may read the pipe. */
const patience = "500 millis"

fiber.addObserver((exit) => {
  const code = exit._tag === "Success" ? exit.value : ExitCode.Interrupted
  const leave = () => process.exit(code)
  // What is still on its way to a pipe goes out first.
  process.stdout.write("", leave)
  if (code === ExitCode.Interrupted) Effect.runFork(Effect.andThen(Effect.sleep(patience), Effect.sync(leave)))
})
