/**
 * Many peers of one server, through memory: each dials from an address of its own choice.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { assert } from "@effect/vitest"
import { HsmsServer, type ServerEvent, Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

/** One listening transport, and `from` to dial it: what is dialled sees `peer` as the other end. */
export const network = Effect.fnUntraced(function* (memory?: Transport.MemoryOptions) {
  const dialled = yield* Queue.unbounded<{ readonly peer: string; readonly passive: Transport.Transport["Service"] }>()
  const listening: Transport.Transport["Service"] = {
    description: "listen memory",
    open: Effect.flatMap(Queue.take(dialled), ({ passive, peer }) =>
      Effect.map(passive.open, (channel) => ({ ...channel, peer }))
    )
  }
  const from = (peer: string): Transport.Transport["Service"] => ({
    description: "connect memory",
    open: Effect.gen(function* () {
      const { active, passive } = yield* Transport.makeMemory(memory)
      const channel = yield* active.open
      Queue.offerUnsafe(dialled, { peer, passive })
      return channel
    })
  })
  return { listening, from }
})

export interface ServerEvents {
  /** The events of one kind so far, without the time of day. */
  readonly of: <Tag extends ServerEvent.ServerEvent["_tag"]>(
    tag: Tag
  ) => Effect.Effect<ReadonlyArray<Extract<ServerEvent.ServerEvent, { readonly _tag: Tag }>>>
}

/** A server with the defaults of the standard, without linktests; its events; and ways for peers to get to it. */
export const server = (options: HsmsServer.Options = {}, memory?: Transport.MemoryOptions) =>
  Effect.gen(function* () {
    const { from, listening } = yield* network(memory)
    const { close, session: server } = yield* kit.closable(
      HsmsServer.make({ ...options, timers: { linktest: 0, ...options.timers } }),
      listening
    )
    const seen: Array<ServerEvent.ServerEvent> = []
    yield* server.events.pipe(
      Stream.runForEach((event) => Effect.sync(() => seen.push(event))),
      Effect.forkScoped({ startImmediately: true })
    )
    yield* kit.settle
    const events: ServerEvents = {
      of: <Tag extends ServerEvent.ServerEvent["_tag"]>(tag: Tag) =>
        Effect.map(kit.settle, () =>
          seen.filter((event): event is Extract<ServerEvent.ServerEvent, { readonly _tag: Tag }> => event._tag === tag)
        )
    }
    /** A peer that has dialled and done nothing else. */
    const dial = (peer: string) => Effect.tap(kit.open(from(peer)), () => kit.settle)
    /** A peer that has selected; its Select.req may carry a session id. */
    const select = (peer: string, session = 0xffff) =>
      Effect.gen(function* () {
        const dialled = yield* dial(peer)
        const request = { ...kit.selectReq(1), session }
        yield* dialled.send(request)
        assert.deepStrictEqual(yield* dialled.next, { ...kit.selectRsp(1), session })
        return dialled
      })
    /** The addresses of those that are selected, in order. */
    const current = Effect.map(server.current, (sessions) => sessions.map((one) => one.peer))
    return { server, close, dial, select, current, events, from }
  })

/** Takes the linktest that somebody else's dialling has set off, and answers it. */
export const answerProbe = (peer: kit.Peer) =>
  Effect.gen(function* () {
    const probe = yield* peer.next
    assert.deepStrictEqual(probe, kit.linktestReq(probe.system))
    yield* peer.send(kit.linktestRsp(probe.system))
  })
