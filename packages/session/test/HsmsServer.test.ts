import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { HsmsServer, ServerEvent, Session, Transport } from "../src/index.ts"
import type { PeerSession } from "../src/HsmsServer.ts"
import * as kit from "./kit.ts"
import { answerProbe, server } from "./network.ts"

const s1f1 = SecsMessage.primary(1, 1)
const one = "192.0.2.1:40001"
const two = "192.0.2.2:40002"
const three = "192.0.2.3:40003"

/** The names of the primaries a session gave, as they come. */
const reading = (session: PeerSession) =>
  Effect.map(kit.primaries(session), (seen) => () => seen.map((primary) => primary.message.name))

const found = (session: PeerSession | undefined): PeerSession => {
  assert.isDefined(session)
  return session
}

describe("many peers of one server", () => {
  it.effect("select at once; each has a session of its own, in the order of their Selects", () =>
    Effect.gen(function* () {
      const { current, dial, events, server: host } = yield* server()
      const seen: Array<string> = []
      yield* host.sessions.pipe(
        Stream.runForEach((session) => Effect.sync(() => seen.push(session.peer))),
        Effect.forkScoped({ startImmediately: true })
      )
      const peers = yield* Effect.forEach([one, two, three], dial)
      assert.deepStrictEqual(yield* current, [])
      for (const peer of peers.toReversed()) yield* peer.send(kit.selectReq(7))
      for (const peer of peers) assert.deepStrictEqual(yield* peer.next, kit.selectRsp(7))
      assert.deepStrictEqual(yield* current, [three, two, one])
      yield* kit.settle
      assert.deepStrictEqual(seen, [three, two, one])
      assert.deepStrictEqual(
        (yield* events.of("PeerSelected")).map((event) => event.peer),
        [three, two, one]
      )
    })
  )

  it.effect("are given to a later reader of `sessions` first, those that have ended left out", () =>
    Effect.gen(function* () {
      const { select, server: host } = yield* server()
      yield* select(one)
      const gone = yield* select(two)
      yield* gone.close
      const first = yield* host.sessions.pipe(
        Stream.take(2),
        Stream.map((session) => session.peer),
        Stream.runCollect,
        kit.start
      )
      yield* select(three)
      assert.deepStrictEqual(yield* kit.value(first), [one, three])
    })
  )

  it.effect("get the requests made to them and no other, and their replies go to who asked", () =>
    Effect.gen(function* () {
      const { select, server: host } = yield* server({ sessionId: kit.device })
      const [a, b] = [yield* select(one), yield* select(two)]
      const toA = yield* kit.start(found(yield* host.find({ address: one })).request(SecsMessage.primary(1, 3)))
      const toB = yield* kit.start(found(yield* host.find({ address: two })).request(s1f1))
      const [atA, atB] = [yield* a.next, yield* b.next]
      assert.deepStrictEqual([atA.byte3, atB.byte3], [3, 1])
      yield* b.send(kit.data(1, 2, atB.system))
      assert.isTrue(yield* kit.waits(toA))
      assert.strictEqual((yield* kit.value(toB)).name, "S1F2")
      yield* a.send(kit.data(1, 4, atA.system))
      assert.strictEqual((yield* kit.value(toA)).name, "S1F4")
      yield* a.silent
      yield* b.silent
    })
  )

  it.effect("are each closed after a T7 of their own where they do not select (e37/t7/closes-unselected)", () =>
    Effect.gen(function* () {
      const { current, dial, events, select } = yield* server()
      const early = yield* dial(one)
      yield* kit.pass("5 seconds")
      const late = yield* dial(two)
      yield* select(three)
      yield* kit.pass(4_999)
      yield* early.connected
      yield* kit.pass(1)
      yield* early.closed
      yield* kit.pass(4_999)
      yield* late.connected
      yield* kit.pass(1)
      yield* late.closed
      assert.deepStrictEqual(yield* current, [three])
      assert.deepStrictEqual(
        (yield* events.of("PeerDisconnected")).map((event) => [event.peer, event.reason._tag]),
        [
          [one, "T7Expired"],
          [two, "T7Expired"]
        ]
      )
    })
  )

  it.effect("attack in vain: bytes that are no message end their own connection and no other", () =>
    Effect.gen(function* () {
      const {
        current,
        dial,
        select,
        server: host
      } = yield* server({ sessionId: kit.device, sessionIdPolicy: "accept" })
      const good = yield* select(one)
      const request = yield* kit.start(found(yield* host.find({ address: one })).request(s1f1))
      const sent = yield* good.next
      for (const bytes of ["00000009", "ffffffff", "0000000b", "474554202f20485454502f312e310d0a"]) {
        const bad = yield* dial(two)
        yield* bad.sendBytes(kit.hex(bytes))
        if (bytes !== "0000000b") yield* bad.closed
      }
      const selected = yield* select(three)
      yield* selected.sendBytes(kit.hex("ffffffff"))
      yield* selected.closed
      yield* good.send(kit.data(1, 2, sent.system))
      assert.strictEqual((yield* kit.value(request)).name, "S1F2")
      assert.deepStrictEqual(yield* current, [one])
    })
  )
})

