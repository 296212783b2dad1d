/**
 * Our sessions against `secs4js`, an implementation nobody here wrote, over TCP: ours active and its passive, and the
 * reverse. Whatever a test says about the wire is read from a tap on our side.
 *
 * Ours is host where it is active and equipment where it is passive, secs4js the other.
 */
import { FrameDecoder, Hsms, Item, ItemCodec, SecsMessage } from "@effect-secs/codec"
import { HsmsSession, type Session, type SessionError, type SessionEvent, Transport } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { once } from "node:events"
import * as net from "node:net"
import * as secs4js from "secs4js"
import type * as Pcap from "../../src/Pcap.ts"
import * as Tap from "../../src/Tap.ts"

const deviceId = 10
const host = "127.0.0.1"

type Peer = secs4js.HsmsCommunicator

/** Waits for what the other side has yet to do; the test's own timeout is the bound. */
const until = (condition: () => boolean): Effect.Effect<void> =>
  Effect.asVoid(Effect.repeat(Effect.sleep(2), { until: condition }))

const untilState = (session: Session.Session["Service"], state: "Selected" | "NotConnected"): Effect.Effect<void> =>
  session.changes.pipe(
    Stream.takeUntil((now) => now === state),
    Stream.runDrain
  )

/** A port nobody listens on: secs4js cannot tell which one it got. */
const freePort: Effect.Effect<number> = Effect.promise(async () => {
  const server = net.createServer().listen(0, host)
  await once(server, "listening")
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, "close")
  return port
})

// --- secs4js -------------------------------------------------------------------------------------------------------

const { A, B, BOOLEAN, F4, F8, I1, I2, I4, I8, L, U1, U2, U4, U8 } = secs4js

/** T5 of a tenth of a second; its linktest is asked for, not left to a timer. */
const peerOptions = (port: number, isEquip: boolean) => ({
  ip: host,
  port,
  deviceId,
  isEquip,
  log: { enabled: false },
  timeoutT3: 5,
  timeoutT5: 0.1,
  timeoutRebind: 0.1,
  linkTestInterval: 600_000
})

const replies: Readonly<Record<string, (body: secs4js.AbstractSecs2Item | null) => secs4js.AbstractSecs2Item>> = {
  S1F1: () => L(A("SECS4JS"), A("0.4.7")),
  S1F13: () => L(B(Buffer.of(0)), L(A("SECS4JS"), A("0.4.7"))),
  S2F25: (body) => body!,
  S6F11: () => B(Buffer.of(0))
}

/** A peer that answers the primaries above and leaves all others unanswered. */
const makePeer = <P extends Peer>(make: () => P): Effect.Effect<P, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const peer = make()
      // An "error" nobody listens to would end the process.
      peer.on("error", () => {})
      peer.on("message", (message: secs4js.SecsMessage) => {
        const reply = replies[`S${message.stream}F${message.func}`]
        if (reply === undefined || !message.wBit) return
        peer.reply(message, message.stream, message.func + 1, reply(message.body)).catch(() => {})
      })
      return peer
    }),
    // Just after a connection has ended it closes its listener twice, and fails at the second time.
    (peer) =>
      Effect.timeoutOption(
        Effect.promise(() => peer.close().catch(() => {})),
        "5 seconds"
      )
  )

const passivePeer = (port: number) =>
  Effect.tap(
    makePeer(() => new secs4js.HsmsPassiveCommunicator(peerOptions(port, true))),
    (peer) => Effect.promise(() => peer.open())
  )

/** `open` is done when TCP is; the tests go on when the session is. */
const activePeer = (port: number) =>
  Effect.tap(
    makePeer(() => new secs4js.HsmsActiveCommunicator(peerOptions(port, false))),
    (peer) => Effect.promise(() => Promise.all([peer.open(), peer.untilConnected()]))
  )

/** Its primaries, awaited; a promise that fails is an error here. */
const ask = (peer: Peer, stream: number, function_: number, body?: secs4js.AbstractSecs2Item) =>
  Effect.promise(async () => (await peer.send(stream, function_, true, body))!)

/** Drops TCP as a crash would: no Separate.req. */
const crash = (peer: Peer): void => {
  const { socket } = peer as unknown as { readonly socket: net.Socket }
  socket.resetAndDestroy()
}

// --- ours ----------------------------------------------------------------------------------------------------------

const ourOptions = {
  sessionId: deviceId,
  timers: { t3: "5 seconds", t5: "100 millis", t6: "5 seconds", linktest: 0 }
} as const

