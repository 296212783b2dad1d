/** Items as properties of text need them: every character that means something to a reader, every bit of a float. */
import { Item, ItemCodec, SecsMessage } from "@effect-secs/codec"
import { type Draw, bytes, seeded } from "./draw.ts"
import { success } from "./expect.ts"

const spells = [
  '"',
  "'",
  "\\",
  ">",
  "<",
  ".",
  " ",
  "//",
  "/*",
  "*/",
  '">',
  "'>",
  "[3]",
  "0x41",
  "S1F1 W.",
  "\n",
  "\r\n",
  "\t",
  "\0",
  "\x7f",
  "\x80",
  "\xe9",
  "\xff",
  "T",
  "= X",
  "~"
]

const word = (draw: Draw): string =>
  String.fromCharCode(...Array.from({ length: 1 + draw(6) }, () => 0x20 + draw(0x5f)))

/** Plain at times, so that every dialect has something to say. */
const latin1 = (draw: Draw): string => {
  const plain = draw(2) === 0
  let out = ""
  for (let left = draw(6); left > 0; left--)
    out += plain ? `W${draw(1000)}-x` : draw(2) === 0 ? word(draw) : spells[draw(spells.length)]!
  return out
}

const jis = (draw: Draw): string => {
  let out = ""
  for (let left = draw(8); left > 0; left--) {
    const kind = draw(8)
    out +=
      kind < 2
        ? String.fromCharCode(0xff61 + draw(63))
        : kind < 3
          ? "\u00a5\u203e"
          : kind < 4
            ? "\xe0\x81"
            : kind < 5
              ? '"\n'
              : `k${draw(100)}`
  }
  return out
}

const unicode = ["é", "漢字", "😀", "\u00a0", "\u200b", "\ufeff", "\u2028", "\n", '"', "\\", ">", "a b", "\u0301"]

const localized = (draw: Draw): Item.C2 => {
  if (draw(3) === 0) return Item.C2(draw(16), bytes(draw, draw(9)))
  let text = ""
  for (let left = draw(6); left > 0; left--) text += draw(2) === 0 ? `t${draw(100)}` : unicode[draw(unicode.length)]!
  return Item.C2(2, text)
}

const formats = [
  "A",
  "A",
  "A",
  "J",
  "C2",
  "B",
  "BOOLEAN",
  "I1",
  "I2",
  "I4",
  "I8",
  "U1",
  "U2",
  "U4",
  "U8",
  "F4",
  "F4",
  "F8",
  "F8"
] as const
const sizes = { B: 1, BOOLEAN: 1, I1: 1, I2: 2, I4: 4, I8: 8, U1: 1, U2: 2, U4: 4, U8: 8, F4: 4, F8: 8 } as const
const codes = {
  B: 0o10,
  BOOLEAN: 0o11,
  I1: 0o31,
  I2: 0o32,
  I4: 0o34,
  I8: 0o30,
  U1: 0o51,
  U2: 0o52,
  U4: 0o54,
  U8: 0o50,
  F4: 0o44,
  F8: 0o40
} as const

const usual = (draw: Draw, format: "F4" | "F8"): Item.Item => {
  const values = Array.from({ length: draw(4) }, () =>
    draw(4) === 0
      ? [-0, 0.1, 1e21, 1e-7, 5e-324, 2 ** -149, NaN, Infinity, -Infinity, 3.4028234663852886e38, 1.5e300][draw(11)]!
      : (draw(2_000_001) - 1_000_000) / 10 ** draw(6)
  )
  return format === "F8" ? Item.F8(values) : Item.F4(values.map(Math.fround))
}

/** One item that is no list; of numbers all bit patterns, by way of their bytes. */
export const leaf = (draw: Draw): Item.Item => {
  const format = formats[draw(formats.length)]!
  if (format === "A") return Item.A(latin1(draw))
  if (format === "J") return Item.J(jis(draw))
  if (format === "C2") return localized(draw)
  if ((format === "F4" || format === "F8") && draw(4) > 0) return usual(draw, format)
  if ((format === "I8" || format === "U8") && draw(2) === 0)
    return (format === "I8" ? Item.I8 : Item.U8)(draw(1000), draw(2 ** 31))
  const length = sizes[format] * [0, 1, 1, 1, 2, 3, 5, 40][draw(8)]!
  const body = bytes(draw, length)
  return success(ItemCodec.decode(Uint8Array.of((codes[format] << 2) | 2, length >> 8, length & 0xff, ...body)))
}

export const tree = (draw: Draw, depth: number): Item.Item =>
  depth === 0 || draw(3) > 0 ? leaf(draw) : Item.L(Array.from({ length: draw(5) }, () => tree(draw, depth - 1)))

export const Leaves = seeded(leaf)
export const Trees = seeded((draw) => tree(draw, 4))

/** Messages that may be sent or not even written: any function, a W-bit or none. */
export const Headers = seeded((draw) => {
  const function_ = draw(256)
  const item = draw(3) === 0 ? undefined : Item.U4(draw(100))
  return new SecsMessage.SecsMessage(draw(128), function_, draw(2) === 0, function_ === 0 ? undefined : item)
})

/** Its bytes, which tell what an equality of values would not: the payload of a NaN. */
export const hex = (item: Item.Item): string => Buffer.from(success(ItemCodec.encode(item))).toString("hex")
