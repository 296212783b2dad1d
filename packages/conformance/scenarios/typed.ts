/** SEMI E5, stream 9: what equipment says of messages that its handlers cannot use, and what a host makes of that. */
import { StreamFunction, Structure } from "@effect-secs/codec"
import { Handlers, Session } from "@effect-secs/session"
import * as Effect from "effect/Effect"
import * as assert from "node:assert/strict"
import { asEquipment, asHost, everywhere, type Options, type Stage, start } from "./kit.ts"

const { A, B, U4, list } = Structure

const S2F18 = StreamFunction.secondary({ stream: 2, function: 18, name: "Date and Time Data", structure: A })
const S2F17 = StreamFunction.primary({ stream: 2, function: 17, name: "Date and Time Request", reply: S2F18 })
const S7F2 = StreamFunction.secondary({ stream: 7, function: 2, name: "Process Program Load Grant", structure: B })
const S7F1 = StreamFunction.primary({
  stream: 7,
  function: 1,
  name: "Process Program Load Inquire",
  structure: list({ ppid: A, length: U4 }),
  reply: S7F2
})

const handlers = Handlers.make(
  Handlers.handle(S2F17, () => Effect.succeed("2026")),
  Handlers.handle(S7F1, ({ ppid }) => Effect.succeed(ppid === "NO" ? 2 : 0))
)

/** A session with handlers, and its peer, SELECTED. */
const handling = (at: Stage, options?: Options) =>
  Effect.gen(function* () {
    const all = yield* at.selected(options)
    yield* start(Effect.provideService(Handlers.serve(handlers), Session.Session, all.session))
    return all
  })

/** `S7F1 W <L <A "P1"> <U4 100>>`, with these system bytes. */
const inquiry = (system: string) => `000A 87 01 00 00 ${system} 0102 41025031 B10400000064`

export const typed = [
  everywhere("a primary is answered with the body of its handler (e37/data/either-side)", (at) =>
    Effect.gen(function* () {
      const { peer } = yield* handling(at)
      yield* peer.send("000A 82 11 00 00 00000021")
      yield* peer.expect("000A 02 12 00 00 00000021 4104 32303236")
    })
  ),

  asEquipment(
    "a stream, and a function of a known stream, without a handler are reported with S9F3 and S9F5, once, and SxF0 ends the transaction (e5/stream-9/unrecognized, e5/stream-9/once, e5/stream-9/fields)",
    (at) =>
      Effect.gen(function* () {
        const { peer } = yield* handling(at)
        yield* peer.send("000A 85 01 00 00 00000021", "000A 02 19 00 00 00000022", "000A 82 19 00 00 00000023")
        yield* peer.expect("000A 09 03 00 00 ???????? 210A 000A 85 01 00 00 00000021")
        yield* peer.expect("000A 05 00 00 00 00000021")
        yield* peer.expect("000A 09 05 00 00 ???????? 210A 000A 02 19 00 00 00000022")
        yield* peer.expect("000A 09 05 00 00 ???????? 210A 000A 82 19 00 00 00000023")
        yield* peer.expect("000A 02 00 00 00 00000023")
        yield* peer.quiet
      })
  ),

  asEquipment(
    "a body that is not what its stream and function say is reported with S9F7, once, and SxF0 ends the transaction (e5/stream-9/illegal-data, e5/stream-9/once)",
    (at) =>
      Effect.gen(function* () {
        const { peer } = yield* handling(at)
        yield* peer.send("000A 87 01 00 00 00000021 B10400000064", "000A 07 01 00 00 00000022 B10400000064")
        yield* peer.expect("000A 09 07 00 00 ???????? 210A 000A 87 01 00 00 00000021")
        yield* peer.expect("000A 07 00 00 00 00000021")
        yield* peer.expect("000A 09 07 00 00 ???????? 210A 000A 07 01 00 00 00000022")
        yield* peer.quiet
      })
  ),

  asEquipment(
    "text longer than this side takes is reported with S9F11, once, and SxF0 ends the transaction (e5/stream-9/too-long, e5/stream-9/once)",
    (at) =>
      Effect.gen(function* () {
        const { peer } = yield* handling(at, { maxTextLength: 3 })
        yield* peer.send("000A 87 01 00 00 00000021 41025031", "000A 07 01 00 00 00000022 41025031")
        yield* peer.expect("000A 09 0B 00 00 ???????? 210A 000A 87 01 00 00 00000021")
        yield* peer.expect("000A 07 00 00 00 00000021")
        yield* peer.expect("000A 09 0B 00 00 ???????? 210A 000A 07 01 00 00 00000022")
        yield* peer.quiet
      })
  ),

  asEquipment(
    "a granted inquiry that nothing follows makes it send S9F13 with SxFy and id of what was expected; one that is refused, or followed, does not (e5/stream-9/conversation, e5/stream-9/once)",
    (at) =>
      Effect.gen(function* () {
        const { peer } = yield* handling(at, {
          conversations: { followUps: { S7F2: ["S7F3"] }, timeout: "200 millis" }
        })
        // Refused.
        yield* peer.send("000A 87 01 00 00 00000020 0102 41024E4F B10400000064")
        yield* peer.expect("000A 07 02 00 00 00000020 210102")
        // Followed; nothing handles S7F3 here.
        yield* peer.send(inquiry("00000021"), "000A 07 03 00 00 00000022 0102 41025031 210101")
        yield* peer.expect("000A 07 02 00 00 00000021 210100")
        yield* peer.expect("000A 09 05 00 00 ???????? 210A 000A 07 03 00 00 00000022")
        yield* peer.send(inquiry("00000023"))
        yield* peer.expect("000A 07 02 00 00 00000023 210100")
        yield* at.elapse("250 millis")
        yield* peer.expect("000A 09 0D 00 00 ???????? 0102 4106 533037463033 41025031")
        yield* at.elapse("250 millis")
        yield* peer.quiet
      })
  ),

  asHost(
    "a host sends no stream 9 for what it does not handle, cannot read, or waited for in vain: SxF0 where a reply is expected (e5/stream-9/host-never)",
    (at) =>
      Effect.gen(function* () {
        const { event, peer } = yield* handling(at, {
          maxTextLength: 20,
          conversations: { followUps: { S7F2: ["S7F3"] }, timeout: "200 millis" }
        })
        yield* peer.send(
          "000A 85 01 00 00 00000021",
          "000A 02 19 00 00 00000022",
          "000A 87 01 00 00 00000023 B10400000064",
          inquiry("00000025")
        )
        yield* peer.expect("000A 05 00 00 00 00000021")
        yield* peer.expect("000A 07 00 00 00 00000023")
        yield* peer.expect("000A 07 02 00 00 00000025 210100")
        yield* peer.send("000A 87 01 00 00 00000024 4114 0000000000000000000000000000000000000000")
        yield* peer.expect("000A 07 00 00 00 00000024")
        yield* at.elapse("250 millis")
        yield* event("ConversationTimedOut")
        yield* peer.quiet
      })
  ),

  asHost("a report that names no open transaction of the host is told to its observers (e5/stream-9/told)", (at) =>
    Effect.gen(function* () {
      const { event, peer } = yield* handling(at)
      yield* peer.send("000A 09 05 00 00 00000021 210A 000A 81 01 00 00 00000005")
      const { about, message } = yield* event("ErrorReported")
      assert.deepStrictEqual([message.function, about?.systemBytes], [5, 5])
      yield* peer.quiet
    })
  )
]
