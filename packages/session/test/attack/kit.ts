/**
 * What the attacks on a passive session share: the session behind a real listening socket, and the four questions every
 * attack ends with. What was answered, byte by byte? What did the user see of it? Is the next client served within two
 * seconds? Is everything given back?
 */
import { Item } from "@effect-secs/codec"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { HsmsSession, Session, Transport } from "../../src/index.ts"
import * as NodeTransport from "../../src/NodeTransport.ts"
import type { SessionEvent } from "../../src/SessionEvent.ts"
import * as kit from "../kit.ts"
import { type Attacker, dial, hexOf, host } from "./Attacker.ts"
import { bytesBefore, closed, givenBack, openNow, turn, until } from "./measure.ts"

/** `<L [2] <A "MDLN"> <A "1.0">>`, the text of S1F2. By hand from SEMI E5. */
const s1f2Text = "010241044d444c4e4103312e30"

/** S1F1 with W-bit, and the reply every session here gives to it. */
export const s1f1 = (system: number): kit.Frame => kit.primary(1, 1, system)
export const s1f2 = (system: number): kit.Frame => kit.data(1, 2, system, s1f2Text)

// --- the session under attack --------------------------------------------------------------------------------------

/** One line for what a user sees of a fault; `undefined` for what happens without one. */
const line = (event: SessionEvent): string | undefined => {
  switch (event._tag) {
    case "Connected":
    case "StateChanged":
    case "Received":
    case "Sent":
    // A flood makes more events than are kept: no fault of the session.
    case "EventsMissed":
      return undefined
    case "Disconnected": {
      const { reason } = event
      switch (reason._tag) {
        case "FrameFault":
          return `Disconnected FrameFault ${reason.error.reason._tag} ${reason.error.reason.length}`
        case "TcpClosed":
          return `Disconnected TcpClosed ${reason.error.operation} ${reason.error.reason._tag}`
        case "T8Expired":
          return `Disconnected T8Expired after ${reason.received}`
        default:
          return `Disconnected ${reason._tag}`
      }
    }
    case "MessageRejected":
      return `MessageRejected ${event.rejectReason}`
    case "UnmatchedReply":
      return `UnmatchedReply ${event.kind}`
    case "Undecodable":
      return `Undecodable ${event.error.reason._tag}`
    case "SessionIdMismatch":
      return `SessionIdMismatch ${event.header.sessionId} ${event.dropped ? "dropped" : "delivered"}`
    case "ProtocolWarning":
      return `ProtocolWarning ${event.what}`
    default:
      return event._tag
  }
}

/** A session under attack. */
export interface Field {
  readonly session: Session.Service
  readonly port: number
  /** A connection of a new attacker. */
  readonly attacker: Effect.Effect<Attacker, never, Scope.Scope>
  /** The same, of one that reads nothing. */
  readonly deaf: Effect.Effect<Attacker, never, Scope.Scope>
  /** The same, selected. */
  readonly selected: Effect.Effect<Attacker, never, Scope.Scope>
  /** The data messages the handler was given so far, by name. */
  readonly handled: ReadonlyArray<string>
  /** How many replies of the handler were written so far. */
  readonly replied: number
  /** What was logged as a warning or worse so far. */
  readonly log: ReadonlyArray<string>
  /** The faults so far, one line each. */
  readonly faults: ReadonlyArray<string>
  /** Asserts that the faults since last asked are these and no others. */
  readonly sees: (...faults: ReadonlyArray<string>) => Effect.Effect<void>
  /** A new client connects, selects, has S1F1 answered, separates: within two seconds, dialling as often as it takes. */
  readonly serves: Effect.Effect<void>
}

export type Options = Partial<HsmsSession.Options>

/** What the handler replies: S1F2 to S1F1, three megabytes to S1F3, SxF0 to all others that want and can have one. */
const answer = (primary: Session.InboundPrimary) => {
  if (primary.message.name === "S1F1") return primary.reply(Item.L(Item.A("MDLN"), Item.A("1.0")))
  if (primary.message.name === "S1F3") return primary.reply(Item.B(new Uint8Array(3_000_000)))
  return primary.message.replyExpected && primary.message.stream > 0 ? primary.abort : Effect.void
}

