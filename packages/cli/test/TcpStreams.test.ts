import { assert, describe, it } from "@effect/vitest"
import * as TcpSegment from "../src/logs/TcpSegment.ts"
import * as TcpStreams from "../src/logs/TcpStreams.ts"
import {
  ACK,
  concat,
  conversation,
  ip4,
  RST,
  type Said,
  segmented,
  type Side,
  starts,
  SYN,
  tcp,
  type Tcp
} from "./support/captures.ts"
import { draw, Natural, Seed, seeded } from "./support/draw.ts"

const toSegment = (segment: Tcp): TcpSegment.TcpSegment => {
  const read = TcpSegment.read(101, ip4(segment.from, tcp(segment)))
  if (typeof read === "string") throw new Error(read)
  return read
}

/** Bytes of each side with `~n~` for a gap, and the rest of the events by name. */
const run = (segments: ReadonlyArray<Tcp | TcpSegment.TcpSegment>) => {
  const streams = TcpStreams.make()
  const text: Record<Side, string> = { active: "", passive: "" }
  const others: Array<string> = []
  const take = (events: ReadonlyArray<TcpStreams.StreamEvent>) => {
    for (const event of events) {
      if (event._tag === "Bytes") text[event.from] += new TextDecoder().decode(event.bytes)
      else if (event._tag === "Gap") text[event.from] += `~${event.bytes}~`
      else others.push(event._tag === "Closed" ? event.how : `${event.connection.active} > ${event.connection.passive}`)
    }
  }
  for (const segment of segments) take(streams.push("from" in segment ? toSegment(segment) : segment))
  take(streams.end())
  return { ...text, others }
}

const bytes = (text: string) => new TextEncoder().encode(text)
const said = (from: Side, text: string): Said => ({ from, bytes: bytes(text) })

const a = starts.active + 1
const at = (offset: number, text: string, acknowledged = starts.passive + 1): Tcp => ({
  from: "active",
  sequence: (a + offset) >>> 0,
  acknowledged,
  payload: bytes(text)
})
const acknowledges = (offset: number): Tcp => ({
  from: "passive",
  sequence: starts.passive + 1,
  acknowledged: (a + offset) >>> 0
})
const handshake = conversation([]).slice(0, 3)
const opened = ["192.0.2.1:49152 > 192.0.2.2:5000"]

