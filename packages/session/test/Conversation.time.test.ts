import { Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Conversation, type HsmsSession, Session, StreamNine } from "../src/index.ts"
import * as kit from "./kit.ts"

const followUps: Conversation.FollowUps = { S7F2: ["S7F3", "S7F23"], S2F40: ["S2F33"] }
const options: Partial<HsmsSession.Options> = { conversations: { followUps, timeout: "20 seconds" } }

/** `<L <A ppid> <U4 100>>`, the inquiry about a process program of one letter. */
const inquiry = (letter: string) => `0102 4101${Buffer.from(letter).toString("hex")} b10400000064`
/** `<L <A ppid> <B 1>>` */
const program = (letter: string) => `0102 4101${Buffer.from(letter).toString("hex")} 210101`
/** `<L <A mexp> <A ppid>>` */
const s9f13 = (letter: string) => `0102 4106533037463033 4101${Buffer.from(letter).toString("hex")}`.replaceAll(" ", "")

/** A session that answers each inquiry with a code, 0 unless told. */
const granting = (given: Partial<HsmsSession.ActiveOptions> = options, code = 0, start = kit.passiveSelected) =>
  Effect.gen(function* () {
    const all = yield* start(given)
    yield* kit.start(
      Effect.provideService(
        Session.serve((primary) => (primary.message.replyExpected ? primary.reply(Item.B(code)) : Effect.void)),
        Session.Session,
        all.session
      )
    )
    const inquire = (letter: string, system: number) =>
      Effect.gen(function* () {
        yield* all.peer.send(kit.primary(7, 1, system, inquiry(letter)))
        assert.deepStrictEqual(
          yield* all.peer.next,
          kit.data(7, 2, system, `2101${code.toString(16).padStart(2, "0")}`)
        )
      })
    return { ...all, inquire }
  })

describe("a conversation", () => {
  it.effect(
    "whose granted inquiry is not followed within its time makes equipment send S9F13, then and not before (e5/stream-9/conversation)",
    () =>
      Effect.gen(function* () {
        const { events, inquire, peer } = yield* granting()
        yield* inquire("A", 7)
        yield* kit.pass("19999 millis")
        yield* peer.silent
        yield* kit.pass("1 millis")
        const report = yield* peer.next
        assert.deepStrictEqual(report, kit.data(9, 13, report.system, s9f13("A")))
        yield* kit.pass("1 hour")
        yield* peer.silent
        const [told, ...more] = yield* events.of("ConversationTimedOut")
        assert.deepStrictEqual(more, [])
        assert.deepStrictEqual([told?.header.systemBytes, told?.awaited], [7, ["S7F3", "S7F23"]])
        assert.deepStrictEqual(told?.edid, Item.A("A"))
      })
  )

  it.effect("goes on with any of the primaries that may follow, up to the last millisecond", () =>
    Effect.gen(function* () {
      for (const [function_, text] of [
        [3, program("A")],
        [23, ""]
      ] as const) {
        const { events, inquire, peer } = yield* granting()
        yield* inquire("A", 7)
        yield* kit.pass("19999 millis")
        yield* peer.send(kit.data(7, function_, 8, text))
        yield* kit.pass("1 hour")
        yield* peer.silent
        assert.deepStrictEqual(yield* events.of("ConversationTimedOut"), [])
      }
    })
  )

  it.effect("does not go on with another primary", () =>
    Effect.gen(function* () {
      const { inquire, peer } = yield* granting()
      yield* inquire("A", 7)
      yield* peer.send(kit.data(7, 5, 8), kit.data(2, 33, 9), kit.data(1, 3, 10))
      yield* kit.pass("20 seconds")
      assert.strictEqual((yield* peer.next).byte3, 13)
    })
  )

  it.effect("is not begun by an inquiry that is not granted, nor by another reply, nor without the option", () =>
    Effect.gen(function* () {
      const refusing = yield* granting(options, 2)
      yield* refusing.inquire("A", 7)
      const granted = yield* granting()
      yield* granted.peer.send(kit.primary(7, 17, 8, "0100"))
      yield* granted.peer.next
      const plain = yield* granting({})
      yield* plain.inquire("A", 7)
      yield* kit.pass("1 hour")
      for (const { peer } of [refusing, granted, plain]) yield* peer.silent
    })
  )

  it.effect("is one for each id: what follows ends its own, whichever came first", () =>
    Effect.gen(function* () {
      const { inquire, peer } = yield* granting()
      yield* inquire("A", 7)
      yield* kit.pass("1 second")
      yield* inquire("B", 8)
      yield* peer.send(kit.data(7, 3, 9, program("B")))
      yield* kit.pass("1 hour")
      const [report, ...more] = yield* peer.rest
      assert.strictEqual(report?.text, s9f13("A"))
      assert.deepStrictEqual(more, [])
    })
  )

  it.effect("ends the oldest where what follows names no id that is awaited", () =>
    Effect.gen(function* () {
      const { inquire, peer } = yield* granting()
      yield* inquire("A", 7)
      yield* inquire("B", 8)
      yield* peer.send(kit.data(7, 3, 9, program("C")))
      yield* kit.pass("1 hour")
      assert.deepStrictEqual(
        (yield* peer.rest).map(({ text }) => text),
        [s9f13("B")]
      )
    })
  )

  it.effect("begins anew when the peer inquires again about the same", () =>
    Effect.gen(function* () {
      const { inquire, peer } = yield* granting()
      yield* inquire("A", 7)
      yield* kit.pass("19 seconds")
      yield* inquire("A", 8)
      yield* kit.pass("19999 millis")
      yield* peer.silent
      yield* kit.pass("1 millis")
      assert.strictEqual((yield* peer.rest).length, 1)
    })
  )

  it.effect("is over with its connection: the next one hears nothing of it", () =>
    Effect.gen(function* () {
      const { dial, events, inquire, peer } = yield* granting()
      yield* inquire("A", 7)
      yield* peer.close
      const next = yield* dial
      yield* next.send(kit.selectReq(1))
      yield* next.next
      yield* kit.pass("1 hour")
      yield* next.silent
      assert.deepStrictEqual(yield* events.of("ConversationTimedOut"), [])
    })
  )

  it.effect(
    "is over with its session, although the connection stays: the session after Deselect hears nothing of it",
    () =>
      Effect.gen(function* () {
        const { events, inquire, peer } = yield* granting()
        yield* inquire("A", 7)
        yield* peer.send(kit.deselectReq(8), kit.selectReq(9))
        assert.deepStrictEqual(yield* peer.rest, [kit.deselectRsp(8), kit.selectRsp(9)])
        yield* kit.pass("1 hour")
        yield* peer.silent
        assert.deepStrictEqual(yield* events.of("ConversationTimedOut"), [])
      })
  )

  it.effect("that does not go on is an event at a host, which sends no stream 9 (e5/stream-9/host-never)", () =>
    Effect.gen(function* () {
      const { events, inquire, peer } = yield* granting(options, 0, kit.activeSelected as never)
      yield* inquire("A", 7)
      yield* kit.pass("20 seconds")
      yield* peer.silent
      assert.strictEqual((yield* events.of("ConversationTimedOut")).length, 1)
    })
  )

  it.effect("of a peer that only inquires is watched up to 256 times", () =>
    Effect.gen(function* () {
      const { events, peer } = yield* granting()
      for (let id = 0; id < 300; id++) {
        yield* peer.send(kit.primary(2, 39, id, `0102 a902${id.toString(16).padStart(4, "0")} b10400000064`))
        yield* peer.next
      }
      yield* kit.pass("20 seconds")
      assert.strictEqual((yield* events.of("ConversationTimedOut")).length, 256)
    })
  )
})

