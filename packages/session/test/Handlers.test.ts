import { Item, Registry, StreamFunction, Structure } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Handlers, HsmsSession, Session, SessionEvent, type SessionEvent as Events, Transport } from "../src/index.ts"
import { HCACK, S1F1, S1F3, S2F17, S2F41, S6F11, S64F1, S64F3 } from "./definitions.ts"
import * as kit from "./kit.ts"

const { handle } = Handlers

/** Handles in the background. */
const serving = (
  session: Session.Service,
  handlers: Handlers.Handlers<never>,
  options?: Session.ServeOptions
): ReturnType<typeof kit.start<void, never, never>> =>
  kit.start(Effect.provideService(Handlers.serve(handlers, options), Session.Session, session))

const who = handle(S1F1, () => Effect.succeed({ mdln: "E", softrev: "1" }))
/** `<L <A "E"> <A "1">>` */
const whoText = "0102410145410131"
/** `<L <A "START"> <L>>` */
const start = "0102 4105 5354415254 0100"

const refusals = (events: kit.Events) =>
  Effect.map(events.of("PrimaryRefused"), (all) => all.map(({ message, refusal }) => [message.name, refusal._tag]))

describe("handlers", () => {
  it.effect("get the body and the primary, and what they succeed with is the reply", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const seen: Array<unknown> = []
      yield* serving(
        session,
        Handlers.make(
          who,
          handle(S2F41, (body, { sessionId, systemBytes }) =>
            Effect.sync(() => {
              seen.push(body, sessionId, systemBytes)
              return { hcack: HCACK.codes.CannotNow, parameters: [{ cpname: "P", cpack: 1 }] }
            })
          )
        )
      )
      yield* peer.send(kit.primary(2, 41, 7, "0102 41024f4e 0101 0102 410150 a50105"), kit.primary(1, 1, 8))
      assert.deepStrictEqual(yield* peer.rest, [
        kit.data(2, 42, 7, "0102 210102 0101 0102 410150 210101"),
        kit.data(1, 2, 8, whoText)
      ])
      assert.deepStrictEqual(seen, [{ rcmd: "ON", parameters: [{ cpname: "P", cpval: 5 }] }, 10, 7])
    })
  )

  it.effect("of user streams are handlers like any other: with a header only for a reply, or with none", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      const seen: Array<string> = []
      yield* serving(
        session,
        Handlers.make(
          handle(S64F1, (text) => Effect.sync(() => seen.push(text))),
          handle(S64F3, (text) => Effect.sync(() => seen.push(text)))
        )
      )
      yield* peer.send(kit.primary(64, 1, 7, "410161"), kit.data(64, 3, 8, "410162"), kit.primary(64, 3, 9, "410163"))
      // The last has a W-bit that its definition has no reply for.
      assert.deepStrictEqual(yield* peer.rest, [kit.data(64, 2, 7), kit.data(64, 0, 9)])
      assert.deepStrictEqual(seen, ["a", "b", "c"])
      assert.deepStrictEqual(yield* events.of("HandlerFailed"), [])
    })
  )

  it.effect("run without sending the reply where the primary has no W-bit", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.activeSelected()
      const seen: Array<number | bigint> = []
      yield* serving(
        session,
        Handlers.make(
          handle(S6F11, ({ ceid }) =>
            Effect.sync(() => {
              seen.push(ceid)
              return 0
            })
          )
        )
      )
      yield* peer.send(kit.data(6, 11, 7, "0103 b10400000001 b10400000007 0100"))
      yield* peer.silent
      yield* peer.send(kit.primary(6, 11, 8, "0103 b10400000001 b10400000008 0100"))
      assert.deepStrictEqual(yield* peer.next, kit.data(6, 12, 8, "210100"))
      assert.deepStrictEqual(seen, [7, 8])
      assert.deepStrictEqual(yield* events.of("HandlerFailed"), [])
    })
  )

  it.effect("that fail give the reply their failure maps to, or SxF0 and an event", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      yield* serving(
        session,
        Handlers.make(
          handle(S2F41, ({ rcmd }) => Effect.fail(rcmd), {
            onFailure: (error, { systemBytes }) => ({
              hcack: error === "START" ? 2 : 1,
              parameters: [{ cpname: error, cpack: systemBytes }]
            })
          }),
          handle(S1F1, () => Effect.fail("nobody is there")),
          handle(S1F3, () => Effect.die(new Error("a bug"))),
          handle(S2F17, () => Effect.succeed("x"), {
            onFailure: () => {
              throw new Error("never called")
            }
          })
        )
      )
      yield* peer.send(kit.primary(2, 41, 7, start), kit.primary(1, 1, 8), kit.primary(1, 3, 9, "0100"))
      yield* peer.send(kit.primary(2, 17, 10))
      assert.deepStrictEqual(yield* peer.rest, [
        kit.data(2, 42, 7, "0102 210102 0101 0102 4105 5354415254 210107"),
        kit.data(1, 0, 8),
        kit.data(1, 0, 9),
        kit.data(2, 18, 10, "410178")
      ])
      assert.deepStrictEqual(
        (yield* events.of("HandlerFailed")).map((event) => SessionEvent.describe(event).replace(/^.*: its/, "its")),
        ["its handler failed: nobody is there", "its handler failed: a bug"]
      )
    })
  )

  it.effect("whose reply cannot be written fail with the path into it", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      yield* serving(
        session,
        Handlers.make(handle(S1F1, () => Effect.succeed({ mdln: 5 as unknown as string, softrev: "1" })))
      )
      yield* peer.send(kit.primary(1, 1, 7))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 0, 7)])
      const [failed] = yield* events.of("HandlerFailed")
      assert.include(SessionEvent.describe(failed!), "S1F2 mdln: expected")
    })
  )

  it.effect("run one after the other, and side by side where that is asked for", () =>
    Effect.gen(function* () {
      for (const [concurrency, running] of [
        [undefined, 1],
        [2, 2],
        ["unbounded", 3]
      ] as const) {
        const { peer, session } = yield* kit.passiveSelected()
        const gate = yield* Deferred.make<void>()
        let begun = 0
        const wait = Effect.andThen(
          Effect.sync(() => begun++),
          Deferred.await(gate)
        )
        const slow = Handlers.make(handle(S2F17, () => Effect.as(wait, "x")))
        yield* serving(session, slow, concurrency === undefined ? {} : { concurrency })
        yield* peer.send(kit.primary(2, 17, 7), kit.primary(2, 17, 8), kit.primary(2, 17, 9))
        yield* kit.settle
        assert.strictEqual(begun, running)
        yield* Deferred.succeed(gate, undefined)
        assert.sameMembers(
          (yield* peer.rest).map(({ system }) => system),
          [7, 8, 9]
        )
      }
    })
  )

  it.effect("that take longer than their time are interrupted, and their primary is answered SxF0", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      yield* serving(
        session,
        Handlers.make(
          who,
          handle(S2F17, () => Effect.never)
        ),
        { timeout: "3 seconds" }
      )
      yield* peer.send(kit.primary(2, 17, 7), kit.primary(1, 1, 8))
      yield* kit.pass("2999 millis")
      yield* peer.silent
      yield* kit.pass("1 millis")
      assert.deepStrictEqual(yield* peer.rest, [kit.data(2, 0, 7), kit.data(1, 2, 8, whoText)])
      assert.strictEqual((yield* events.of("HandlerFailed"))[0]?.failure._tag, "TimedOut")
    })
  )

  it("are one for each SxFy, and one for the rest", () => {
    assert.throws(() => Handlers.make(who, who), TypeError, "two handlers of S1F1")
    const rest = Handlers.otherwise(() => Effect.void)
    assert.throws(() => Handlers.make(rest, who, rest), TypeError, "two handlers of otherwise")
    assert.deepStrictEqual(
      Handlers.make(rest, who).definitions.map(({ id }) => id),
      ["S1F1"]
    )
  })
})

