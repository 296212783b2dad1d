/**
 * Handlers of primaries, by definition: what the peer asks comes in typed, and what a handler succeeds with is the body
 * of the reply.
 *
 * A set of handlers answers everything a peer may send. Equipment reports what has no handler with S9F3 or S9F5 and a
 * body that is not what its definition says with S9F7; either side answers SxF0 where a reply is expected and there is
 * none. A handler that fails, dies or takes too long concerns its own primary only, as with `Session.serve`.
 *
 * @example
 * const equipment = Handlers.make(
 *   handle(S1F1, () => Effect.succeed({ mdln: "ETCHER", softrev: "1.0" })),
 *   handle(S2F41, ({ rcmd }) => run(rcmd), { onFailure: () => ({ hcack: 2, parameters: [] }) })
 * )
 * const Equipment = Handlers.layer(equipment).pipe(Layer.provideMerge(HsmsSession.layerPassive({ sessionId: 0 })))
 *
 * @since 0.1.0
 */
import type { Primary } from "@effect-secs/codec/StreamFunction"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { Scope } from "effect/Scope"
import type { Dialogue } from "./Dialogue.ts"
import { type InboundPrimary, serve as serveSession, type ServeOptions, Session } from "./Session.ts"

type Run<R> = (primary: InboundPrimary, dialogue: Dialogue) => Effect.Effect<unknown, unknown, R>

/**
 * The handler of one primary, or of whatever has none. `R` are the services it needs.
 *
 * @since 0.1.0
 */
export interface Handler<out R> {
  /** `undefined` for the one of `otherwise`. */
  readonly definition: Primary<unknown, unknown> | undefined
  readonly run: Run<R>
}

/**
 * A set of handlers. `R` are the services that any of them needs.
 *
 * @since 0.1.0
 */
export interface Handlers<out R> {
  /** What is handled, `otherwise` apart. */
  readonly definitions: ReadonlyArray<Primary<unknown, unknown>>
  /** What becomes of one primary. */
  readonly run: Run<R>
}

/**
 * What a handler succeeds with: the body of the reply, or nothing where that is a header only or there is none.
 *
 * @since 0.1.0
 */
export type Answer<R> = [R] extends [undefined] ? void : R

/**
 * Options of one handler.
 *
 * @since 0.1.0
 */
export interface HandleOptions<in E, out R> {
  /** The reply where the handler fails, as HCACK 2 for a command that cannot be done now; SxF0 and an event unless told. */
  readonly onFailure?: ((error: E, primary: InboundPrimary) => Answer<R>) | undefined
}

/**
 * The handler of a primary. It gets the body, and the primary for what else there is to know of it. Where the primary
 * came without W-bit it runs all the same, and no reply is sent.
 *
 * @example
 * handle(S2F41, ({ parameters, rcmd }) => run(rcmd, parameters), { onFailure: () => ({ hcack: 2, parameters: [] }) })
 *
 * @since 0.1.0
 */
export const handle = <T, A, E, R>(
  definition: Primary<T, A>,
  handler: (body: T, primary: InboundPrimary) => Effect.Effect<Answer<NoInfer<A>>, E, R>,
  options: HandleOptions<E, NoInfer<A>> = {}
): Handler<R> => {
  const { reply } = definition
  const { onFailure } = options
  return {
    definition,
    run: (primary, dialogue) => {
      const body = dialogue.read(definition, primary.message.item)
      if (Result.isFailure(body)) return primary.refuse({ _tag: "IllegalData", error: body.failure })
      const handled = handler(body.success, primary)
      const answer: Effect.Effect<unknown, E, R> =
        onFailure === undefined
          ? handled
          : Effect.catch(handled, (error) => Effect.sync(() => onFailure(error, primary)))
      if (!primary.message.replyExpected) return answer
      // The peer waits for what no definition has: it learns so now rather than by T3.
      if (reply === undefined) return Effect.andThen(answer, primary.abort)
      const respond = (value: unknown): Effect.Effect<void, unknown> => {
        // `void` is any value to the compiler.
        const written = dialogue.write(reply, reply.structure === undefined ? undefined : value)
        return Result.isSuccess(written) ? primary.reply(written.success.item) : Effect.fail(written.failure)
      }
      // What is known at once needs no step of its own.
      return Exit.isExit(answer) && Exit.isSuccess(answer) ? respond(answer.value) : Effect.flatMap(answer, respond)
    }
  }
}

/**
 * The handler of every primary that no other is for, as gateways want it: it answers as it likes, and nothing is
 * reported.
 *
 * @example
 * Handlers.otherwise((primary) => Effect.flatMap(Session.request(primary.message), ({ item }) => primary.reply(item)))
 *
 * @since 0.1.0
 */
export const otherwise = <E, R>(handler: (primary: InboundPrimary) => Effect.Effect<unknown, E, R>): Handler<R> => ({
  definition: undefined,
  run: handler
})

/** What becomes of a primary without a handler. */
const refuse =
  (streams: ReadonlySet<number>): Run<never> =>
  (primary, { registry, role }) => {
    const { stream } = primary.message
    // What equipment reports to a host is not for a handler: it fails a transaction, or was told to observers.
    if (stream === 9 && role === "host") return Effect.void
    const known = streams.has(stream) || registry.hasStream(stream)
    return primary.refuse({ _tag: known ? "UnrecognizedFunction" : "UnrecognizedStream" })
  }

/** The services that any of several handlers needs. */
type Services<H> = H extends Handler<infer R> ? R : never

/**
 * A set of handlers, for as many sessions as there are.
 *
 * Throws   `TypeError` for two handlers of one SxFy, or two of `otherwise`: a wrong literal is a bug
 *
 * @since 0.1.0
 */
export const make = <const H extends ReadonlyArray<Handler<unknown>>>(
  ...handlers: H
): Handlers<Services<H[number]>> => {
  const runs = new Map<number, Run<unknown>>()
  const streams = new Set<number>()
  const definitions: Array<Primary<unknown, unknown>> = []
  let fallback: Run<unknown> | undefined
  for (const { definition, run } of handlers) {
    if (definition === undefined) {
      if (fallback !== undefined) throw new TypeError("two handlers of otherwise")
      fallback = run
      continue
    }
    const key = (definition.stream << 8) | definition.function
    if (runs.has(key)) throw new TypeError(`two handlers of ${definition.id}`)
    runs.set(key, run)
    streams.add(definition.stream)
    definitions.push(definition)
  }
  const rest = fallback ?? refuse(streams)
  const run: Run<unknown> = (primary, dialogue) => {
    const { function: function_, stream } = primary.message
    return (runs.get((stream << 8) | function_) ?? rest)(primary, dialogue)
  }
  return { definitions, run: run as Run<Services<H[number]>> }
}

/**
 * Handles every primary of the session in the context, until the session ends: `Session.serve` by definition, with its
 * options. Of two that serve one session each gets a part of the primaries: a session has one set.
 *
 * @example
 * yield* server.serve(() => Handlers.serve(host))
 *
 * @since 0.1.0
 */
export const serve = <R>(handlers: Handlers<R>, options?: ServeOptions): Effect.Effect<void, never, R | Session> =>
  Effect.flatMap(Session, ({ dialogue }) => serveSession((primary) => handlers.run(primary, dialogue), options))

/**
 * The same for as long as the layer lives.
 *
 * @since 0.1.0
 */
export const layer = <R>(
  handlers: Handlers<R>,
  options?: ServeOptions
): Layer.Layer<never, never, Exclude<R, Scope> | Session> =>
  Layer.effectDiscard(Effect.forkScoped(serve(handlers, options), { startImmediately: true }))
