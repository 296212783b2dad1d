/**
 * What stands behind `<`: the symbols of the formats and their aliases, and those only templates have.
 */
import type { FormatCode } from "@effect-secs/codec"
import { anyFormat } from "../../Template.ts"
import { greater, isWord } from "./characters.ts"
import { unterminated } from "./instead.ts"
import type { Scanner } from "./Scanner.ts"

/** What a format symbol says: a format, or one of the symbols only templates have. */
export type Symbol_ =
  | { readonly _tag: "Format"; readonly format: FormatCode.Format }
  | { readonly _tag: "Slot"; readonly formats: ReadonlyArray<FormatCode.Format>; readonly optional: boolean }
  | {
      readonly _tag: "Generated"
      readonly formats: ReadonlyArray<FormatCode.Format>
      readonly generated: "number" | "clock"
    }

const format = (name: FormatCode.Format): Symbol_ => ({ _tag: "Format", format: name })

/** What an id may be: a number without sign, or text. */
const ids: ReadonlyArray<FormatCode.Format> = ["U4", "U2", "U1", "U8", "A"]

const symbols: ReadonlyMap<string, Symbol_> = new Map(
  Object.entries({
    L: format("L"),
    LIST: format("L"),
    A: format("A"),
    ASCII: format("A"),
    J: format("J"),
    JIS: format("J"),
    JIS8: format("J"),
    W: format("C2"),
    C2: format("C2"),
    UNICODE: format("C2"),
    LOCALIZED: format("C2"),
    B: format("B"),
    BIN: format("B"),
    BINARY: format("B"),
    BOOLEAN: format("BOOLEAN"),
    BOOL: format("BOOLEAN"),
    TF: format("BOOLEAN"),
    I1: format("I1"),
    I2: format("I2"),
    I4: format("I4"),
    I8: format("I8"),
    U1: format("U1"),
    U2: format("U2"),
    U4: format("U4"),
    U8: format("U8"),
    F4: format("F4"),
    F8: format("F8"),
    INT1: format("I1"),
    INT2: format("I2"),
    INT4: format("I4"),
    INT8: format("I8"),
    UINT1: format("U1"),
    UINT2: format("U2"),
    UINT4: format("U4"),
    UINT8: format("U8"),
    FLOAT4: format("F4"),
    FLOAT8: format("F8"),
    V: { _tag: "Slot", formats: anyFormat, optional: true },
    VARIANT: { _tag: "Slot", formats: anyFormat, optional: false },
    VAR: { _tag: "Slot", formats: ids, optional: false },
    U4AUTO: { _tag: "Generated", formats: ["U4"], generated: "number" },
    U8AUTO: { _tag: "Generated", formats: ["U8"], generated: "number" },
    I4AUTO: { _tag: "Generated", formats: ["I4"], generated: "number" },
    I8AUTO: { _tag: "Generated", formats: ["I8"], generated: "number" },
    NOW: { _tag: "Generated", formats: ["A"], generated: "clock" }
  } satisfies Readonly<Record<string, Symbol_>>)
)

/** Symbols of one or two letters, by their characters: found without making a string. */
const shortSymbols: ReadonlyMap<number, Symbol_> = new Map(
  [...symbols].flatMap(([word, symbol]): ReadonlyArray<readonly [number, Symbol_]> => {
    const first = word.charCodeAt(0)
    const second = word.length === 2 ? word.charCodeAt(1) : 0
    return word.length > 2 ? [] : [first, first | 0x20].map((code) => [code * 256 + second, symbol] as const)
  })
)

/** Reads the symbol that stands here. */
export const symbolAt = (s: Scanner): Symbol_ => {
  const start = s.at
  const { text } = s
  const second = text.charCodeAt(start + 1)
  const length = isWord(second) ? 2 : 1
  if (!isWord(text.charCodeAt(start + length))) {
    const short = shortSymbols.get(text.charCodeAt(start) * 256 + (length === 2 ? second : 0))
    if (short !== undefined) {
      s.at = start + length
      return short
    }
  }
  let end = start
  while (isWord(text.charCodeAt(end))) end++
  const word = text.slice(start, end)
  s.at = end
  const found = symbols.get(word) ?? symbols.get(word.toUpperCase())
  if (found === undefined) {
    if (start >= text.length) return unterminated(s)
    return s.fail(
      "UnknownFormat",
      start,
      "L, A, B, BOOLEAN, J, C2, W, I1 to I8, U1 to U8, F4 or F8",
      hintFor(s, word),
      word === "" ? undefined : word.slice(0, 40)
    )
  }
  return found
}

const hintFor = (s: Scanner, word: string): string | undefined => {
  const match = /^(u?int|float|[iuf])(\d+)$/i.exec(word)
  if (match !== null) return "the digit counts bytes: 1, 2, 4 or 8"
  if (/^(string|text|char)/i.test(word)) return "text is A"
  if (word === "" || s.skip() !== greater) return undefined
  return "a name alone has no format; SFDL, which is written so, is no SML"
}

const notation = /[A-Z]\w{0,9}[ \t]*,[ \t]*\d/iy

/** What to tell one who wrote `L,2` and `A,3 "abc"`. */
export const hintForItem = (text: string, at: number): string | undefined => {
  notation.lastIndex = at
  return notation.test(text) ? 'an item is written <A [3] "abc">, not A,3' : undefined
}