describe("a primary without a handler", () => {
  it.effect(
    "is reported by equipment with S9F3 or S9F5, once, and SxF0 ends its transaction (e5/stream-9/unrecognized)",
    () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* kit.passiveSelected()
        yield* serving(session, Handlers.make(who))
        for (const [frame, function_] of [
          [kit.primary(2, 41, 7, start), 3],
          [kit.data(2, 41, 8, start), 3],
          [kit.primary(1, 3, 9), 5],
          [kit.data(1, 3, 10), 5]
        ] as const) {
          yield* peer.send(frame)
          const report = yield* peer.next
          assert.deepStrictEqual(report, kit.data(9, function_, report.system, kit.headItem(frame)))
          if (frame.byte2 > 0x80) {
            assert.deepStrictEqual(yield* peer.next, kit.data(frame.byte2 & 0x7f, 0, frame.system))
          }
          yield* peer.silent
        }
        assert.deepStrictEqual(yield* refusals(events), [
          ["S2F41", "UnrecognizedStream"],
          ["S2F41", "UnrecognizedStream"],
          ["S1F3", "UnrecognizedFunction"],
          ["S1F3", "UnrecognizedFunction"]
        ])
      })
  )

  it.effect("is of a known stream where any definition of the session's registry is", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({ dialogue: { registry: Registry.make([S6F11]) } })
      yield* serving(session, Handlers.make(who))
      yield* peer.send(kit.data(6, 23, 7), kit.data(7, 1, 8))
      assert.deepStrictEqual(
        (yield* peer.rest).map(({ byte3 }) => byte3),
        [5, 3]
      )
    })
  )

  it.effect("is answered SxF0 by a host, which reports nothing but an event (e5/stream-9/host-never)", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.activeSelected()
      yield* serving(session, Handlers.make(who))
      yield* peer.send(kit.primary(2, 17, 7), kit.data(5, 1, 8), kit.primary(1, 3, 9))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(2, 0, 7), kit.data(1, 0, 9)])
      assert.deepStrictEqual(yield* refusals(events), [
        ["S2F17", "UnrecognizedStream"],
        ["S5F1", "UnrecognizedStream"],
        ["S1F3", "UnrecognizedFunction"]
      ])
    })
  )

  it.effect("of stream 9 is not answered, neither by equipment nor by a host (e5/stream-9/never-about-itself)", () =>
    Effect.gen(function* () {
      for (const [{ events, peer, session }, told] of [
        [yield* kit.passiveSelected(), 1],
        [yield* kit.activeSelected(), 0]
      ] as const) {
        yield* serving(session, Handlers.make(who))
        yield* peer.send(kit.data(9, 3, 7, kit.headItem(kit.primary(1, 3, 5))))
        yield* peer.silent
        assert.strictEqual((yield* events.of("PrimaryRefused")).length, told)
      }
    })
  )

  it.effect("goes to the handler of the rest, which answers as it likes", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      const rest = Handlers.otherwise((primary) => primary.reply(Item.A(primary.message.name)))
      yield* serving(session, Handlers.make(who, rest))
      yield* peer.send(kit.primary(2, 17, 7), kit.primary(1, 1, 8))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(2, 18, 7, "4105 5332463137"), kit.data(1, 2, 8, whoText)])
      assert.deepStrictEqual(yield* refusals(events), [])
    })
  )
})