describe("a peer is found", () => {
  it.effect("by session id and by address, with and without port, and not when nobody matches", () =>
    Effect.gen(function* () {
      const ids: Record<string, number> = { "192.0.2.1": 1, "192.0.2.2": 2 }
      const { select, server: host } = yield* server({ sessionId: ({ address }) => ids[address] })
      yield* select(one)
      yield* select("[::ffff:192.0.2.2]:40002")
      yield* select("[2001:db8::1]:40003")
      const name = (query: HsmsServer.Query) => Effect.map(host.find(query), (session) => session?.address)
      assert.strictEqual(yield* name({ sessionId: 1 }), "192.0.2.1")
      assert.strictEqual(yield* name({ sessionId: 2 }), "192.0.2.2")
      assert.strictEqual(yield* name({ address: one }), "192.0.2.1")
      assert.strictEqual(yield* name({ address: "192.0.2.2" }), "192.0.2.2")
      assert.strictEqual(yield* name({ address: "2001:db8::1" }), "2001:db8::1")
      assert.strictEqual(yield* name({ sessionId: 1, address: "192.0.2.2" }), undefined)
      assert.strictEqual(yield* name({ sessionId: 3 }), undefined)
      assert.strictEqual(yield* name({ address: "192.0.2.1:1" }), undefined)
      assert.strictEqual(yield* name({}), "2001:db8::1")
    })
  )

  it.effect("by who waits for it, as soon as it has selected", () =>
    Effect.gen(function* () {
      const { dial, select, server: host } = yield* server({ sessionId: ({ peer }) => (peer === two ? 2 : 1) })
      const waiting = yield* kit.start(host.awaitPeer({ sessionId: 2 }))
      yield* select(one)
      const peer = yield* dial(two)
      assert.isTrue(yield* kit.waits(waiting))
      yield* peer.send(kit.selectReq(1))
      assert.strictEqual((yield* kit.value(waiting)).peer, two)
      assert.strictEqual((yield* host.awaitPeer({ address: "192.0.2.1" })).peer, one)
    })
  )

  it.effect("no more once the server ends: who waits for it is interrupted", () =>
    Effect.gen(function* () {
      const { close, server: host } = yield* server()
      const waiting = yield* kit.start(host.awaitPeer({ sessionId: 2 }))
      yield* close
      assert.isTrue(Exit.hasInterrupts(yield* kit.ended(waiting)))
      assert.isTrue(Exit.hasInterrupts(yield* kit.ended(yield* kit.start(host.awaitPeer({})))))
    })
  )

  it.effect("and lost after Deselect, until it selects again", () =>
    Effect.gen(function* () {
      const { current, select, server: host } = yield* server()
      const peer = yield* select(one)
      const session = found(yield* host.find({}))
      const seen: Array<PeerSession> = []
      yield* host.sessions.pipe(
        Stream.runForEach((one) => Effect.sync(() => seen.push(one))),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* peer.send(kit.deselectReq(2))
      yield* peer.next
      assert.deepStrictEqual(yield* current, [])
      const waiting = yield* kit.start(host.awaitPeer({ address: one }))
      yield* peer.send(kit.selectReq(3))
      assert.strictEqual(yield* kit.value(waiting), session)
      // The same connection is the same session: its readers have it.
      yield* kit.settle
      assert.deepStrictEqual(seen, [session])
    })
  )
})

describe("an unknown session id", () => {
  it.effect("is learned from the first data message, which is delivered, and used from then on", () =>
    Effect.gen(function* () {
      const { events, select, server: host } = yield* server()
      const peer = yield* select(one)
      const session = found(yield* host.find({ address: one }))
      const seen = yield* kit.primaries(session)
      const waiting = yield* kit.start(host.awaitPeer({ sessionId: 77 }))
      assert.strictEqual(yield* session.sessionId, undefined)
      yield* session.send(s1f1)
      assert.strictEqual((yield* peer.next).session, 0)

      yield* peer.send(kit.primary(1, 13, 5, "", 77))
      yield* kit.settle
      assert.deepStrictEqual(
        seen.map((primary) => [primary.message.name, primary.sessionId]),
        [["S1F13", 77]]
      )
      assert.strictEqual(yield* session.sessionId, 77)
      assert.strictEqual(yield* kit.value(waiting), session)
      yield* session.send(s1f1)
      assert.strictEqual((yield* peer.next).session, 77)
      assert.deepStrictEqual(
        (yield* events.of("PeerIdentified")).map((event) => event.sessionId),
        [77]
      )
    })
  )

  it.effect("once learned is the only one: another is foreign and dropped", () =>
    Effect.gen(function* () {
      const { select, server: host } = yield* server()
      const peer = yield* select(one)
      const session = found(yield* host.find({}))
      const names = yield* reading(session)
      yield* peer.send(kit.data(6, 11, 5, "", 77), kit.data(6, 13, 6, "", 78), kit.data(6, 15, 7, "", 77))
      yield* kit.settle
      assert.deepStrictEqual(names(), ["S6F11", "S6F15"])
      assert.strictEqual(yield* session.sessionId, 77)
    })
  )

  it.effect("is learned from Select.req that carries one; the first data message has the last word", () =>
    Effect.gen(function* () {
      const { select, server: host } = yield* server()
      const peer = yield* select(one, 5)
      const session = found(yield* host.find({ sessionId: 5 }))
      yield* session.send(s1f1)
      assert.strictEqual((yield* peer.next).session, 5)
      const names = yield* reading(session)
      yield* peer.send(kit.data(6, 11, 5, "", 6))
      yield* kit.settle
      assert.deepStrictEqual(names(), ["S6F11"])
      assert.strictEqual(yield* host.find({ sessionId: 6 }), session)
      assert.strictEqual(yield* host.find({ sessionId: 5 }), undefined)
    })
  )

  it.effect(
    "is learned from S9F1, with which equipment drops what came under another; a request is repeated once",
    () =>
      Effect.gen(function* () {
        const { select, server: host } = yield* server()
        const peer = yield* select(one)
        const session = found(yield* host.find({}))
        const request = yield* kit.start(session.request(SecsMessage.primary(1, 13)))
        const first = yield* peer.next
        assert.strictEqual(first.session, 0)
        yield* peer.send(kit.data(9, 1, 5, kit.headItem(first), 77))
        const second = yield* peer.next
        assert.deepStrictEqual(second, { ...first, session: 77, system: second.system })
        assert.notStrictEqual(second.system, first.system)
        yield* peer.send(kit.data(1, 14, second.system, "", 77))
        assert.strictEqual((yield* kit.value(request)).name, "S1F14")

        // Known now, so that another S9F1 is what it says.
        const again = yield* kit.start(session.request(s1f1))
        yield* peer.send(kit.data(9, 1, 6, kit.headItem(yield* peer.next), 77))
        assert.deepStrictEqual(yield* kit.reason(again), { _tag: "ErrorReported", function: 1 })
        yield* peer.silent
      })
  )

  it.effect("that S9F1 does not tell fails the request: nothing would change if it were repeated", () =>
    Effect.gen(function* () {
      const { select, server: host } = yield* server()
      const peer = yield* select(one)
      const request = yield* kit.start(found(yield* host.find({})).request(s1f1))
      yield* peer.send(kit.data(9, 1, 5, kit.headItem(yield* peer.next), 0))
      assert.deepStrictEqual(yield* kit.reason(request), { _tag: "ErrorReported", function: 1 })
      yield* peer.silent
    })
  )

  it.effect("is learned from a reply under another id than its primary's, which settles its transaction", () =>
    Effect.gen(function* () {
      const { select, server: host } = yield* server()
      const peer = yield* select(one)
      const session = found(yield* host.find({}))
      const requests = [yield* kit.start(session.request(s1f1)), yield* kit.start(session.request(s1f1))]
      const sent = [yield* peer.next, yield* peer.next]
      yield* peer.send(kit.data(1, 2, sent[0]!.system, "", 77), kit.data(1, 2, sent[1]!.system, "", 77))
      for (const request of requests) assert.strictEqual((yield* kit.value(request)).name, "S1F2")
      assert.strictEqual(yield* session.sessionId, 77)
    })
  )

  it.effect("is not learned from a reply that repeats the id of its primary, before or after it is known", () =>
    Effect.gen(function* () {
      const { select, server: host } = yield* server()
      const peer = yield* select(one)
      const session = found(yield* host.find({}))
      const observed = yield* kit.record(session)
      const requests = [yield* kit.start(session.request(s1f1)), yield* kit.start(session.request(s1f1))]
      const sent = [yield* peer.next, yield* peer.next]
      yield* peer.send(kit.data(1, 2, sent[0]!.system, "", 0))
      yield* kit.settle
      assert.strictEqual(yield* session.sessionId, undefined)
      yield* peer.send(kit.data(6, 11, 5, "", 77), kit.data(1, 2, sent[1]!.system, "", 0))
      for (const request of requests) assert.strictEqual((yield* kit.value(request)).name, "S1F2")
      assert.strictEqual(yield* session.sessionId, 77)
      assert.deepStrictEqual(yield* observed.of("SessionIdMismatch"), [])
    })
  )

  it.effect("is not learned from one above 32 767, which is no device id", () =>
    Effect.gen(function* () {
      const { select, server: host } = yield* server()
      const peer = yield* select(one, 0x8000)
      const session = found(yield* host.find({}))
      yield* peer.send(kit.data(6, 11, 5, "", 0xffff))
      yield* kit.settle
      assert.strictEqual(yield* session.sessionId, undefined)
    })
  )

  it.effect("that the option gives wrongly has the peer turned away and nobody else", () =>
    Effect.gen(function* () {
      const { current, dial, events, select } = yield* server({
        sessionId: ({ address }) => {
          if (address === "192.0.2.2") throw new Error("no such tool")
          return address === "192.0.2.3" ? 70_000 : 3
        }
      })
      for (const address of [two, three]) {
        const peer = yield* dial(address)
        yield* peer.send(kit.selectReq(9))
        assert.deepStrictEqual(yield* peer.next, kit.selectRsp(9, 3))
        yield* peer.closed
      }
      yield* select(one)
      assert.deepStrictEqual(yield* current, [one])
      assert.deepStrictEqual(
        (yield* events.of("PeerTurnedAway")).map((event) => [event.peer, event.reason]),
        [
          [two, "BadSessionId"],
          [three, "BadSessionId"]
        ]
      )
    })
  )
})

describe("two peers with one session id", () => {
  it.effect("from two addresses stay both, with an event; the newest is found, the other by its address", () =>
    Effect.gen(function* () {
      const { current, events, select, server: host } = yield* server({ sessionId: 7 })
      const first = yield* select(one)
      yield* select(two)
      assert.deepStrictEqual(yield* current, [one, two])
      assert.strictEqual(found(yield* host.find({ sessionId: 7 })).peer, two)
      assert.strictEqual(found(yield* host.find({ sessionId: 7, address: "192.0.2.1" })).peer, one)
      const [duplicated] = yield* events.of("PeerDuplicated")
      assert.deepStrictEqual([duplicated?.peer, duplicated?.other, duplicated?.sessionId], [two, one, 7])
      yield* first.silent
    })
  )

  it.effect("from one address: the old one is probed at once and evicted after T6, not before", () =>
    Effect.gen(function* () {
      const { current, dial, events, server: host } = yield* server({ sessionId: 7, maxFailures: 5 })
      const old = yield* dial("192.0.2.1:40001")
      yield* old.send(kit.selectReq(1))
      yield* old.next
      const dead = found(yield* host.find({ sessionId: 7 }))
      const request = yield* kit.start(dead.request(s1f1))
      yield* old.next

      const young = yield* dial("192.0.2.1:40002")
      const probe = yield* old.next
      assert.deepStrictEqual(probe, kit.linktestReq(probe.system))
      yield* young.send(kit.selectReq(1))
      assert.deepStrictEqual(yield* young.next, kit.selectRsp(1))
      assert.strictEqual(found(yield* host.find({ sessionId: 7 })).peer, "192.0.2.1:40002")
      yield* kit.pass(4_999)
      assert.deepStrictEqual(yield* current, ["192.0.2.1:40001", "192.0.2.1:40002"])
      yield* kit.pass(1)
      assert.deepStrictEqual(yield* current, ["192.0.2.1:40002"])
      assert.strictEqual((yield* kit.reason(request))._tag, "ConnectionLost")
      assert.strictEqual((yield* dead.closed)._tag, "T6Expired")
      assert.deepStrictEqual(
        (yield* events.of("PeerDisconnected")).map((event) => event.peer),
        ["192.0.2.1:40001"]
      )
      yield* young.silent
    })
  )

  it.effect("from one address, alive both, stay both", () =>
    Effect.gen(function* () {
      const { current, dial, select } = yield* server({ sessionId: 7 })
      const old = yield* select("192.0.2.1:40001")
      const young = yield* dial("192.0.2.1:40002")
      yield* answerProbe(old)
      yield* young.send(kit.selectReq(1))
      yield* young.next
      yield* kit.pass("9 seconds")
      assert.deepStrictEqual(yield* current, ["192.0.2.1:40001", "192.0.2.1:40002"])
    })
  )

  it.effect("from one address, learned: the old one is probed when the new one shows its id", () =>
    Effect.gen(function* () {
      const { current, select } = yield* server()
      const old = yield* select("192.0.2.1:40001")
      yield* old.send(kit.data(6, 11, 5, "", 7))
      const other = yield* select("192.0.2.1:40003")
      yield* other.send(kit.data(6, 11, 5, "", 8))
      const young = yield* select("192.0.2.1:40002")
      yield* old.silent
      yield* young.send(kit.data(6, 11, 5, "", 7))
      yield* kit.settle
      const [probe] = yield* old.rest
      assert.strictEqual(probe?.sType, 5)
      yield* other.silent
      yield* kit.pass("5 seconds")
      assert.deepStrictEqual(yield* current, ["192.0.2.1:40003", "192.0.2.1:40002"])
    })
  )

  it.effect("from one address, not known: the old one is probed where it has been silent for T6", () =>
    Effect.gen(function* () {
      const { current, select } = yield* server()
      const old = yield* select("192.0.2.1:40001")
      yield* kit.pass("5 seconds")
      const fresh = yield* select("192.0.2.1:40002")
      yield* old.silent
      yield* kit.pass(1)
      yield* select("192.0.2.1:40003")
      const [probe] = yield* old.rest
      assert.strictEqual(probe?.sType, 5)
      yield* fresh.silent
      yield* kit.pass("5 seconds")
      assert.deepStrictEqual(yield* current, ["192.0.2.1:40002", "192.0.2.1:40003"])
    })
  )
})

describe("a peer that reconnects", () => {
  it.effect("has a new session; the old one fails and its streams end", () =>
    Effect.gen(function* () {
      const { current, events, select, server: host } = yield* server({ sessionId: 7 })
      const first = yield* select("192.0.2.1:40001")
      const old = found(yield* host.find({ sessionId: 7 }))
      const states = yield* kit.start(Stream.runCollect(old.changes))
      const observed = yield* kit.start(Stream.runDrain(old.events))
      const request = yield* kit.start(old.request(s1f1))
      yield* first.next
      yield* first.send(kit.data(6, 11, 5, "", 7), kit.data(6, 13, 6, "", 7), kit.separateReq(8))
      yield* first.closed
      assert.deepStrictEqual(yield* kit.reason(request), { _tag: "ConnectionLost", cause: { _tag: "Separated" } })
      assert.deepStrictEqual(yield* old.closed, { _tag: "Separated" })
      assert.deepStrictEqual(yield* kit.value(states), ["Selected", "NotConnected"])
      yield* kit.value(observed)
      assert.strictEqual((yield* events.of("PeerDisconnected"))[0]?.unread, 2)

      yield* select("192.0.2.1:40009")
      const young = found(yield* host.find({ sessionId: 7 }))
      assert.notStrictEqual(young, old)
      assert.deepStrictEqual(yield* current, ["192.0.2.1:40009"])
      const late = yield* Effect.flip(old.request(s1f1))
      assert.deepStrictEqual(late.reason, { _tag: "NotSelected", state: "NotConnected" })
      // What came before the end is still there for a late reader, and then its stream ends.
      const left = yield* Stream.runCollect(old.primaries)
      assert.deepStrictEqual(
        left.map((primary) => primary.message.name),
        ["S6F11", "S6F13"]
      )
    })
  )

  it.effect("finds a server in which nothing of it is left", () =>
    Effect.gen(function* () {
      const { current, events, select } = yield* server({ maxPeers: 1 })
      for (let round = 0; round < 50; round++) {
        const peer = yield* select(one)
        yield* peer.close
      }
      assert.deepStrictEqual(yield* current, [])
      assert.deepStrictEqual(yield* events.of("PeerTurnedAway"), [])
      assert.strictEqual((yield* events.of("PeerDisconnected")).length, 50)
    })
  )
})

describe("maxPeers", () => {
  it.effect("has the next one answered with status 3 and closed, with an event, until one has gone", () =>
    Effect.gen(function* () {
      const { current, dial, events, select } = yield* server({ maxPeers: 2 })
      const first = yield* select(one)
      yield* select(two)
      const third = yield* dial(three)
      yield* third.send(kit.selectReq(5))
      assert.deepStrictEqual(yield* third.next, kit.selectRsp(5, 3))
      yield* third.closed
      const [away] = yield* events.of("PeerTurnedAway")
      assert.deepStrictEqual([away?.peer, away?.reason], [three, "TooManyPeers"])
      yield* first.close
      yield* select(three)
      assert.deepStrictEqual(yield* current, [two, three])
    })
  )

  it.effect("counts those that have not selected, until T7", () =>
    Effect.gen(function* () {
      const { dial, events, select } = yield* server({ maxPeers: 1 })
      yield* dial(one)
      const refused = yield* dial(two)
      assert.strictEqual((yield* events.of("PeerTurnedAway")).length, 1)
      yield* refused.close
      yield* kit.pass("10 seconds")
      yield* select(two)
    })
  )

  it.effect("probes what may be left of the last connection of the one it turns away", () =>
    Effect.gen(function* () {
      const { dial, select } = yield* server({ maxPeers: 1 })
      const old = yield* select("192.0.2.1:40001")
      yield* kit.pass("6 seconds")
      const young = yield* dial("192.0.2.1:40002")
      const [probe] = yield* old.rest
      assert.strictEqual(probe?.sType, 5)
      yield* young.send(kit.selectReq(5))
      assert.strictEqual((yield* young.next).byte3, 3)
      yield* kit.pass("5 seconds")
      yield* select("192.0.2.1:40003")
    })
  )

  it.effect("leaves 64 of those it turns away open at a time, each for T7, and closes more at once", () =>
    Effect.gen(function* () {
      const { dial, events, select } = yield* server({ maxPeers: 1 })
      const first = yield* select(one)
      const parked = yield* Effect.forEach(
        Array.from({ length: 64 }, (_, at) => `192.0.2.9:${at}`),
        dial
      )
      const last = yield* dial(two)
      yield* last.closed
      for (const peer of parked) yield* peer.connected
      yield* kit.pass("10 seconds")
      for (const peer of parked) yield* peer.closed
      yield* first.connected
      assert.strictEqual((yield* events.of("PeerTurnedAway")).length, 65)
    })
  )

  it.effect("and other options are checked when the server is made", () =>
    Effect.gen(function* () {
      const { passive } = yield* Transport.makeMemory()
      const invalid = (options: HsmsServer.Options) =>
        HsmsServer.make(options).pipe(
          Effect.provideService(Transport.Transport, passive),
          Effect.scoped,
          Effect.flip,
          Effect.map((error) => error.option)
        )
      assert.strictEqual(yield* invalid({ maxPeers: 0 }), "maxPeers")
      assert.strictEqual(yield* invalid({ sessionId: 32_768 }), "sessionId")
      assert.strictEqual(yield* invalid({ drainTimeout: 0 }), "drainTimeout")
      assert.strictEqual(yield* invalid({ timers: { t7: "-1 second" } }), "timers.t7")
    })
  )
})

describe("a reader of `sessions`", () => {
  it.effect("that does not take holds nobody up, and misses only what has ended, with an event for each", () =>
    Effect.gen(function* () {
      const { current, events, select, server: host } = yield* server({ maxPeers: 3 })
      const taken = yield* Deferred.make<void>()
      const seen: Array<string> = []
      yield* host.sessions.pipe(
        Stream.runForEach((session) => {
          seen.push(session.peer)
          return Deferred.await(taken)
        }),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* select("192.0.2.1:1")
      yield* select("192.0.2.1:2")
      for (const port of [3, 4, 5]) yield* (yield* select(`192.0.2.1:${port}`)).close
      yield* select("192.0.2.1:6")
      assert.deepStrictEqual(yield* current, ["192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:6"])
      assert.deepStrictEqual(
        (yield* events.of("PeerMissed")).map((event) => event.peer),
        ["192.0.2.1:3", "192.0.2.1:4"]
      )
      yield* Deferred.succeed(taken, undefined)
      yield* kit.settle
      assert.deepStrictEqual(seen, ["192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:5", "192.0.2.1:6"])
    })
  )

  it.effect(
    "that takes a session and drops it leaves it selected, its primaries answered SxF0 when they are too many",
    () =>
      Effect.gen(function* () {
        const { current, select, server: host } = yield* server({ sessionId: kit.device, primaryCapacity: 2 })
        yield* kit.start(Stream.runDrain(host.sessions))
        const [dropped, kept] = [yield* select(one), yield* select(two)]
        const names = yield* reading(found(yield* host.find({ address: two })))
        yield* dropped.send(kit.primary(6, 11, 1), kit.primary(6, 11, 2), kit.primary(6, 11, 3))
        assert.deepStrictEqual(yield* dropped.next, kit.data(6, 0, 3))
        yield* kept.send(kit.data(6, 11, 1))
        yield* kit.settle
        assert.deepStrictEqual(names(), ["S6F11"])
        assert.deepStrictEqual(yield* current, [one, two])
      })
  )
})

describe("serve", () => {
  it.effect("runs a handler for each session, with the session in its context", () =>
    Effect.gen(function* () {
      const { select, server: host } = yield* server({ sessionId: kit.device })
      const early = yield* select(one)
      yield* kit.start(host.serve(() => Session.serve((primary) => primary.reply(Item.B(0)))))
      const late = yield* select(two)
      for (const peer of [early, late]) {
        yield* peer.send(kit.primary(6, 11, 9))
        assert.deepStrictEqual(yield* peer.next, kit.data(6, 12, 9, "210100"))
      }
    })
  )

  for (const [how, broken] of [
    ["fails", Effect.fail("boom")],
    ["dies", Effect.die(new Error("boom"))],
    ["throws", undefined]
  ] as const) {
    it.effect(`separates the session whose handler ${how}, with an event, and leaves the others`, () =>
      Effect.gen(function* () {
        const { close, current, events, select, server: host } = yield* server({ sessionId: kit.device })
        const handler = (session: PeerSession) => {
          if (broken === undefined && session.peer === one) throw new Error("boom")
          return Session.serve((primary) => primary.reply()).pipe(
            session.peer === one && broken !== undefined
              ? Effect.raceFirst(Effect.andThen(Effect.sleep("1 second"), broken))
              : (self) => self
          )
        }
        const serving = yield* kit.start(host.serve(handler))
        const [bad, good] = [yield* select(one), yield* select(two)]
        yield* kit.pass("1 second")
        const frames = yield* bad.rest
        assert.deepStrictEqual(
          frames.map((frame) => frame.sType),
          [9]
        )
        yield* bad.closed
        const [failed] = yield* events.of("HandlerFailed")
        assert.isDefined(failed)
        assert.strictEqual(failed.peer, one)
        assert.include(ServerEvent.describe(failed), "its handler failed: ")
        assert.include(ServerEvent.describe(failed), "boom")
        assert.deepStrictEqual(yield* current, [two])
        yield* good.send(kit.primary(6, 11, 9))
        assert.deepStrictEqual(yield* good.next, kit.data(6, 12, 9))
        // The next connection of the same peer has its handler again.
        const again = yield* select(one)
        yield* kit.pass("1 second")
        yield* again.closed
        assert.isTrue(yield* kit.waits(serving))
        yield* close
        yield* kit.value(serving)
      })
    )
  }

  it.effect("lets a slow handler slow its own peer and nobody else (e37/data/backpressure)", () =>
    Effect.gen(function* () {
      const { select, server: host } = yield* server({ sessionId: kit.device, primaryCapacity: 1 })
      const go = yield* Deferred.make<void>()
      const handled: Record<string, number> = { [one]: 0, [two]: 0 }
      yield* kit.start(
        host.serve((session) =>
          Session.serve(() => {
            handled[session.peer]!++
            return session.peer === one ? Deferred.await(go) : Effect.void
          })
        )
      )
      const [slow, fast] = [yield* select(one), yield* select(two)]
      for (let system = 1; system <= 10; system++) {
        yield* slow.send(kit.data(6, 11, system))
        yield* fast.send(kit.data(6, 11, system))
        yield* kit.settle
      }
      assert.deepStrictEqual(handled, { [one]: 1, [two]: 10 })
      // The slow one's connection is not read any more: its linktest waits, the other's is answered.
      yield* slow.send(kit.linktestReq(99))
      yield* fast.send(kit.linktestReq(99))
      yield* slow.silent
      assert.deepStrictEqual(yield* fast.next, kit.linktestRsp(99))
      yield* Deferred.succeed(go, undefined)
      yield* kit.settle
      assert.deepStrictEqual(handled, { [one]: 10, [two]: 10 })
      assert.deepStrictEqual(yield* slow.next, kit.linktestRsp(99))
    })
  )

  for (const style of ["returned", "forked", "forked, many at a time"] as const) {
    it.effect(`has what reads the primaries, ${style}, handle all that came before the end`, () =>
      Effect.gen(function* () {
        const { events, select, server: host } = yield* server({ sessionId: kit.device })
        const done: Array<number> = []
        const running = Session.serve(
          (primary) =>
            Effect.andThen(
              Effect.sleep("1 second"),
              Effect.sync(() => done.push(primary.systemBytes))
            ),
          { concurrency: style === "forked, many at a time" ? 2 : 1 }
        )
        yield* kit.start(host.serve(() => (style === "returned" ? running : Effect.forkScoped(running))))
        const peer = yield* select(one)
        yield* peer.send(...[1, 2, 3, 4].map((system) => kit.data(6, 11, system)), kit.separateReq(9))
        yield* peer.closed
        assert.deepStrictEqual(done, [])
        yield* kit.pass("1 second")
        assert.isBelow(done.length, 4)
        yield* kit.pass("3 seconds")
        assert.deepStrictEqual(done, [1, 2, 3, 4])
        yield* kit.pass("1 minute")
        assert.deepStrictEqual(yield* events.of("HandlerInterrupted"), [])
      })
    )
  }

  it.effect("waits for the next reader of the primaries when one leaves some of them", () =>
    Effect.gen(function* () {
      const { select, server: host } = yield* server({ sessionId: kit.device })
      const done: Array<number> = []
      const note = (primary: Session.InboundPrimary) => Effect.sync(() => done.push(primary.systemBytes))
      const reading = Session.primaries.pipe(
        Stream.take(1),
        Stream.runForEach(note),
        Effect.andThen(Effect.sleep("1 second")),
        Effect.andThen(Session.serve(note))
      )
      yield* kit.start(host.serve(() => Effect.forkScoped(reading)))
      const peer = yield* select(one)
      yield* peer.send(kit.data(6, 11, 1), kit.data(6, 11, 2), kit.separateReq(9))
      yield* kit.pass("1 second")
      assert.deepStrictEqual(done, [1, 2])
    })
  )

  it.effect("interrupts a handler that goes on for `drainTimeout` after its session, with an event, not before", () =>
    Effect.gen(function* () {
      const { events, select, server: host } = yield* server({ drainTimeout: "3 seconds" })
      let interrupted = 0
      const forever = Effect.onInterrupt(Effect.never, () =>
        Effect.sync(() => {
          interrupted++
        })
      )
      yield* kit.start(host.serve(() => Effect.andThen(Effect.forkScoped(forever), forever)))
      const peer = yield* select(one)
      yield* kit.pass("1 hour")
      yield* peer.close
      yield* kit.pass(2_999)
      assert.strictEqual(interrupted, 0)
      yield* kit.pass(1)
      assert.strictEqual(interrupted, 2)
      assert.deepStrictEqual(
        (yield* events.of("HandlerInterrupted")).map((event) => event.peer),
        [one]
      )
    })
  )

  it.effect("takes a handler that fails because its session has ended for no fault", () =>
    Effect.gen(function* () {
      const { events, select, server: host } = yield* server({ sessionId: kit.device })
      yield* kit.start(host.serve((session) => session.request(s1f1)))
      const peer = yield* select(one)
      yield* peer.next
      yield* peer.close
      assert.deepStrictEqual(yield* events.of("HandlerFailed"), [])
    })
  )

  it.effect("when interrupted interrupts its handlers and leaves the sessions", () =>
    Effect.gen(function* () {
      const { current, events, select, server: host } = yield* server()
      let ended = 0
      const serving = yield* kit.start(
        host.serve(() =>
          Effect.onInterrupt(Effect.never, () =>
            Effect.sync(() => {
              ended++
            })
          )
        )
      )
      const peer = yield* select(one)
      yield* kit.settle
      yield* Fiber.interrupt(serving)
      assert.strictEqual(ended, 1)
      yield* peer.silent
      yield* peer.connected
      assert.deepStrictEqual(yield* current, [one])
      assert.deepStrictEqual(yield* events.of("HandlerFailed"), [])
    })
  )
})

describe("the end of a server", () => {
  it.effect("separates every session at once, whoever reads or not, and ends what is read of it", () =>
    Effect.gen(function* () {
      const { close, dial, select, server: host } = yield* server({ closeTimeout: "1 second" })
      const sessions = yield* kit.start(Stream.runDrain(host.sessions))
      const events = yield* kit.start(Stream.runDrain(host.events))
      const peers = yield* Effect.forEach([one, two, three], (address) => select(address))
      const unselected = yield* dial("192.0.2.4:1")
      const live = yield* host.current
      const closing = yield* kit.start(close)
      yield* kit.value(closing)
      for (const peer of peers) {
        assert.strictEqual((yield* peer.next).sType, 9)
        yield* peer.closed
      }
      yield* unselected.closed
      yield* unselected.silent
      yield* kit.value(sessions)
      yield* kit.value(events)
      for (const session of live) assert.deepStrictEqual(yield* session.closed, { _tag: "LocalClose" })
    })
  )

  it.effect("takes `closeTimeout` once, however many peers do not read", () =>
    Effect.gen(function* () {
      const { close, from, server: host } = yield* server({ closeTimeout: "1 second" }, { capacity: 1000 })
      const peers = yield* Effect.forEach([one, two, three], (address) =>
        Effect.gen(function* () {
          const peer = yield* kit.open(from(address))
          yield* peer.send(kit.selectReq(1))
          yield* peer.next
          yield* peer.stopsReading
          return peer
        })
      )
      // More than the memory between them takes, so that Separate.req has to wait.
      const full = SecsMessage.primary(7, 3, Item.B(new Uint8Array(2000)))
      for (const session of yield* host.current) yield* kit.start(Effect.exit(session.send(full)))
      const closing = yield* kit.start(close)
      yield* kit.pass(999)
      assert.isTrue(yield* kit.waits(closing))
      yield* kit.pass(1)
      yield* kit.value(closing)
      for (const peer of peers) yield* peer.reads
    })
  )
})

describe("a session of a server", () => {
  it.effect("is in the log with its peer and its session id, unknown or not", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.make(({ logLevel, message }) => {
        lines.push(`${logLevel} ${String(Array.isArray(message) ? message[0] : message)}`)
      })
      yield* Effect.gen(function* () {
        const { dial, select } = yield* server({ maxPeers: 1 })
        const peer = yield* select(one)
        for (const address of [two, three]) yield* (yield* dial(address)).close
        yield* peer.send(kit.linktestRsp(1))
        yield* peer.send(kit.data(6, 11, 5, "", 7))
        yield* peer.close
      }).pipe(Effect.provide(Logger.layer([logger])))
      const warnings = lines.filter((line) => line.startsWith("Warn"))
      assert.include(lines, `Info ${one} session 7: Selected -> NotConnected`)
      assert.deepStrictEqual(warnings, [
        `Warn ${two} session unknown: turned away: as many peers are connected as maxPeers allows`,
        `Warn ${one} session unknown: rejected LinktestRsp session 65535 [00000001]: transaction not open (reason 3)`,
        `Warn ${one} session 7: disconnected: read memory: the peer closed the connection`
      ])
    })
  )

  it.effect("closes when told to, and the others stay", () =>
    Effect.gen(function* () {
      const { current, select, server: host } = yield* server()
      const [a, b] = [yield* select(one), yield* select(two)]
      const session = found(yield* host.find({ address: one }))
      yield* session.close
      assert.strictEqual((yield* a.next).sType, 9)
      yield* a.closed
      assert.deepStrictEqual(yield* session.closed, { _tag: "LocalClose" })
      yield* session.close
      yield* b.silent
      assert.deepStrictEqual(yield* current, [two])
    })
  )
})