/** Answers as secs4js does above, and leaves all others unanswered. */
const answer = (primary: Session.InboundPrimary): Effect.Effect<void, SessionError.TransactionError> => {
  const { item, name, replyExpected } = primary.message
  if (!replyExpected) return Effect.void
  const model = Item.L(Item.A("OURS"), Item.A("0.1.0"))
  if (name === "S1F1") return primary.reply(model)
  if (name === "S1F13") return primary.reply(Item.L(Item.B(0), model))
  return name === "S2F25" ? primary.reply(item) : name === "S6F11" ? primary.reply(Item.B(0)) : Effect.void
}

/** What came to our side, oldest first, whichever of our sessions it came to. */
interface Inbox {
  readonly primaries: Array<SecsMessage.SecsMessage>
  readonly events: Array<SessionEvent.SessionEvent>
}

interface Ours {
  readonly session: Session.Session["Service"]
  readonly tap: Tap.Tap
  readonly port: number
}

/** A session of ours with its tap, and its listener where it is passive. */
const open = (side: Pcap.Side, port: number, inbox: Inbox) =>
  Effect.gen(function* () {
    const listen = side === "active" ? undefined : yield* NodeTransport.makeListen({ host, port })
    const tap = Tap.make(side, listen?.transport ?? NodeTransport.makeConnect({ host, port }))
    const make = side === "active" ? HsmsSession.makeActive : HsmsSession.makePassive
    const session = yield* make(ourOptions).pipe(Effect.provideService(Transport.Transport, tap.transport))
    yield* session.events.pipe(
      Stream.runForEach((event) => Effect.sync(() => inbox.events.push(event))),
      Effect.forkScoped({ startImmediately: true })
    )
    yield* session.primaries.pipe(
      Stream.runForEach((primary) => {
        inbox.primaries.push(primary.message)
        return Effect.ignore(answer(primary))
      }),
      Effect.forkScoped({ startImmediately: true })
    )
    return { session, tap, port: listen?.listening.port ?? port }
  }).pipe(Effect.orDie)

interface Link extends Ours {
  readonly peer: Peer
  readonly inbox: Inbox
  /** Ends our session, its listener included. */
  readonly end: Effect.Effect<void>
  /** Opens another on the same port. */
  readonly reopen: Effect.Effect<Ours, never, Scope.Scope>
}

/** Both sides, selected. */
const link = (side: Pcap.Side): Effect.Effect<Link, never, Scope.Scope> =>
  Effect.gen(function* () {
    const inbox: Inbox = { primaries: [], events: [] }
    const scope = yield* Scope.fork(yield* Effect.scope)
    const start = (port: number) => Scope.provide(open(side, port, inbox), scope)
    const end = Scope.close(scope, Exit.void)
    const both = (ours: Ours, peer: Peer): Link => ({
      ...ours,
      peer,
      inbox,
      end,
      reopen: open(side, ours.port, inbox)
    })
    if (side === "passive") {
      const ours = yield* start(0)
      const peer = yield* activePeer(ours.port)
      return both(ours, peer)
    }
    const port = yield* freePort
    const peer = yield* passivePeer(port)
    const ours = yield* start(port)
    yield* ours.session.awaitSelected
    return both(ours, peer)
  })

interface Framed {
  readonly from: Pcap.Side
  readonly message: Hsms.HsmsMessage
}

/** The messages on the wire, one list for each TCP connection. */
const wire = (tap: Tap.Tap): ReadonlyArray<ReadonlyArray<Framed>> =>
  tap.conversations().map(({ segments }) => {
    const decoders = { active: FrameDecoder.make(), passive: FrameDecoder.make() }
    return segments.flatMap(({ bytes, from }) =>
      decoders[from].push(bytes).frames.map((frame) => ({ from, message: Result.getOrThrow(Hsms.decode(frame)) }))
    )
  })

const names = (messages: ReadonlyArray<Framed> | undefined): ReadonlyArray<string> =>
  (messages ?? []).map(
    ({ from, message }) => `${from} ${message._tag === "Data" ? message.message.name : message._tag}`
  )

const isSelected = (peer: Peer): boolean => peer.connectionState === secs4js.HsmsState.Selected

const reasons = (inbox: Inbox): ReadonlyArray<string> =>
  inbox.events.flatMap((event) => (event._tag === "Disconnected" ? [event.reason._tag] : []))