describe("a body that is not what its definition says", () => {
  /** `<L <L <L> <L>> <L>>`: a list of two where the command should be. */
  const wrong = "0102 0102 0100 0100 0100"

  it.effect("is reported by equipment with S9F7, once, and SxF0 ends its transaction (e5/stream-9/illegal-data)", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      let ran = 0
      const never = handle(S2F41, () =>
        Effect.sync(() => {
          ran++
          return { hcack: 0, parameters: [] }
        })
      )
      yield* serving(session, Handlers.make(never))
      for (const frame of [kit.primary(2, 41, 7, wrong), kit.data(2, 41, 8, wrong)]) {
        yield* peer.send(frame)
        const report = yield* peer.next
        assert.deepStrictEqual(report, kit.data(9, 7, report.system, kit.headItem(frame)))
        if (frame.system === 7) assert.deepStrictEqual(yield* peer.next, kit.data(2, 0, 7))
        yield* peer.silent
      }
      assert.strictEqual(ran, 0)
      const told = yield* events.of("PrimaryRefused")
      const [{ refusal }] = told as readonly [Events.PrimaryRefused, Events.PrimaryRefused]
      assert.strictEqual(told.length, 2)
      assert.strictEqual(
        refusal._tag === "IllegalData" ? refusal.error.message : refusal._tag,
        "S2F41 rcmd: expected A, got <L [2] <L [0]> <L [0]>>"
      )
      assert.deepStrictEqual(SessionEvent.annotations(told[0]!), {
        event: "PrimaryRefused",
        systemBytes: "00000007",
        stream: 2,
        function: 41,
        reason: "IllegalData"
      })
    })
  )

  it.effect("is answered SxF0 by a host, which reports nothing but an event", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.activeSelected()
      yield* serving(session, Handlers.make(handle(S6F11, () => Effect.succeed(0))))
      yield* peer.send(kit.primary(6, 11, 7, "410158"), kit.data(6, 11, 8, "410158"))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(6, 0, 7)])
      assert.deepStrictEqual(yield* refusals(events), [
        ["S6F11", "IllegalData"],
        ["S6F11", "IllegalData"]
      ])
    })
  )

  it.effect("reaches the handler where lenient reading takes it, and is refused by a strict session", () =>
    Effect.gen(function* () {
      for (const [mode, answered] of [
        ["lenient", kit.data(1, 4, 7, "0101 a9020001")],
        ["strict", undefined]
      ] as const) {
        const { events, peer, session } = yield* kit.passiveSelected({ dialogue: { mode } })
        const values = handle(S1F3, (svids) => Effect.succeed(svids.map((svid) => Item.U2(Number(svid)))))
        yield* serving(session, Handlers.make(values))
        // I2 for an unsigned format.
        yield* peer.send(kit.primary(1, 3, 7, "0101 69020001"))
        const [first] = yield* peer.rest
        if (answered !== undefined) assert.deepStrictEqual(first, answered)
        else assert.strictEqual(first?.byte2, 9)
        assert.strictEqual((yield* events.of("Deviated")).length, answered === undefined ? 0 : 1)
      }
    })
  )

  it.effect("is not reported to the session after Deselect, although that is on the same connection", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      const seen = yield* kit.primaries(session)
      yield* peer.send(kit.primary(2, 41, 7), kit.deselectReq(8), kit.selectReq(9))
      assert.deepStrictEqual(yield* peer.rest, [kit.deselectRsp(8), kit.selectRsp(9)])
      yield* seen[0]!.refuse({ _tag: "UnrecognizedStream" })
      yield* peer.silent
      assert.strictEqual((yield* events.of("PrimaryRefused")).length, 1)
    })
  )

  it.effect("is refused once, whoever refuses it again, and never after its connection has ended", () =>
    Effect.gen(function* () {
      const { dial, events, peer, session } = yield* kit.passiveSelected()
      const seen = yield* kit.primaries(session)
      yield* peer.send(kit.primary(2, 41, 7), kit.primary(2, 43, 8))
      yield* kit.settle
      const [first, second] = seen
      yield* first!.refuse({ _tag: "UnrecognizedStream" })
      yield* first!.refuse({ _tag: "UnrecognizedFunction" })
      assert.strictEqual((yield* peer.rest).length, 2)
      assert.deepStrictEqual(yield* kit.reason(yield* kit.start(first!.reply())), { _tag: "AlreadyReplied" })
      yield* peer.close
      const next = yield* dial
      yield* next.send(kit.selectReq(1))
      yield* next.next
      yield* second!.refuse({ _tag: "UnrecognizedStream" })
      yield* next.silent
      assert.strictEqual((yield* events.of("PrimaryRefused")).length, 2)
    })
  )
})

