import { type Deviation, Item, QuirkProfile, SecsMessage, StructureError } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { Dialogue, HsmsServer, Session, SessionEvent, Transport } from "../src/index.ts"
import { HCACK, S1F1, S1F3, S2F17, S2F41, S6F11, S64F1, S64F3, S64F5 } from "./definitions.ts"
import * as kit from "./kit.ts"

/** How a body differs from its structure; dies while the fiber runs and where it ended otherwise. */
const structure = <A, E>(fiber: Fiber.Fiber<A, E>): Effect.Effect<StructureError.StructureError> =>
  Effect.map(kit.ended(fiber), (exit) => {
    const error = Exit.findError(exit)
    if (Result.isSuccess(error) && error.success instanceof StructureError.StructureError) return error.success
    throw new Error("no StructureError")
  })

/** `<L <A "START"> <L>>` */
const start = "0102 4105 5354415254 0100"

describe("Session.call", () => {
  it.effect("sends the body of its value with W-bit and gives the body of the reply", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected()
      const call = yield* kit.start(
        Effect.provideService(Session.call(S2F41, { rcmd: "START", parameters: [] }), Session.Session, session)
      )
      const sent = yield* peer.next
      assert.deepStrictEqual(sent, kit.primary(2, 41, sent.system, start))
      // <L <B 0> <L <L <A "X"> <B 3>>>>
      yield* peer.send(kit.data(2, 42, sent.system, "0102 210100 0101 0102 410158 210103"))
      assert.deepStrictEqual(yield* kit.value(call), {
        hcack: HCACK.codes.Accepted,
        parameters: [{ cpname: "X", cpack: 3 }]
      })
    })
  )

  it.effect("takes no value for a header only, and reads a header only", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected()
      const time = yield* kit.start(session.call(S2F17))
      const asked = yield* peer.next
      assert.deepStrictEqual(asked, kit.primary(2, 17, asked.system))
      yield* peer.send(kit.data(2, 18, asked.system, "4101 39"))
      assert.strictEqual(yield* kit.value(time), "9")

      const pong = yield* kit.start(session.call(S64F1, "x"))
      const ping = yield* peer.next
      assert.deepStrictEqual(ping, kit.primary(64, 1, ping.system, "4101 78"))
      yield* peer.send(kit.data(64, 2, ping.system))
      assert.isUndefined(yield* kit.value(pong))
    })
  )

  it.effect("reads a body that depends on its sender as that of the peer", () =>
    Effect.gen(function* () {
      const host = yield* kit.activeSelected({ dialogue: { mode: "strict" } })
      const equipment = yield* kit.passiveSelected({ dialogue: { mode: "strict" } })
      for (const [{ peer, session }, reply, expected] of [
        [host, "0102 410145 410131", { mdln: "E", softrev: "1" }],
        [equipment, "0100", undefined]
      ] as const) {
        const call = yield* kit.start(session.call(S1F1))
        yield* peer.send(kit.data(1, 2, (yield* peer.next).system, reply))
        assert.deepStrictEqual(yield* kit.value(call), expected)
      }
    })
  )

  it.effect("fails with the path into its own value, and sends nothing", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.activeSelected()
      const call = yield* kit.start(
        session.call(S2F41, { rcmd: "START", parameters: [{ cpname: "P", cpval: true as never }] })
      )
      const error = yield* structure(call)
      assert.deepStrictEqual(
        [error.subject, error.operation, error.path],
        ["S2F41", "encode", ["parameters", 0, "cpval"]]
      )
      yield* peer.silent
      assert.deepStrictEqual(yield* events.of("TransactionFailed"), [])
    })
  )

  it.effect("fails with SxFy, path, what was expected and what was seen where the reply has another structure", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected()
      const call = yield* kit.start(session.call(S2F41, { rcmd: "START", parameters: [] }))
      // <L <B 0> <L <L <L <L> <L>> <B 0>>>>
      yield* peer.send(kit.data(2, 42, (yield* peer.next).system, "0102 210100 0101 0102 0102 0100 0100 210100"))
      assert.strictEqual(
        (yield* structure(call)).message,
        "S2F42 parameters[0].cpname: expected A, got <L [2] <L [0]> <L [0]>>"
      )
      yield* peer.silent
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  it.effect("fails as a request does: SxF0, stream 9, another message, no time, no session", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected()
      const calls = [yield* kit.start(session.call(S2F17)), yield* kit.start(session.call(S2F17))]
      calls.push(yield* kit.start(session.call(S2F17)))
      const [one, two, three] = yield* peer.rest
      yield* peer.send(
        kit.data(2, 0, one!.system),
        kit.data(9, 5, 1, kit.headItem(two!)),
        kit.data(2, 20, three!.system, "4100")
      )
      const reasons = yield* Effect.forEach(calls, (call) => kit.reason(call))
      assert.deepStrictEqual(reasons, [
        { _tag: "Aborted" },
        { _tag: "ErrorReported", function: 5 },
        { _tag: "UnexpectedReply", stream: 2, function: 20 }
      ])
      const late = yield* kit.start(session.call(S2F17, undefined, { timeout: "7 seconds" }))
      yield* kit.pass("6999 millis")
      assert.isTrue(yield* kit.waits(late))
      yield* kit.pass("1 millis")
      assert.strictEqual((yield* kit.reason(late))._tag, "ReplyTimeout")
      yield* peer.close
      const none = yield* kit.start(session.call(S2F17))
      assert.strictEqual((yield* kit.reason(none))._tag, "NotSelected")
    })
  )

  it.effect("is not for a primary that a profile says this peer does not answer", () =>
    Effect.gen(function* () {
      const profile = QuirkProfile.compile({ messages: { S2F17: { replyExpected: false } } }, () => {
        throw new Error("no text")
      })
      const { peer, session } = yield* kit.activeSelected({ dialogue: { profile } })
      const call = yield* kit.start(session.call(S2F17))
      assert.strictEqual((yield* kit.reason(call))._tag, "Unsendable")
      yield* peer.silent
    })
  )

  it.effect("of a peer of a server is repeated where S9F1 tells its device id", () =>
    Effect.gen(function* () {
      const { active, passive } = yield* Transport.makeMemory()
      const server = yield* Effect.provideService(
        HsmsServer.make({ timers: { linktest: 0 } }),
        Transport.Transport,
        passive
      )
      const peer = yield* kit.open(active)
      yield* peer.send(kit.selectReq(1))
      yield* peer.next
      const session = yield* server.awaitPeer({})
      const call = yield* kit.start(session.call(S2F17))
      const first = yield* peer.next
      assert.strictEqual(first.session, 0)
      yield* peer.send(kit.data(9, 1, 5, kit.headItem(first)))
      const second = yield* peer.next
      yield* peer.send(kit.data(2, 18, second.system, "4101 39"))
      assert.strictEqual(yield* kit.value(call), "9")
    })
  )
})