const failureOf = (exit: Exit.Exit<unknown, SessionError.TransactionError>): string => {
  const error = Exit.findError(exit)
  return Result.isSuccess(error) ? error.success.reason._tag : `no failure: ${exit}`
}

// --- items both sides know -----------------------------------------------------------------------------------------

/** Each of secs4js's formats with its limits, and the same of ours. It has neither J nor C2. */
const items: ReadonlyArray<readonly [secs4js.AbstractSecs2Item, Item.Item]> = [
  [L(), Item.L()],
  [A(""), Item.A("")],
  [A("wafer 25/25\r\n"), Item.A("wafer 25/25\r\n")],
  [A("x".repeat(70_000)), Item.A("x".repeat(70_000))],
  [B(Buffer.of()), Item.B([])],
  [B(Buffer.of(0, 127, 128, 255)), Item.B(0, 127, 128, 255)],
  [BOOLEAN(true, false, true), Item.BOOLEAN(true, false, true)],
  [I1(-128, -1, 127), Item.I1(-128, -1, 127)],
  [I2(-32_768, -1, 32_767), Item.I2(-32_768, -1, 32_767)],
  [I4(-2_147_483_648, 2_147_483_647), Item.I4(-2_147_483_648, 2_147_483_647)],
  [I8(-(2n ** 63n), -1n, 2n ** 63n - 1n), Item.I8(-(2n ** 63n), -1n, 2n ** 63n - 1n)],
  [U1(0, 255), Item.U1(0, 255)],
  [U2(0, 258, 65_535), Item.U2(0, 258, 65_535)],
  [U2(...Array.from({ length: 300 }, (_, i) => i)), Item.U2(Array.from({ length: 300 }, (_, i) => i))],
  [U4(16_909_060, 4_294_967_295), Item.U4(16_909_060, 4_294_967_295)],
  [U8(2n ** 53n + 1n, 2n ** 64n - 1n), Item.U8(2n ** 53n + 1n, 2n ** 64n - 1n)],
  [F4(0, -0, 0.1, Infinity), Item.F4(0, -0, 0.1, Infinity)],
  [F8(0.1, -0, 5e-324, Number.MAX_VALUE), Item.F8(0.1, -0, 5e-324, Number.MAX_VALUE)]
]

const theirs = L(U4(1), U4(1001), L(...items.map(([item]) => item)))
const oursOfTheirs = Item.L(Item.U4(1), Item.U4(1001), Item.L(items.map(([, item]) => item)))

/** What secs4js makes of an item of ours, in bytes, with its BOOLEAN true of FF as 01. */
const bytesOf = (item: secs4js.AbstractSecs2Item | null): string =>
  item!.toBuffer().toString("hex").replace("2503ff00ff", "2503010001")

const hex = (item: Item.Item): string => Buffer.from(Result.getOrThrow(ItemCodec.encode(item))).toString("hex")

// --- the tests -----------------------------------------------------------------------------------------------------

const arrangements = [
  { side: "active", title: "ours active, secs4js passive" },
  { side: "passive", title: "ours passive, secs4js active" }
] as const

const theirSide = { active: "passive", passive: "active" } as const

afterAll(async () => {
  const sockets = () => process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP"))
  for (let tries = 0; tries < 200 && sockets().length > 0; tries++) await new Promise((done) => setTimeout(done, 10))
  assert.deepStrictEqual(sockets(), [], "sockets and listeners that are still open")
})

