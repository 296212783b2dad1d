/**
 * `secs quirks`, from the command line to its end.
 *
 * @since 0.1.0
 */
import { QuirkObserver } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type CliFailure, ExitCode, quiet, usage } from "../CliFailure.ts"
import type { Input } from "../commands/quirks.ts"
import { counted } from "../Counts.ts"
import * as Catalogued from "../names/Catalogued.ts"
import * as Printable from "../Printable.ts"
import { complain, Shell, write } from "../Shell.ts"
import * as Endpoint from "../talk/Endpoint.ts"
import * as FromLogs from "./FromLogs.ts"

/** The one peer that the arguments name: an address that is no file. */
const peerOf = (inputs: ReadonlyArray<string>): Effect.Effect<Endpoint.Endpoint | undefined, never, Shell> =>
  Effect.gen(function* () {
    const [first] = inputs
    const parsed = inputs.length === 1 ? Endpoint.parse(first!, 1) : undefined
    if (parsed === undefined || Result.isFailure(parsed) || parsed.success.host === undefined) return undefined
    return (yield* (yield* Shell).isFile(first!)) ? undefined : parsed.success
  })

/** Writes what was found so far: the profile where it is wanted, what it rests on to standard error. */
const tell = (observer: QuirkObserver.QuirkObserver, { name, output }: Input): Effect.Effect<void, CliFailure, Shell> =>
  Effect.gen(function* () {
    const { defined, messages, notes, profile } = observer.result(name)
    if (messages === 0) return
    for (const note of notes) yield* complain(`secs: ${note}`)
    if (notes.length === 0) yield* complain("secs: nothing is otherwise than the standard has it")
    yield* complain(`secs: looked at ${counted(messages, "message")}, ${defined} of them of the standard`)
    const text = `${Printable.json(JSON.stringify(profile, undefined, 2))}\n`
    yield* output === undefined ? write(text) : (yield* Shell).writeFile(output, text)
  })

/** What looks at messages, until there are no more of them. */
const looking = (input: Input, observer: QuirkObserver.QuirkObserver): Effect.Effect<void, CliFailure, Shell> =>
  Effect.gen(function* () {
    const { inputs, listen } = input
    const peer = yield* peerOf(inputs)
    if (listen === undefined && peer === undefined) {
      if (inputs.length === 0)
        return yield* usage("there is nothing to look at: name files or a peer, or give --listen")
      return yield* FromLogs.run(input, observer)
    }
    if (listen !== undefined && inputs.length > 0) return yield* usage("--listen waits for a peer: it takes no files")
    const { dial, wait } = yield* Effect.promise(() => import("./FromSession.ts"))
    yield* listen === undefined ? dial(input, peer!, observer) : wait(input, listen, observer)
  })

export const run = (input: Input): Effect.Effect<void, CliFailure, Shell> =>
  Effect.suspend(() => {
    const observer = QuirkObserver.make(Catalogued.registry)
    const told = Effect.ignore(tell(observer, input))
    return looking(input, observer).pipe(
      // Who has seen enough gets what was seen.
      Effect.onInterrupt(() => told),
      Effect.result,
      Effect.flatMap((result) =>
        Effect.gen(function* () {
          if (Result.isFailure(result) && result.failure.exitCode === ExitCode.Usage) return yield* result.failure
          yield* tell(observer, input)
          if (Result.isFailure(result)) return yield* result.failure
          if (observer.result().messages === 0) return yield* quiet(ExitCode.NoMessages)
        })
      )
    )
  })
