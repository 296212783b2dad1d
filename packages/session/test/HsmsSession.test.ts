import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { HsmsSession, Session, SessionError, SessionEvent, Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

const s1f1 = SecsMessage.primary(1, 1)

/** Replies S1F2 with model and revision to every primary. */
const answering = (session: Session.Session["Service"]) =>
  session.primaries.pipe(
    Stream.runForEach((primary) => Effect.ignore(primary.reply(Item.L(Item.A("MDLN"), Item.A("1.0"))))),
    Effect.forkScoped({ startImmediately: true })
  )

const two = (
  active: Partial<HsmsSession.ActiveOptions> = {},
  passive: Partial<HsmsSession.Options> = {},
  memory: Transport.MemoryOptions = {}
) =>
  Effect.gen(function* () {
    const transports = yield* Transport.makeMemory(memory)
    const right = yield* kit.closable(HsmsSession.makePassive({ sessionId: 10, ...passive }), transports.passive)
    const left = yield* kit.closable(HsmsSession.makeActive({ sessionId: 10, ...active }), transports.active)
    yield* left.session.awaitSelected
    yield* right.session.awaitSelected
    return { left, right }
  })

describe("two sessions over memory", () => {
  it.effect("select each other (e37/connect/active-dials, e37/connect/passive-listens, e37/state/selected)", () =>
    Effect.gen(function* () {
      const { left, right } = yield* two()
      assert.deepStrictEqual([yield* left.session.state, yield* right.session.state], ["Selected", "Selected"])
    })
  )

  it.effect("exchange transactions both ways at a time (e37/data/either-side)", () =>
    Effect.gen(function* () {
      const { left, right } = yield* two()
      yield* answering(left.session)
      yield* answering(right.session)
      const replies = yield* Effect.all(
        Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? left : right).session.request(s1f1)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([...new Set(replies.map(String))], ['S1F2 <L [2] <A "MDLN"> <A "1.0">>'])
    })
  )

  it.effect("exchange transactions over a connection that holds few bytes at a time", () =>
    Effect.gen(function* () {
      const { left, right } = yield* two({}, {}, { capacity: 20 })
      yield* answering(left.session)
      yield* answering(right.session)
      const replies = yield* Effect.all(
        Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? left : right).session.request(s1f1)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(replies.length, 200)
    })
  )

  it.effect("probe each other for hours without losing the session", () =>
    Effect.gen(function* () {
      const { left, right } = yield* two()
      const states = yield* kit.states(left.session)
      for (let i = 0; i < 200; i++) yield* kit.pass("61 seconds")
      assert.deepStrictEqual(states, ["Selected"])
      assert.strictEqual(yield* right.session.state, "Selected")
    })
  )

  it.effect("end when one closes; the passive one can be selected again (e37/separate/ends)", () =>
    Effect.gen(function* () {
      const { left, right } = yield* two()
      const events = yield* kit.record(right.session)
      yield* left.close
      yield* kit.settle
      assert.strictEqual(yield* right.session.state, "NotConnected")
      const [end] = yield* events.of("Disconnected")
      assert.deepStrictEqual(end?.reason, { _tag: "Separated" })
    })
  )

  it.effect("select again after T5 when the passive one closed and another took its place (e37/connect/again)", () =>
    Effect.gen(function* () {
      const transports = yield* Transport.makeMemory()
      const first = yield* kit.closable(HsmsSession.makePassive({ sessionId: 10 }), transports.passive)
      const { session } = yield* kit.closable(HsmsSession.makeActive({ sessionId: 10 }), transports.active)
      yield* session.awaitSelected
      yield* first.close
      yield* kit.settle
      assert.strictEqual(yield* session.state, "NotConnected")
      const second = yield* kit.closable(HsmsSession.makePassive({ sessionId: 10 }), transports.passive)
      yield* kit.pass(10_000)
      assert.strictEqual(yield* session.state, "Selected")
      assert.strictEqual(yield* second.session.state, "Selected")
    })
  )
})

describe("layers", () => {
  it.effect("give the session to programs that ask for it", () =>
    Effect.gen(function* () {
      const { active, passive } = yield* Transport.makeMemory()
      const equipment = HsmsSession.layerPassive({ sessionId: 10 }).pipe(Layer.provide(Transport.layer(passive)))
      const host = HsmsSession.layerActive({ sessionId: 10 }).pipe(Layer.provide(Transport.layer(active)))

      const serve = Effect.gen(function* () {
        assert.strictEqual(yield* Session.state, "NotConnected")
        yield* Stream.runForEach(Session.primaries, (primary) => Effect.ignore(primary.reply(Item.L())))
      }).pipe(Effect.provide(equipment))

      yield* kit.start(serve)
      const program = Effect.gen(function* () {
        yield* Session.awaitSelected
        const states = yield* kit.start(Stream.runCollect(Stream.take(Session.changes, 1)))
        const events = yield* kit.start(Stream.runCollect(Stream.take(Session.events, 1)))
        yield* Session.send(SecsMessage.primary(6, 11))
        return {
          reply: String(yield* Session.request(s1f1)),
          timeout: String(yield* Session.request(s1f1, { timeout: "1 second" })),
          states: yield* kit.value(states),
          events: (yield* kit.value(events)).map((event) => event._tag),
          linktest: yield* Session.linktest,
          deselected: yield* Effect.andThen(Session.deselect, Session.state)
        }
      })
      assert.deepStrictEqual(yield* Effect.provide(program, host), {
        reply: "S1F2 <L [0]>",
        timeout: "S1F2 <L [0]>",
        states: ["Selected"],
        events: ["Sent"],
        linktest: Duration.zero,
        deselected: "NotSelected"
      })
    })
  )

  it.effect("refuse a word that is none, and limits of decoding that are none, by name", () =>
    Effect.gen(function* () {
      const { passive } = yield* Transport.makeMemory()
      for (const [given, option, value] of [
        [{ role: "Host" }, "role", '"Host"'],
        [{ strict: "e37" }, "strict", '"e37"'],
        [{ sessionIdPolicy: "Strict" }, "sessionIdPolicy", '"Strict"'],
        [{ decode: { maxItems: Number.NaN } }, "decode.maxItems", "NaN"],
        [{ decode: { maxDepth: -1 } }, "decode.maxDepth", "-1"]
      ] as const) {
        const options = { sessionId: 0, ...given } as unknown as HsmsSession.Options
        const layer = Layer.provide(HsmsSession.layerPassive(options), Transport.layer(passive))
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
        assert.deepStrictEqual([error._tag, error.option, error.value], ["InvalidOption", option, value])
      }
    })
  )

  it.effect("refuse an option that cannot be, by name", () =>
    Effect.gen(function* () {
      const { passive } = yield* Transport.makeMemory()
      for (const [option, value] of [
        ["sessionId", 32_768],
        ["maxFailures", 0],
        ["maxFrameLength", 9],
        ["primaryCapacity", 0]
      ] as const) {
        const layer = HsmsSession.layerPassive({ sessionId: 0, [option]: value }).pipe(
          Layer.provide(Transport.layer(passive))
        )
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
        assert.deepStrictEqual([error._tag, error.option, error.value], ["InvalidOption", option, String(value)])
      }
      for (const [option, value] of [
        ["writeTimeout", 0],
        ["writeTimeout", Number.NaN],
        ["closeTimeout", "garbage"],
        ["connectTimeout", "-1 seconds"],
        ["backoff.initial", 0],
        ["backoff.factor", 0.5],
        ["backoff.factor", Number.NaN]
      ] as const) {
        const options =
          option === "backoff.initial"
            ? { backoff: { initial: value } }
            : option === "backoff.factor"
              ? { backoff: { initial: "1 second", factor: value } }
              : { [option]: value }
        const make = HsmsSession.makeActive({ sessionId: 0, ...(options as object) })
        const error = yield* Effect.flip(Effect.scoped(Effect.provideService(make, Transport.Transport, passive)))
        assert.deepStrictEqual([error.option, error.value], [option, String(value)])
      }
      for (const [timer, value] of [
        ["t3", Number.NaN],
        ["t5", -1],
        // Would dial a peer that refuses without a pause.
        ["t5", 0],
        ["linktest", "-1 seconds"]
      ] as const) {
        const make = HsmsSession.makePassive({ sessionId: 0, timers: { [timer]: value } })
        const error = yield* Effect.flip(Effect.scoped(Effect.provideService(make, Transport.Transport, passive)))
        assert.deepStrictEqual([error.option, error.value], [`timers.${timer}`, String(value)])
      }
    })
  )
})

/** How a session reacts to undecodable text: equipment says S9F7, a host does not. */
const saysS9 = (peer: kit.Peer) =>
  Effect.gen(function* () {
    yield* peer.send(kit.data(6, 11, 5, "a502ff"))
    return (yield* peer.rest).length === 1
  })

describe("role", () => {
  for (const [side, selected, role, reports] of [
    ["passive", kit.passiveSelected, undefined, true],
    ["passive", kit.passiveSelected, "equipment", true],
    ["passive", kit.passiveSelected, "host", false],
    ["active", kit.activeSelected, undefined, false],
    ["active", kit.activeSelected, "equipment", true],
    ["active", kit.activeSelected, "host", false]
  ] as const) {
    it.effect(
      `${role ?? "unless told"}, ${side} side, ${reports ? "sends" : "sends no"} stream 9 (e371/role/independent)`,
      () =>
        Effect.gen(function* () {
          const { peer } = yield* selected({ role })
          assert.strictEqual(yield* saysS9(peer), reports)
        })
    )
  }
})

describe("events", () => {
  it.effect("show every message, both ways, in order, with the time of the clock", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveConnected()
      yield* kit.pass(1_000)
      yield* peer.send(kit.selectReq(1), kit.primary(1, 1, 2))
      yield* kit.settle
      yield* session.send(SecsMessage.primary(6, 11, Item.U1(7)))
      const seen = (yield* events.all).flatMap((event) =>
        event._tag === "Sent" || event._tag === "Received"
          ? [`${event.at} ${event._tag} ${event.header.sType} ${event.message ?? "-"}`]
          : []
      )
      assert.deepStrictEqual(seen, [
        "1000 Received 1 -",
        "1000 Sent 2 -",
        "1000 Received 0 S1F1 W",
        "1000 Sent 0 S6F11 <U1 7>"
      ])
    })
  )

  it.effect("show connections and states", () =>
    Effect.gen(function* () {
      const { events, peer } = yield* kit.passiveSelected()
      // A message that changes no state is none of these.
      yield* peer.send(kit.linktestReq(8), kit.separateReq(9))
      yield* kit.settle
      const seen = (yield* events.all).flatMap((event) =>
        event._tag === "StateChanged"
          ? [`${event.from} -> ${event.to}`]
          : event._tag === "Connected" || event._tag === "Disconnected"
            ? [event._tag]
            : []
      )
      assert.deepStrictEqual(seen, [
        "Connected",
        "NotConnected -> NotSelected",
        "NotSelected -> Selected",
        "Disconnected",
        "Selected -> NotConnected"
      ])
    })
  )

  it.effect("need no reader: a session without observers does all the same", () =>
    Effect.gen(function* () {
      const { left, right } = yield* two()
      yield* answering(right.session)
      assert.strictEqual((yield* left.session.request(s1f1)).name, "S1F2")
    })
  )

  it.effect("reach several observers, each from when it began to read", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      const late = yield* kit.record(session)
      yield* peer.send(kit.linktestReq(5))
      const tags = (all: ReadonlyArray<{ readonly _tag: string }>) => all.map((event) => event._tag)
      assert.deepStrictEqual(tags(yield* late.all), ["Received", "Sent"])
      assert.deepStrictEqual(tags((yield* events.all).slice(-2)), ["Received", "Sent"])
    })
  )

  it.effect("lose the oldest for an observer that is slow, and hold nothing up", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const seen: Array<SessionEvent.SessionEvent> = []
      yield* kit.start(
        session.events.pipe(
          Stream.runForEach((event) =>
            Effect.andThen(
              Effect.sync(() => seen.push(event)),
              seen.length === 0 ? Effect.sleep("1 second") : Effect.void
            )
          )
        )
      )
      for (let i = 1; i <= 200; i++) {
        yield* peer.send(...Array.from({ length: 100 }, (_, k) => kit.linktestReq(i * 100 + k)))
        yield* kit.settle
      }
      assert.strictEqual((yield* peer.rest).length, 20_000)
      yield* kit.pass(1_000)
      for (let turn = 0; turn < 20; turn++) yield* kit.settle
      // 40 000 events for a buffer of 16 384.
      assert.isBelow(seen.length, 20_000)
      assert.isAtLeast(seen.length, 16_384)
      const last = seen.at(-1)
      assert.deepStrictEqual(last?._tag === "Sent" && last.header.systemBytes, 20_099)
    })
  )
})

describe("a failure of one kind", () => {
  it.effect("is caught by its reason", () =>
    Effect.gen(function* () {
      const { session } = yield* kit.passive()
      const caught = yield* session
        .request(s1f1)
        .pipe(Effect.catchReason("TransactionError", "NotSelected", (reason) => Effect.succeed(reason.state)))
      assert.strictEqual(caught, "NotConnected")
      assert.isTrue((yield* Effect.flip(session.request(s1f1))) instanceof SessionError.TransactionError)
    })
  )
})

describe("a bug in an option that is a function", () => {
  it.effect("ends the connection it hits, with the bug in the reason, and not the session", () =>
    Effect.gen(function* () {
      let broken = true
      const ready = (): boolean => {
        if (broken) throw new Error("a bug in ready")
        return true
      }
      const { dial, events, peer } = yield* kit.passiveConnected({ ready })
      yield* peer.send(kit.selectReq(1))
      yield* peer.closed
      const [ended] = yield* events.of("Disconnected")
      assert.match(SessionEvent.describe(ended!), /a bug in ready/)
      broken = false
      const again = yield* dial
      yield* again.send(kit.selectReq(2))
      assert.deepStrictEqual(yield* again.next, kit.selectRsp(2))
    })
  )
})