describe.each(arrangements)("$title", ({ side }) => {
  const test = (name: string, body: (link: Link) => Effect.Effect<void, unknown, Scope.Scope>): void =>
    it.live(name, () => link(side).pipe(Effect.flatMap(body), Effect.provide(Logger.layer([]))), { timeout: 20_000 })

  test("select with Select.req and Select.rsp, status 0, and nothing else", ({ peer, session, tap }) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* session.state, "Selected")
      assert.isTrue(isSelected(peer))
      assert.deepStrictEqual(names(wire(tap)[0]), ["active SelectReq", "passive SelectRsp"])
      assert.propertyVal(wire(tap)[0]![1]!.message, "status", 0)
    }))

  test("ask each other S1F1, are you there", ({ peer, session }) =>
    Effect.gen(function* () {
      const reply = yield* session.request(SecsMessage.primary(1, 1))
      assert.strictEqual(String(reply), 'S1F2 <L [2] <A "SECS4JS"> <A "0.4.7">>')
      const theirReply = yield* ask(peer, 1, 1)
      assert.deepStrictEqual([theirReply.stream, theirReply.func, theirReply.wBit], [1, 2, false])
      assert.strictEqual(bytesOf(theirReply.body), hex(Item.L(Item.A("OURS"), Item.A("0.1.0"))))
    }))

  test("establish communications with S1F13, from either side", ({ peer, session }) =>
    Effect.gen(function* () {
      const reply = yield* session.request(SecsMessage.primary(1, 13, Item.L()))
      assert.strictEqual(String(reply), 'S1F14 <L [2] <B 0x00> <L [2] <A "SECS4JS"> <A "0.4.7">>>')
      const theirReply = yield* ask(peer, 1, 13, L())
      assert.strictEqual(bytesOf(theirReply.body), hex(Item.L(Item.B(0), Item.L(Item.A("OURS"), Item.A("0.1.0")))))
    }))

  test("echo 1 MB with S2F25, from either side", ({ peer, session }) =>
    Effect.gen(function* () {
      const bytes = Uint8Array.from({ length: 1024 * 1024 }, (_, i) => (i * 31 + (i >> 8)) & 0xff)
      const reply = yield* session.request(SecsMessage.primary(2, 25, Item.B(bytes)))
      assert.strictEqual(reply.name, "S2F26")
      assert.isTrue(Buffer.from(bytes).equals(Result.getOrThrow(Item.asBytes(reply.item))))
      const theirReply = yield* ask(peer, 2, 25, B(Buffer.from(bytes)))
      assert.isTrue(Buffer.from(bytes).equals(theirReply.body!.value as Buffer))
    }))

  test("report events with S6F11 that hold every format both know, from either side", ({ inbox, peer, session }) =>
    Effect.gen(function* () {
      const seen: Array<secs4js.SecsMessage> = []
      peer.on("message", (message: secs4js.SecsMessage) => seen.push(message))
      const reply = yield* session.request(SecsMessage.primary(6, 11, oursOfTheirs))
      assert.strictEqual(String(reply), "S6F12 <B 0x00>")
      assert.deepStrictEqual([seen[0]!.stream, seen[0]!.func, seen[0]!.wBit], [6, 11, true])
      assert.strictEqual(bytesOf(seen[0]!.body), hex(oursOfTheirs))

      const theirReply = yield* ask(peer, 6, 11, theirs)
      assert.strictEqual(bytesOf(theirReply.body), "210100")
      assert.deepStrictEqual([inbox.primaries[0]!.name, inbox.primaries[0]!.replyExpected], ["S6F11", true])
      assert.strictEqual(hex(inbox.primaries[0]!.item!), hex(oursOfTheirs))
    }))

  test("send S6F11 without W-bit, which neither answers", ({ inbox, peer, session, tap }) =>
    Effect.gen(function* () {
      let seen: secs4js.SecsMessage | undefined
      peer.on("message", (message: secs4js.SecsMessage) => (seen = message))
      yield* session.send(SecsMessage.primary(6, 11, Item.L(Item.U4(1), Item.U4(2), Item.L())))
      yield* Effect.promise(() => peer.send(6, 11, false, L(U4(1), U4(2), L())))
      yield* until(() => seen !== undefined && inbox.primaries.length === 1)
      yield* session.linktest
      assert.deepStrictEqual([seen!.wBit, inbox.primaries[0]!.replyExpected], [false, false])
      assert.deepStrictEqual(
        names(wire(tap)[0]).filter((name) => name.endsWith("S6F12")),
        []
      )
    }))

  test("answer each other's Linktest.req", ({ peer, session, tap }) =>
    Effect.gen(function* () {
      yield* session.linktest
      yield* Effect.promise(() => peer.sendLinkTestReq())
      const other = theirSide[side]
      assert.deepStrictEqual(names(wire(tap)[0]).slice(2), [
        `${side} LinktestReq`,
        `${other} LinktestRsp`,
        `${other} LinktestReq`,
        `${side} LinktestRsp`
      ])
    }))

  test("tell 200 transactions each way apart that are open at once", ({ peer, session }) =>
    Effect.gen(function* () {
      const numbers = Array.from({ length: 200 }, (_, i) => i)
      const [ours, others] = yield* Effect.all(
        [
          Effect.forEach(numbers, (i) => session.request(SecsMessage.primary(2, 25, Item.U4(i))), { concurrency: 200 }),
          Effect.forEach(numbers, (i) => ask(peer, 2, 25, U4(i)), { concurrency: 200 })
        ],
        { concurrency: 2 }
      )
      assert.deepStrictEqual(
        ours.map(({ item }) => hex(item!)),
        numbers.map((i) => hex(Item.U4(i)))
      )
      assert.deepStrictEqual(
        others.map(({ body }) => bytesOf(body)),
        numbers.map((i) => hex(Item.U4(i)))
      )
    }))

  test("stay selected when secs4js leaves a primary unanswered, and when its answer comes late", ({
    inbox,
    peer,
    session
  }) =>
    Effect.gen(function* () {
      let unanswered: secs4js.SecsMessage | undefined
      peer.on("message", (message: secs4js.SecsMessage) => {
        if (message.stream === 2) unanswered = message
      })
      const exit = yield* Effect.exit(session.request(SecsMessage.primary(2, 17), { timeout: "50 millis" }))
      assert.strictEqual(failureOf(exit), "ReplyTimeout")
      yield* Effect.promise(() => peer.reply(unanswered!, 2, 18, A("2026112213000000")))
      yield* session.request(SecsMessage.primary(1, 1))
      const late = inbox.events.flatMap((event) => (event._tag === "UnmatchedReply" ? [event.kind] : []))
      assert.deepStrictEqual(late, ["Late"])
      assert.isTrue(isSelected(peer))
    }))

  test("go on after a Linktest.rsp nobody asked for, which ours answers with Reject.req, reason 3", (link) =>
    Effect.gen(function* () {
      const { peer, session, tap } = link
      const orphan = secs4js.HsmsMessage.linkTestRsp(secs4js.HsmsMessage.linkTestReq(0x7777_7777))
      const { socket } = peer as unknown as { readonly socket: net.Socket }
      socket.write(orphan.toBuffer())
      yield* until(() => names(wire(tap)[0]).includes(`${side} RejectReq`))
      assert.deepInclude(wire(tap)[0]!.find(({ message }) => message._tag === "RejectReq")!.message, {
        sessionId: 0xffff,
        systemBytes: 0x7777_7777,
        rejected: 6,
        reason: 3
      })
      yield* session.request(SecsMessage.primary(1, 1))
      yield* ask(peer, 1, 1)
    }))

  test("take the first data message right behind Select.rsp", ({ inbox, peer, end, reopen, session, tap }) =>
    Effect.gen(function* () {
      // Whoever answers Select sends its primary before the other can know that it is selected.
      if (side === "active") {
        peer.once("selected", () => void peer.send(6, 11, false, L(U4(7), U4(8), L())))
        crash(peer)
        yield* until(() => inbox.primaries.length === 1)
        assert.deepStrictEqual(names(wire(tap)[1]).slice(0, 3), [
          "active SelectReq",
          "passive SelectRsp",
          "passive S6F11"
        ])
        return
      }
      let seen: secs4js.SecsMessage | undefined
      peer.on("message", (message: secs4js.SecsMessage) => (seen = message))
      assert.strictEqual(yield* session.state, "Selected")
      yield* end
      const again = yield* reopen
      yield* again.session.awaitSelected
      yield* again.session.send(SecsMessage.primary(6, 11, Item.L(Item.U4(7), Item.U4(8), Item.L())))
      yield* until(() => seen !== undefined)
      assert.deepStrictEqual(names(wire(again.tap)[0]).slice(0, 3), [
        "active SelectReq",
        "passive SelectRsp",
        "passive S6F11"
      ])
    }))

  test("end when ours separates: secs4js sees Separate.req, and its open transaction fails", ({ end, peer, tap }) =>
    Effect.gen(function* () {
      const asked = yield* Effect.forkChild(Effect.exit(ask(peer, 2, 41)), { startImmediately: true })
      yield* until(() => names(wire(tap)[0]).includes(`${theirSide[side]} S2F41`))
      const gone = Effect.promise(() => once(peer, "disconnected"))
      yield* Effect.all([gone, end], { concurrency: 2 })
      assert.strictEqual(names(wire(tap)[0]).at(-1), `${side} SeparateReq`)
      assert.isTrue(Exit.isFailure(yield* Fiber.join(asked)))
    }))

  test("end when secs4js separates: ours says so, and its open transaction fails at once", ({
    inbox,
    peer,
    session,
    tap
  }) =>
    Effect.gen(function* () {
      const asked = yield* Effect.forkChild(Effect.exit(session.request(SecsMessage.primary(2, 41))), {
        startImmediately: true
      })
      yield* until(() => names(wire(tap)[0]).includes(`${side} S2F41`))
      yield* Effect.promise(() => peer.sendSeparateReq())
      assert.strictEqual(failureOf(yield* Fiber.join(asked)), "ConnectionLost")
      yield* until(() => reasons(inbox).length > 0)
      assert.deepStrictEqual(reasons(inbox), ["Separated"])
      assert.strictEqual(names(wire(tap)[0]).at(-1), `${theirSide[side]} SeparateReq`)
    }))

  test("select again after secs4js crashed, without anybody's help", ({ inbox, peer, session, tap }) =>
    Effect.gen(function* () {
      const asked = yield* Effect.forkChild(Effect.exit(session.request(SecsMessage.primary(2, 41))), {
        startImmediately: true
      })
      yield* until(() => names(wire(tap)[0]).includes(`${side} S2F41`))
      crash(peer)
      assert.strictEqual(failureOf(yield* Fiber.join(asked)), "ConnectionLost")
      yield* untilState(session, "Selected")
      yield* until(() => isSelected(peer))
      assert.strictEqual((yield* session.request(SecsMessage.primary(1, 1))).name, "S1F2")
      assert.strictEqual((yield* ask(peer, 1, 1)).func, 2)
      assert.deepStrictEqual(reasons(inbox), ["TcpClosed"])
      assert.deepStrictEqual(names(wire(tap)[1]).slice(0, 2), ["active SelectReq", "passive SelectRsp"])
    }))

  test("select again after secs4js separated, without anybody's help", ({ peer, session }) =>
    Effect.gen(function* () {
      yield* Effect.promise(() => peer.sendSeparateReq())
      yield* untilState(session, "NotConnected")
      yield* untilState(session, "Selected")
      assert.strictEqual((yield* session.request(SecsMessage.primary(1, 1))).name, "S1F2")
    }))

  test("select again after ours ended and another took its place", ({ end, peer, reopen }) =>
    Effect.gen(function* () {
      yield* end
      const { session } = yield* reopen
      yield* session.awaitSelected
      assert.strictEqual((yield* session.request(SecsMessage.primary(1, 1))).name, "S1F2")
      yield* until(() => isSelected(peer))
      assert.strictEqual((yield* ask(peer, 1, 1)).func, 2)
    }))
})