describe("the dialogue of a server's peers", () => {
  it.effect("is the same for all, or one for each by its address", () =>
    Effect.gen(function* () {
      const strict: Dialogue.Options = { mode: "strict" }
      const asked: Array<string> = []
      const byAddress = ({ address, peer }: HsmsServer.PeerAddress) => {
        asked.push(`${peer} ${address}`)
        return strict
      }
      for (const dialogue of [strict, byAddress]) {
        const { active, passive } = yield* Transport.makeMemory()
        const server = yield* Effect.provideService(
          HsmsServer.make({ sessionId: kit.device, dialogue, timers: { linktest: 0 } }),
          Transport.Transport,
          passive
        )
        const peer = yield* kit.open(active)
        yield* peer.send(kit.selectReq(1))
        yield* peer.next
        const session = yield* server.awaitPeer({})
        assert.strictEqual(session.dialogue.role, "host")
        const call = yield* kit.start(session.call(S2F17))
        // <U1 57> where a text should be.
        yield* peer.send(kit.data(2, 18, (yield* peer.next).system, "a50139"))
        assert.strictEqual((yield* structure(call)).reason._tag, "WrongFormat")
      }
      assert.deepStrictEqual(asked, ["active active"])
    })
  )
})

describe("Session.send", () => {
  it.effect("sends the body of its value without W-bit, also of a primary that has a reply", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const send = Session.send(S6F11, { dataid: 1, ceid: 7, reports: [] })
      yield* Effect.provideService(send, Session.Session, session)
      yield* session.send(S64F3, "x")
      yield* session.send(S64F5)
      yield* session.send(SecsMessage.primary(1, 1))
      const bare = (yield* peer.rest).map((frame) => ({ ...frame, system: 0 }))
      assert.deepStrictEqual(bare, [
        kit.data(6, 11, 0, "0103 b10400000001 b10400000007 0100"),
        kit.data(64, 3, 0, "410178"),
        kit.data(64, 5, 0),
        kit.data(1, 1, 0)
      ])
    })
  )

  it.effect("fails with the path into its value, and sends nothing", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const sent = yield* kit.start(session.send(S6F11, { dataid: 1, ceid: -7, reports: [] }))
      assert.deepStrictEqual((yield* structure(sent)).path, ["ceid"])
      yield* peer.silent
    })
  )
})