describe("the table of conversations", () => {
  it("takes for granted what is a 0", () => {
    for (const granted of [Item.B(0), Item.U1(0), Item.U8(0n)]) {
      assert.isTrue(Conversation.isGranted(granted), String(granted))
    }
    for (const not of [undefined, Item.B(1), Item.B([]), Item.L(Item.B(0)), Item.A("0"), Item.U1(0, 0)]) {
      assert.isFalse(Conversation.isGranted(not), String(not))
    }
  })

  it("finds the id of a message at its beginning", () => {
    assert.deepStrictEqual(Conversation.edidOf(Item.L(Item.L(Item.U4(7)), Item.A("x"))), Item.U4(7))
    for (const none of [Item.A("x".repeat(1025)), undefined, Item.L(), Item.F4(1), Item.BOOLEAN(true)]) {
      assert.deepStrictEqual(Conversation.edidOf(none), Item.B([]))
    }
    assert.isTrue(Conversation.isSame(Item.U1(7), Item.I8(7n)))
    assert.isTrue(Conversation.isSame(Item.B([1, 2]), Item.U2(1, 2)))
    assert.isFalse(Conversation.isSame(Item.A("a"), Item.A("b")))
  })

  it("knows a row in either form, and no name that every object has", () => {
    const row: Conversation.FollowUp = { expected: ["S7F27"], granted: () => true, edid: () => Item.A("P") }
    const table = { ...followUps, S7F30: row }
    assert.deepStrictEqual(Conversation.followUp(table, "S2F40"), { expected: ["S2F33"] })
    assert.strictEqual(Conversation.followUp(table, "S7F30"), row)
    assert.isUndefined(Conversation.followUp(table, "toString"))
    assert.isUndefined(Conversation.followUp({ S7F2: [] }, "S7F2"))
  })

  it("is named in S9F13 with two digits each", () => {
    assert.deepStrictEqual(
      [StreamNine.conversationTimeout("S7F3", Item.A("R")), StreamNine.conversationTimeout("S64F129", Item.U1(1))].map(
        String
      ),
      ['S9F13 <L [2] <A "S07F03"> <A "R">>', 'S9F13 <L [2] <A "S64F129"> <U1 1>>']
    )
  })
})