describe("ours as equipment, secs4js as host", () => {
  it.live(
    "tells the host with S9F9, which carries the primary's header, that S6F11 was not answered within T3",
    () =>
      Effect.gen(function* () {
        const { peer, session, tap } = yield* link("passive")
        peer.removeAllListeners("message")
        const reported = Effect.promise(async () => {
          const messages: Array<secs4js.SecsMessage> = []
          peer.on("message", (message: secs4js.SecsMessage) => messages.push(message))
          while (messages.length < 2) await once(peer, "message")
          return messages
        })
        const asking = Effect.exit(session.request(SecsMessage.primary(6, 11, Item.L()), { timeout: "50 millis" }))
        const [messages, exit] = yield* Effect.all([reported, asking], { concurrency: 2 })
        assert.strictEqual(failureOf(exit), "ReplyTimeout")
        assert.deepStrictEqual([messages[1]!.stream, messages[1]!.func, messages[1]!.wBit], [9, 9, false])
        const primary = wire(tap)[0]!.find(({ message }) => message._tag === "Data")!.message
        const header = Buffer.from(Result.getOrThrow(Hsms.encode(primary)).subarray(4, 14)).toString("hex")
        assert.strictEqual(bytesOf(messages[1]!.body), `210a${header}`)
      }).pipe(Effect.provide(Logger.layer([]))),
    { timeout: 20_000 }
  )

  it.live(
    "takes a BOOLEAN true of FF, as secs4js writes it, for true, and gives it back as 01",
    () =>
      Effect.gen(function* () {
        const { inbox, peer } = yield* link("passive")
        const sent = BOOLEAN(true, false)
        assert.strictEqual(sent.toBuffer().toString("hex"), "2502ff00")
        const reply = yield* ask(peer, 2, 25, sent)
        assert.strictEqual(String(inbox.primaries[0]!.item), "<BOOLEAN T F>")
        assert.strictEqual(hex(inbox.primaries[0]!.item!), "25020100")
        assert.strictEqual(reply.body!.toSml(), sent.toSml())
      }).pipe(Effect.provide(Logger.layer([]))),
    { timeout: 20_000 }
  )
})
