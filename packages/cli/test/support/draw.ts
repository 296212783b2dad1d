/** Generators of the properties about logs. Whole inputs are drawn from a seed, which is what a failing test prints. */
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"

const natural = (maximum: number) => Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum })))

/** Draws uniform integers below a limit. (mulberry32) */
export type Draw = (below: number) => number

export const draw = (from: number): Draw => {
  let state = from
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

export const Seed = natural(0xffff_ffff)

/** Integers from 0 to a maximum. */
export const Natural = natural

/** What `make` draws, from any seed. */
export const seeded = <A>(make: (draw: Draw) => A): Arbitrary.Arbitrary<A> =>
  Seed.pipe(Arbitrary.map((from) => make(draw(from))))

export const pick = <A>(draw: Draw, from: ReadonlyArray<A>): A => from[draw(from.length)]!

/** Words that logs are made of, and characters that are not. */
const scraps = [
  "S6F11",
  "S1F2 W",
  "'S6F11' W",
  "<L [2]",
  "<A 'x'>",
  "<U4 1>",
  ">",
  "\n.\n",
  ".",
  "/* Name=X */",
  "/*",
  '"',
  "'",
  "\n",
  "\r\n",
  " ",
  "2019-06-08 15:14:37,402",
  "15:14:37",
  "SEND",
  "RECV",
  "-->",
  "H->E",
  "SB=0x2A",
  "[0000002A]",
  "INFO  [85] -",
  "00 00 00 0a",
  "ff ff",
  "0000000affff000000010000002a",
  "00000000  ",
  "|....|",
  "*",
  "0000: ",
  "{",
  "}",
  "é",
  "\u{1F600}",
  "\0"
]

/** Text that is almost a log. */
export const Texts = seeded((draw) => {
  let text = ""
  for (let n = draw(60); n > 0; n--) text += draw(8) === 0 ? String.fromCharCode(draw(0x300)) : pick(draw, scraps)
  return text
})

/** Any bytes at all. */
export const Bytes = seeded((draw) => Uint8Array.from({ length: draw(400) }, () => draw(256)))

/** Cuts bytes into pieces of drawn lengths. */
export const cut = (bytes: Uint8Array, draw: Draw, longest = 40): ReadonlyArray<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length;) {
    const length = 1 + draw(longest)
    pieces.push(bytes.slice(at, at + length))
    at += length
  }
  return pieces
}