describe("a layer of handlers", () => {
  class Recipes extends Context.Service<Recipes, { readonly names: ReadonlyArray<string> }>()("test/Recipes") {}

  const S64F12 = StreamFunction.secondary({
    stream: 64,
    function: 12,
    name: "Names",
    structure: Structure.listOf(Structure.A)
  })
  const S64F11 = StreamFunction.primary({ stream: 64, function: 11, name: "Names?", reply: S64F12 })

  it.effect("serves its session with the services it is given, until it is closed", () =>
    Effect.gen(function* () {
      const { active, passive } = yield* Transport.makeMemory()
      const names = Handlers.make(handle(S64F11, () => Effect.map(Recipes, (recipes) => recipes.names)))
      const equipment = Handlers.layer(names).pipe(
        Layer.provide(Layer.succeed(Recipes, { names: ["A", "B"] })),
        Layer.provide(HsmsSession.layerPassive({ sessionId: kit.device })),
        Layer.provide(Layer.succeed(Transport.Transport, passive))
      )
      const host = yield* Effect.provideService(
        HsmsSession.makeActive({ sessionId: kit.device, timers: { linktest: 0 } }),
        Transport.Transport,
        active
      )
      yield* Effect.gen(function* () {
        yield* host.awaitSelected
        assert.deepStrictEqual(yield* host.call(S64F11), ["A", "B"])
      }).pipe(Effect.provide(equipment))
      assert.strictEqual(yield* host.state, "NotConnected")
    })
  )
})
