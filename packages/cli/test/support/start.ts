/** Runs the built command as a process that goes on while the test looks at it. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { binary, environment } from "./run.ts"

/** The process ended before it had printed what was waited for. */
export class EndedEarly extends Data.TaggedError("EndedEarly")<{ readonly message: string }> {}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  /** Waits until standard output holds this; gives the match. Fails when the process ends without it. */
  readonly until: (pattern: RegExp) => Effect.Effect<RegExpExecArray, EndedEarly>
  /** The same of standard error. */
  readonly untilError: (pattern: RegExp) => Effect.Effect<RegExpExecArray, EndedEarly>
  readonly signal: (name: "SIGINT" | "SIGTERM" | "SIGKILL") => Effect.Effect<void>
  /** Closes this end of the pipe of standard output, as `head` does. */
  readonly leave: Effect.Effect<void>
  readonly ended: Effect.Effect<Ended>
}

/** Killed, if it is still there, when the Scope closes. */
export const start = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Effect.Effect<Started, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const child = spawn(process.execPath, [binary, ...args], {
          env: environment(env),
          stdio: ["ignore", "pipe", "pipe"]
        })
        const texts = { stdout: "", stderr: "" }
        const listeners = new Set<() => void>()
        let code: number | null | undefined
        const changed = () => {
          for (const listener of listeners) listener()
        }
        child.stdout.on("data", (chunk: Buffer) => {
          texts.stdout += chunk.toString()
          changed()
        })
        child.stderr.on("data", (chunk: Buffer) => {
          texts.stderr += chunk.toString()
          changed()
        })
        child.on("close", (ended) => {
          code = ended
          changed()
        })
        /** Looks now and whenever there is something new. */
        const watch = <A, E>(look: () => Effect.Effect<A, E> | undefined): Effect.Effect<A, E> =>
          Effect.callback((resume) => {
            const listener = () => {
              const found = look()
              if (found === undefined) return
              listeners.delete(listener)
              resume(found)
            }
            listeners.add(listener)
            listener()
            return Effect.sync(() => void listeners.delete(listener))
          })
        const until = (pattern: RegExp, stream: keyof typeof texts) =>
          watch(() => {
            const match = pattern.exec(texts[stream])
            if (match !== null) return Effect.succeed(match)
            return code === undefined
              ? undefined
              : Effect.fail(
                  new EndedEarly({ message: `ended with ${code} before ${pattern}:\n${texts.stdout}${texts.stderr}` })
                )
          })
        const started: Started = {
          until: (pattern) => until(pattern, "stdout"),
          untilError: (pattern) => until(pattern, "stderr"),
          signal: (name) => Effect.sync(() => void child.kill(name)),
          leave: Effect.sync(() => void child.stdout.destroy()),
          ended: watch(() => (code === undefined ? undefined : Effect.succeed({ code, ...texts })))
        }
        return { child, started }
      }),
      ({ child }) => Effect.sync(() => void child.kill("SIGKILL"))
    ),
    ({ started }) => started
  )

/** The same, until it has ended. */
export const ran = (args: ReadonlyArray<string>, env?: Readonly<Record<string, string>>): Effect.Effect<Ended> =>
  Effect.scoped(Effect.flatMap(start(args, env), ({ ended }) => ended))

/** `secs listen` on a free port of loopback, and the address to dial. */
export const listening = (
  ...args: ReadonlyArray<string>
): Effect.Effect<Started & { readonly address: string }, EndedEarly, Scope.Scope> =>
  Effect.gen(function* () {
    const started = yield* start(["listen", "127.0.0.1:0", ...args])
    const [, address] = yield* started.until(/listening on (127\.0\.0\.1:\d+)/)
    return { ...started, address: address! }
  })
