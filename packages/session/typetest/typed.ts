/**
 * What the compiler says of typed messages. Compiled, never run: a line that must not compile says so.
 */
import { type SecsMessage, StreamFunction, Structure, type StructureError } from "@effect-secs/codec"
import { Handlers, Session, type SessionError } from "@effect-secs/session"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

/** Compiles where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_: Same<A, B>): void => {}

const { primary, secondary } = StreamFunction
const { A, B, list, listOf } = Structure
const { handle } = Handlers

const S1F2 = secondary({ stream: 1, function: 2, name: "On Line Data", structure: list({ mdln: A, softrev: A }) })
const S1F1 = primary({ stream: 1, function: 1, name: "Are You There", reply: S1F2 })
const S2F42 = secondary({ stream: 2, function: 42, name: "Acknowledge", structure: list({ hcack: B }) })
const S2F41 = primary({
  stream: 2,
  function: 41,
  name: "Host Command Send",
  structure: list({ rcmd: A, parameters: listOf(list({ cpname: A, cpval: A })) }),
  reply: S2F42
})
const S64F2 = secondary({ stream: 64, function: 2, name: "Pong" })
const S64F1 = primary({ stream: 64, function: 1, name: "Ping", structure: A, reply: S64F2 })
const S64F3 = primary({ stream: 64, function: 3, name: "Note", structure: A })

type Failure = SessionError.TransactionError | StructureError.StructureError

declare const session: Session.Service
declare const message: SecsMessage.SecsMessage

// --- call ----------------------------------------------------------------------------------------------------------

const command = Session.call(S2F41, { rcmd: "START", parameters: [] })
same<typeof command, Effect.Effect<{ readonly hcack: number }, Failure, Session.Session>>(true)

const who = session.call(S1F1)
same<typeof who, Effect.Effect<{ readonly mdln: string; readonly softrev: string }, Failure>>(true)

const pong = session.call(S64F1, "x", { timeout: "5 seconds", mode: "strict" })
same<typeof pong, Effect.Effect<undefined, Failure>>(true)

export const timed = session.call(S1F1, undefined, { timeout: "5 seconds" })

// One error or the other.
export const caught = command.pipe(
  Effect.catchTag("StructureError", (error) => Effect.succeed(error.path)),
  Effect.catchReason("TransactionError", "Aborted", () => Effect.succeed([]))
)

export const wrongFields = [
  // @ts-expect-error a field that is no text
  session.call(S2F41, { rcmd: 1, parameters: [] }),
  // @ts-expect-error a field that is missing
  session.call(S2F41, { rcmd: "START" }),
  // @ts-expect-error a field that is unknown
  session.call(S2F41, { rcmd: "START", parameters: [], more: 1 }),
  // @ts-expect-error a body that is missing
  session.call(S2F41),
  // @ts-expect-error a body of a header only
  session.call(S1F1, {}),
  // @ts-expect-error a secondary
  session.call(S1F2, { mdln: "E", softrev: "1" }),
  // @ts-expect-error a primary without a reply
  session.call(S64F3, "x"),
  // @ts-expect-error the same, of the session in the context
  Session.call(S64F3, "x")
]

// --- send ----------------------------------------------------------------------------------------------------------

const noted = session.send(S64F3, "x")
same<typeof noted, Effect.Effect<void, Failure>>(true)
const bare = session.send(message)
same<typeof bare, Effect.Effect<void, SessionError.TransactionError>>(true)
const sent = Session.send(S64F3, "x")
same<typeof sent, Effect.Effect<void, Failure, Session.Session>>(true)

export const wrongSends = [
  // @ts-expect-error a body of another type
  session.send(S64F3, 1),
  // @ts-expect-error a body that is missing
  session.send(S64F3),
  // @ts-expect-error a secondary
  Session.send(S64F2)
]

// --- handlers ------------------------------------------------------------------------------------------------------

class Recipes extends Context.Service<Recipes, { readonly start: (name: string) => Effect.Effect<void, Busy> }>()(
  "typetest/Recipes"
) {}
class Lots extends Context.Service<Lots, { readonly all: Effect.Effect<ReadonlyArray<string>> }>()("typetest/Lots") {}
class Busy {
  readonly _tag = "Busy"
}

const all = Handlers.make(
  handle(S1F1, () => Effect.succeed({ mdln: "E", softrev: "1" })),
  handle(
    S2F41,
    ({ parameters, rcmd }, { sessionId }) => {
      same<typeof rcmd, string>(true)
      same<typeof sessionId, number>(true)
      return Effect.gen(function* () {
        const recipes = yield* Recipes
        yield* recipes.start(`${rcmd} ${parameters[0]?.cpval}`)
        return { hcack: 0 }
      })
    },
    {
      onFailure: (error) => {
        same<typeof error, Busy>(true)
        return { hcack: 2 }
      }
    }
  ),
  handle(S64F1, () => Effect.void),
  handle(S64F3, (note) => Effect.andThen(Lots, Effect.log(note))),
  Handlers.otherwise((primary) => primary.abort)
)
same<typeof all, Handlers.Handlers<Recipes | Lots>>(true)

// What handlers need stands in the type of their layer.
const layer = Handlers.layer(all, { concurrency: 4 })
same<typeof layer, Layer.Layer<never, never, Recipes | Lots | Session.Session>>(true)

// What a handler ends with does not matter where its primary has no reply.
export const counted = handle(S64F3, () => Effect.succeed(1))

export const wrongHandlers = [
  // @ts-expect-error the body of another reply
  handle(S1F1, () => Effect.succeed({ hcack: 0 })),
  // @ts-expect-error a reply that is missing
  handle(S1F1, () => Effect.void),
  // @ts-expect-error a secondary
  handle(S1F2, () => Effect.void),
  // @ts-expect-error no effect
  handle(S1F1, () => ({ mdln: "E", softrev: "1" })),
  // @ts-expect-error a field that the body does not have
  handle(S2F41, ({ ppid }) => Effect.succeed({ hcack: ppid })),
  // @ts-expect-error a failure that becomes the body of another reply
  handle(S2F41, () => Effect.fail("busy"), { onFailure: () => ({ mdln: "E" }) })
]