describe("what a peer sends otherwise than its definition says", () => {
  /** `<L <U1 0> <L>>`: HCACK is B. */
  const answer = (peer: kit.Peer, text = "0102 a50100 0100") =>
    Effect.gen(function* () {
      yield* peer.send(kit.data(2, 42, (yield* peer.next).system, text))
    })
  const command = { rcmd: "START", parameters: [] }

  it.effect("is taken, and told once in a session, with SxFy, path, what was expected and what was seen", () =>
    Effect.gen(function* () {
      const { accept, events, peer, session } = yield* kit.activeSelected()
      const call = Effect.fnUntraced(function* (peer: kit.Peer, text?: string) {
        const fiber = yield* kit.start(session.call(S2F41, command))
        yield* answer(peer, text)
        return yield* kit.value(fiber)
      })
      assert.deepStrictEqual(yield* call(peer), { hcack: 0, parameters: [] })
      yield* call(peer)
      yield* peer.close
      yield* kit.pass("10 seconds")
      const again = yield* accept
      yield* again.send(kit.selectRsp((yield* again.next).system))
      yield* call(again)
      const told = yield* events.of("Deviated")
      assert.deepStrictEqual(
        told.map((event) => SessionEvent.describe(event)),
        ["S2F42 hcack: OtherNumberFormat, expected B, got <U1 0>"]
      )
      assert.deepStrictEqual(SessionEvent.annotations(told[0]!), {
        event: "Deviated",
        subject: "S2F42",
        reason: "OtherNumberFormat",
        path: "hcack",
        expected: "B",
        seen: "<U1 0>"
      })
      // Another habit is told as well.
      yield* call(again, "0102 a90200 00 0100")
      assert.strictEqual((yield* events.of("Deviated")).length, 2)
    })
  )

  it.effect("fails a call whose session, or which itself, reads strictly", () =>
    Effect.gen(function* () {
      const strict = yield* kit.activeSelected({ dialogue: { mode: "strict" } })
      const lenient = yield* kit.activeSelected()
      for (const { events, peer, session } of [strict, lenient]) {
        const call = yield* kit.start(
          session.call(S2F41, command, session === lenient.session ? { mode: "strict" } : {})
        )
        yield* answer(peer)
        assert.strictEqual((yield* structure(call)).message, "S2F42 hcack: expected B, got <U1 0>")
        assert.deepStrictEqual(yield* events.of("Deviated"), [])
      }
      const call = yield* kit.start(strict.session.call(S2F41, command, { mode: "lenient" }))
      yield* answer(strict.peer)
      assert.strictEqual((yield* kit.value(call)).hcack, 0)
    })
  )

  it.effect("is no deviation where a profile has it, which this side then writes too", () =>
    Effect.gen(function* () {
      const profile = QuirkProfile.compile({ items: { HCACK: { format: "U1" }, CEID: { format: "A" } } }, () => {
        throw new Error("no text")
      })
      const { events, peer, session } = yield* kit.activeSelected({ dialogue: { mode: "strict", profile } })
      const call = yield* kit.start(session.call(S2F41, command))
      yield* answer(peer)
      assert.strictEqual((yield* kit.value(call)).hcack, 0)
      yield* session.send(S6F11, { dataid: 1, ceid: 42, reports: [] })
      assert.strictEqual((yield* peer.next).text, "0103b10400000001410234320100")
      assert.deepStrictEqual(yield* events.of("Deviated"), [])
    })
  )

  it("is told up to 1 024 habits of a peer, whatever it thinks of", () => {
    const told: Array<Deviation.Deviation> = []
    const dialogue = Dialogue.make("host", {}, (deviation) => told.push(deviation))
    for (let turn = 0; turn < 2; turn++) {
      for (let length = 0; length < 2000; length++) {
        const definition = { ...S1F3, id: `S1F3 ${length}` }
        Result.getOrThrow(dialogue.read(definition, Item.L(Item.I1(1))))
      }
    }
    assert.strictEqual(told.length, 1024)
  })

  it.effect("is read in the encoding of the session, and so is what is written", () =>
    Effect.gen(function* () {
      const text = {
        decode: (bytes: string) => bytes.toLowerCase(),
        encode: (given: string) => (given.includes("?") ? { problem: "a letter" } : given.toUpperCase())
      }
      const { peer, session } = yield* kit.activeSelected({ dialogue: { text } })
      const call = yield* kit.start(session.call(S2F17))
      yield* peer.send(kit.data(2, 18, (yield* peer.next).system, "4101 41"))
      assert.strictEqual(yield* kit.value(call), "a")
      yield* session.send(S64F3, "x")
      assert.strictEqual((yield* peer.next).text, "410158")
      assert.deepStrictEqual((yield* structure(yield* kit.start(session.send(S64F3, "?")))).path, [])
    })
  )
})