describe("TcpStreams", () => {
  it("gives what each side said, from the start of a connection to its end", () => {
    assert.deepStrictEqual(run(conversation([said("active", "ping"), said("passive", "pong"), said("active", "!")])), {
      active: "ping!",
      passive: "pong",
      others: [...opened, "closed"]
    })
  })

  it("takes bytes that come again once, and of an overlap what is new", () => {
    assert.deepInclude(run([...handshake, at(0, "abc"), at(0, "abc"), at(1, "bcde"), at(2, "c"), at(0, "XXXXXf")]), {
      active: "abcdef"
    })
  })

  it("puts segments in their order", () => {
    assert.deepInclude(run([...handshake, at(4, "e"), at(2, "cd"), at(3, "de"), at(0, "ab"), at(5, "f")]), {
      active: "abcdef"
    })
  })

  it("waits for a hole while its end is not acknowledged", () => {
    const waiting = Array.from({ length: 100 }, (_, i) => at(2 + i, "x"))
    assert.deepInclude(run([...handshake, at(0, "a"), ...waiting, at(1, "b")]), { active: `ab${"x".repeat(100)}` })
  })

  it("gives a hole up sixteen packets after its end was acknowledged, and tells its length", () => {
    const acknowledged = (packets: number) => [
      ...handshake,
      at(0, "a"),
      at(5, "f"),
      ...Array.from({ length: packets }, () => acknowledges(6))
    ]
    const streams = TcpStreams.make()
    const gaps = (segments: ReadonlyArray<Tcp>) =>
      segments.flatMap((segment) => streams.push(toSegment(segment))).filter(({ _tag }) => _tag === "Gap").length
    assert.strictEqual(gaps(acknowledged(15)), 0)
    assert.strictEqual(gaps([acknowledges(6)]), 1)
    assert.deepInclude(run([...acknowledged(16), at(1, "late"), at(6, "g")]), { active: "a~4~fg" })
  })

  it("gives a hole up when 512 segments wait behind it", () => {
    const waiting = Array.from({ length: 513 }, (_, i) => at(2 + i, "x"))
    assert.deepInclude(run([...handshake, at(0, "a"), ...waiting, at(1, "b")]), { active: `a~1~${"x".repeat(513)}` })
  })

  it("tells what is missing at the end of the capture, acknowledged or in front of what waits", () => {
    assert.deepInclude(run([...handshake, at(0, "a"), at(5, "f")]), {
      active: "a~4~f",
      others: [...opened, "captured"]
    })
    assert.deepInclude(run([...handshake, at(0, "a"), acknowledges(9)]), { active: "a~7~" })
    assert.deepInclude(run([...handshake, at(0, "a"), acknowledges(1)]), { active: "a" })
  })

  it("begins in the middle of a connection, where the lower port is said to listen", () => {
    assert.deepStrictEqual(run([at(100, "abc"), acknowledges(103), at(103, "d")]), {
      active: "abcd",
      passive: "",
      others: [...opened, "captured"]
    })
    const back: Tcp = { from: "passive", sequence: 5, payload: bytes("x") }
    assert.deepStrictEqual(run([back]).others, [...opened, "captured"])
  })

  it("knows the sides by the second packet of the handshake alone", () => {
    const odd = { active: 80, passive: 6000 }
    const segments = conversation([said("active", "ab")], 0, odd).slice(1)
    assert.deepStrictEqual(run(segments), {
      active: "ab",
      passive: "",
      others: ["192.0.2.1:80 > 192.0.2.2:6000", "closed"]
    })
  })

  it("ends a connection with its reset", () => {
    const segments = [
      ...handshake,
      at(0, "a"),
      { from: "active", sequence: a + 1, flags: RST | ACK, acknowledged: 1 } as const
    ]
    assert.deepStrictEqual(run([...segments, at(1, "b")]), { active: "a", passive: "", others: [...opened, "reset"] })
  })

  it("takes a second use of the same ports for another connection, and a SYN that comes again for the same", () => {
    const first = conversation([said("active", "one")])
    const second = conversation([said("active", "two")], 1_000_000)
    assert.deepStrictEqual(run([first[0]!, ...first, ...second]), {
      active: "onetwo",
      passive: "",
      others: [...opened, "closed", ...opened, "closed"]
    })
    assert.deepStrictEqual(run([...first.slice(0, 5), ...second]).others, [...opened, "captured", ...opened, "closed"])
  })

  it("does not open a connection for what comes again after its end", () => {
    const segments = conversation([said("active", "one")])
    assert.deepStrictEqual(run([...segments, ...segments.slice(1)]).others, [...opened, "closed"])
  })

  it("tells nothing more of a connection that is ignored", () => {
    const streams = TcpStreams.make()
    const segments = conversation([said("active", "one"), said("active", "two")]).map(toSegment)
    const connection = segments.slice(0, 4).flatMap((segment) => streams.push(segment))[0]!.connection
    streams.ignore(connection)
    assert.deepStrictEqual([...segments.slice(4).flatMap((segment) => streams.push(segment)), ...streams.end()], [])
  })

  it("tells bytes the capture cut off behind those it has", () => {
    const { payload, ...rest } = toSegment(at(0, "abcdef"))
    assert.deepInclude(run([...handshake, { ...rest, payload: payload.subarray(0, 2) }, at(6, "g")]), {
      active: "ab~4~g"
    })
  })

  it.prop(
    "gives the same bytes however segments are cut, come again, overlap and change places",
    [Seed, Natural(400)],
    ([seed, length]) => {
      const random = draw(seed)
      const text = Array.from({ length }, () => String.fromCharCode(97 + random(26))).join("")
      const answer = text.toUpperCase()
      const whole = conversation([
        ...segmented(random, "active", bytes(text)),
        ...segmented(random, "passive", bytes(answer))
      ])
      const middle = whole.slice(3, -3).flatMap((segment) => {
        if (random(4) > 0 || segment.payload!.length === 0) return [segment]
        // Once more, with some bytes of what came before.
        const before = random(20)
        const all = bytes(segment.from === "active" ? text : answer)
        const offset = (segment.sequence - starts[segment.from] - 1) | 0
        const start = Math.max(0, offset - before)
        const again = {
          ...segment,
          sequence: (segment.sequence - (offset - start)) >>> 0,
          payload: all.slice(start, offset + segment.payload!.length)
        }
        return random(2) === 0 ? [segment, again] : [again, segment]
      })
      // Neighbours change places, up to a distance below the patience.
      const shuffled = middle
        .map((segment, i) => ({ segment, rank: i + random(8) }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ segment }) => segment)
      assert.deepStrictEqual(run([...whole.slice(0, 3), ...shuffled, ...whole.slice(-3)]), {
        active: text,
        passive: answer,
        others: [...opened, "closed"]
      })
    }
  )

  it.prop("tells every byte that is missing: bytes and gaps are as long as what was said", [Seed], ([seed]) => {
    const random = draw(seed)
    const length = 50 + random(2000)
    const whole = conversation(segmented(random, "active", new Uint8Array(length).fill(97)))
    const lossy = whole.filter(
      (segment, i) => i < 3 || i >= whole.length - 3 || segment.payload!.length === 0 || random(5) > 0
    )
    const { active } = run(lossy)
    const gaps = [...active.matchAll(/~(\d+)~/g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0)
    assert.strictEqual(active.replaceAll(/~\d+~/g, "").length + gaps, length)
  })

  /** Segments with any numbers and flags. */
  const Wild = seeded((random) =>
    Array.from({ length: random(60) }, (): Tcp => {
      const near = random(2) === 0 ? random(100) : random(0x1_0000_0000)
      return {
        from: random(2) === 0 ? "active" : "passive",
        sequence: (starts.active + near) >>> 0,
        acknowledged: random(3) === 0 ? random(0x1_0000_0000) : (starts.active + random(100)) >>> 0,
        flags: random(4) === 0 ? random(0x20) : ACK | (random(9) === 0 ? SYN : 0),
        payload: new Uint8Array(random(40))
      }
    })
  )

  it.prop("takes any segments", [Wild], ([segments]) => {
    run(segments)
    assert.deepStrictEqual(run(segments), run(segments))
  })

  it("holds no more than a megabyte for a hole, however much comes behind it", () => {
    const large = concat(new Uint8Array(60_000))
    const segments = Array.from({ length: 40 }, (_, i): Tcp => ({
      from: "active",
      sequence: (a + 10 + i * large.length) >>> 0,
      payload: large
    }))
    const streams = TcpStreams.make()
    const events = [...handshake, at(0, "a"), ...segments].flatMap((segment) => streams.push(toSegment(segment)))
    assert.strictEqual(events.filter(({ _tag }) => _tag === "Gap").length, 1)
    assert.isAtLeast(events.filter(({ _tag }) => _tag === "Bytes").length, 19)
  })
})
