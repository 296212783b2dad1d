/** `changes`, as seen by whoever a failed transaction has just woken. */
import { SecsMessage } from "@effect-secs/codec"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { HsmsSession, Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

it.effect("begins with NotConnected, once, for a caller whose request failed with the connection", () =>
  Effect.gen(function* () {
    const { active, passive } = yield* Transport.makeMemory()
    const peer = yield* Scope.make()
    yield* HsmsSession.makePassive({ sessionId: 0 }).pipe(
      Effect.provideService(Transport.Transport, passive),
      Scope.provide(peer)
    )
    const session = yield* HsmsSession.makeActive({ sessionId: 0, timers: { t5: 1 } }).pipe(
      Effect.provideService(Transport.Transport, active)
    )
    yield* session.awaitSelected
    const woken = yield* session
      .request(SecsMessage.primary(1, 1))
      .pipe(
        Effect.exit,
        Effect.andThen(session.changes.pipe(Stream.take(2), Stream.runCollect)),
        Effect.forkChild({ startImmediately: true })
      )
    yield* Scope.close(peer, Exit.void)
    yield* kit.pass(1)
    assert.deepStrictEqual(yield* Fiber.join(woken), ["NotConnected", "Connecting"])
  })
)