const make = (options: Options): Effect.Effect<Field, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { listening, transport } = yield* Effect.orDie(NodeTransport.makeListen({ host, port: 0 }))
    const { port } = listening
    // Bytes pulled of each connection, by the name of its peer.
    const pulled = new Map<string, number>()
    const tapped: Transport.Transport["Service"] = {
      description: transport.description,
      open: Effect.map(transport.open, (channel) => {
        pulled.delete(channel.peer)
        return {
          ...channel,
          // What goes past `pull` would not be counted.
          pullWhile: undefined,
          pull: Effect.map(channel.pull, (chunks) => {
            const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
            pulled.set(channel.peer, size + (pulled.get(channel.peer) ?? 0))
            return chunks
          })
        }
      })
    }
    const log: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      const text = String(message)
      if (logLevel !== "Info" && !text.startsWith("timer ")) log.push(`${logLevel} ${text}`)
    })
    const logged = Logger.layer([logger])
    const session = yield* HsmsSession.makePassive({ sessionId: kit.device, ...options }).pipe(
      Effect.provideService(Transport.Transport, tapped),
      Effect.provide(logged),
      Effect.orDie
    )
    let faults: Array<string> = []
    yield* session.events.pipe(
      Stream.runForEach((event) =>
        Effect.sync(() => {
          const text = line(event)
          if (text !== undefined) faults.push(text)
        })
      ),
      Effect.forkScoped({ startImmediately: true })
    )
    const handled: Array<string> = []
    let replied = 0
    const serving = Session.serve((primary) => {
      handled.push(primary.message.name)
      return Effect.tap(answer(primary), () =>
        Effect.sync(() => {
          replied++
        })
      )
    })
    yield* Effect.forkScoped(serving.pipe(Effect.provideService(Session.Session, session), Effect.provide(logged)), {
      startImmediately: true
    })

    const attacker = dial(port, pulled, true)
    const selected = Effect.tap(attacker, (one) => one.selects)

    const attempt = Effect.scoped(
      Effect.gen(function* () {
        const client = yield* attacker
        const answers = hexOf(kit.selectRsp(1), s1f2(2))
        const ends = () => client.over !== undefined || client.size >= answers.length / 2
        yield* client.write(kit.selectReq(1), s1f1(2))
        yield* until(() => "the new client waits", ends, 2000)
        if (client.size < answers.length / 2) return false
        assert.strictEqual((yield* client.skip(0)).toString("hex"), answers)
        yield* client.write(kit.separateReq(3))
        yield* client.closed()
        return true
      })
    )
    const serves = Effect.gen(function* () {
      let served = false
      const tries = Effect.gen(function* () {
        while (!(served = yield* attempt)) yield* Effect.sleep(10)
      })
      pulled.clear()
      const trying = yield* Effect.forkScoped(tries, { startImmediately: true })
      yield* until(
        () => "no new client was served within two seconds",
        () => served || trying.pollUnsafe() !== undefined,
        2000
      )
      yield* Fiber.join(trying)
    }).pipe(Effect.scoped)

    return {
      session,
      port,
      attacker,
      deaf: dial(port, pulled, false),
      selected,
      handled,
      get replied() {
        return replied
      },
      log,
      get faults() {
        return faults
      },
      sees: (...expected) =>
        Effect.gen(function* () {
          yield* until(
            () => `seen ${JSON.stringify(faults)}, expected ${JSON.stringify(expected)}`,
            () => faults.length >= expected.length
          )
          yield* kit.settle
          assert.deepStrictEqual(faults, expected)
          faults = []
        }),
      serves
    }
  })

/**
 * One attack and the four questions. Before it the session has served a client; after it the attackers are gone, the
 * next client is served within two seconds, no error was logged, and sockets, timers and memory are as they were; when
 * the session ends, so does its server.
 */
export const attack = (
  title: string,
  test: (field: Field) => Effect.Effect<void, never, Scope.Scope>,
  options: Options & { readonly seconds?: number } = {}
): void => {
  const { seconds = 20, ...session } = options
  const rounds = Effect.gen(function* () {
    // The timer that bounds this test is running from here on.
    yield* turn
    const outside = openNow()
    const inside = Effect.gen(function* () {
      const field = yield* make(session)
      yield* field.serves
      yield* field.sees("Disconnected Separated")
      const before = yield* bytesBefore
      yield* turn
      const open = openNow()
      yield* Effect.scoped(test(field))
      yield* field.serves
      assert.deepStrictEqual(
        field.log.filter((entry) => !entry.startsWith("Warn ")),
        []
      )
      yield* closed(open)
      yield* givenBack(before)
    })
    yield* Effect.scoped(inside)
    yield* closed(outside)
  })
  it.live(title, () => Effect.timeout(rounds, `${seconds} seconds`), seconds * 1000 + 5000)
}

/** Numbers that look random and are the same in every run: xorshift of 32 bits. */
export const noise = (seed: number, bytes: number): Uint8Array => {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  return Uint8Array.from({ length: bytes }, () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state & 0xff
  })
}
