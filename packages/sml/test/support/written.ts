/**
 * Texts as people and tools write them: every form of header, item, slot, size, constant and rule, with blanks, line
 * ends and comments wherever they may stand.
 */
import { Dialect } from "@effect-secs/sml"
import { type Draw, seeded } from "./draw.ts"

export interface Written {
  readonly text: string
  readonly dialect: Dialect.Dialect
}

type Make = () => string

/** As one dialect's files are; of a mix, with the headers and comments of all of them, wherever they may stand. */
const writer = (draw: Draw, dialect: Dialect.Dialect, lineEnd: string, mixed = false) => {
  const pick = <A>(from: ReadonlyArray<A>): A => from[draw(from.length)]!
  const often = (of: number): boolean => draw(of) > 0
  const seldom = (of: number): boolean => draw(of) === 0
  let comments = 0
  let names = 0
  const constants: Array<string> = []

  // --- blanks and comments -------------------------------------------------------------------------------------------

  const remark = (): string =>
    `c${++comments}${pick(["", " ", " it's", ' "q', " S1F1 W.", " <U4 1>", " . >", " #define X 1", " if (", " ***", " = N"])}`
  const empty = (): string =>
    pick(["/**/", "/***/", "/*/*/", "/* ..*/", `//${lineEnd}`, `//*/${lineEnd}`, `${lineEnd}*${lineEnd}`, "/*.*/"])
  const comment = (): string => {
    if (mixed && seldom(4)) return empty()
    switch (draw(7)) {
      case 0:
      case 1:
        return ` // ${remark()}${lineEnd}`
      case 2:
        return `${lineEnd}${pick(["", "  ", "\t"])}${pick(["*", "**** ", "* "])}${remark()}${lineEnd}`
      case 3:
        return `/*${remark()}${lineEnd}   ${remark()} \t${lineEnd}*/`
      case 4:
        return `${lineEnd}// ${remark()}${lineEnd}`
      default:
        return `/* ${remark()} */`
    }
  }
  const blank = (): string => pick([" ", " ", "  ", "\t", lineEnd, `${lineEnd}${lineEnd}`, `${lineEnd}    `])
  /** Anything that parts two tokens. */
  const gap = (): string => {
    let out = blank()
    while (seldom(mixed ? 3 : 6)) out += comment() + (seldom(2) ? blank() : "")
    return out
  }
  /** Anything that may stand where tokens need not be parted. */
  const maybe = (): string => (often(2) ? "" : seldom(8) ? comment() : gap())
  const cased = (word: string): string => (seldom(6) ? word.toLowerCase() : word)

  // --- values --------------------------------------------------------------------------------------------------------

  const whole = (maximum: number): string => {
    const value = draw(maximum)
    const based = [`0x${value.toString(16)}`, `0x${value.toString(16).toUpperCase()}`, `0b${value.toString(2)}`]
    return seldom(5) ? pick([...based, `0o${value.toString(8)}`]) : `${value}`
  }
  const integer = (bits: number, signed: boolean): string => {
    if (seldom(12)) return `${pick(["'", '"'])}${draw(100)}`.replace(/^(.)(.*)$/, "$1$2$1")
    const value = whole(bits === 8 ? 128 : 2 ** Math.min(bits - 1, 30))
    return signed && seldom(3) ? `${pick(["-", "+"])}${value}` : value
  }
  const float = (): string =>
    pick(["0", "-0", "1.50", ".5", "5.", "1e3", "-2.5E-3", "NaN", "inf", "-Infinity", "0.1", "16777217", "1e-40"])
  const boolean = (): string => pick(["T", "F", "t", "TRUE", "false", "True", "1", "0", "0x01"])
  const byte = (): string => {
    const value = draw(256)
    const hex = value.toString(16).padStart(2, "0")
    if (dialect.bareHex) return pick([`0x${hex}`, hex.toUpperCase()])
    return seldom(3) ? `${value}` : pick([`0x${hex}`, `0x${hex.toUpperCase()}`, `0b${value.toString(2)}`])
  }
  const words = ["", " ", "a", "LOT-1", "a<b>.c", "say ", "//", "/*", "*/", "[3]", "= X", "S1F1 W.", "..", "0x41"]
  const run = (): string => {
    const quote = pick(["'", '"'])
    let text = ""
    for (let left = draw(4); left > 0; left--) text += pick(words)
    if (!dialect.escapes && seldom(4)) text += pick(["\\", "\t", `${lineEnd}x`, "C:\\x"])
    if (seldom(5)) text += quote === '"' ? "it's" : 'a "b" c'
    return quote + text + quote
  }
  const code = (): string => pick(["0x0D", "0x0a", "65", "0xFF", "0x27", "0x22"])
  const runs = (): string => {
    let out = ""
    for (let left = draw(4); left > 0; left--) out += `${seldom(3) ? code() : run()}${gap()}`
    return out
  }
  const many = (one: Make): string => {
    let out = ""
    for (let left = draw(12) === 0 ? draw(60) : draw(4); left > 0; left--) out += one() + gap()
    return out
  }

  // --- items ---------------------------------------------------------------------------------------------------------

  const inBrackets = (): string => {
    const count = pick([0, 1, 1, 2, 3, 50])
    const bound = (): string => (constants.length > 0 && seldom(2) ? pick(constants) : `${pick([1, 2, 3, 80])}`)
    switch (draw(9)) {
      case 0:
        return `${maybe()}${cased("MAX")}${gap()}${bound()}${maybe()}`
      case 1:
        return `${count}${maybe()}..${maybe()}${pick(["", "80"])}`
      case 2:
        return `..${maybe()}${bound()}`
      case 3:
        return constants.length > 0 ? bound() : "007"
      case 4:
        return pick(["?", "n", "n m", "5..2", "..."])
      default:
        return `${maybe()}${count}${maybe()}`
    }
  }
  const size = (): string => (seldom(2) ? "" : `${maybe()}[${inBrackets()}]`)
  const name = (): string => `${pick(["N", "SVID", "pp-id", "PP_ID"])}${++names}`
  const binding = (): string => (often(6) ? "" : `${maybe()}=${maybe()}${name()}`)

  const leaf = (bare = false): string => {
    const [symbols, values] = pick<readonly [ReadonlyArray<string>, Make]>([
      [["A", "ASCII"], runs],
      [["A"], runs],
      [["J", "JIS8"], () => (seldom(2) ? many(code) : `"kana"${gap()}`)],
      [["W", "UNICODE"], () => (seldom(2) ? "" : `"漢字"${gap()}`)],
      [["C2"], () => `${draw(14)}${gap()}${many(() => `0x${draw(256).toString(16).padStart(2, "0")}`)}`],
      [["B", "BIN", "BINARY"], () => many(byte)],
      [["BOOLEAN", "Boolean", "BOOL", "TF"], () => many(boolean)],
      [["U1", "UINT1"], () => many(() => integer(8, false))],
      [["U2"], () => many(() => integer(16, false))],
      [["U4", "UINT4"], () => many(() => integer(32, false))],
      [["U8"], () => many(() => (seldom(2) ? "18446744073709551615" : integer(64, false)))],
      [["I1"], () => many(() => integer(8, true))],
      [["I4", "INT4"], () => many(() => integer(32, true))],
      [["I8"], () => many(() => integer(64, true))],
      [["F4", "FLOAT4"], () => many(float)],
      [["F8"], () => many(float)]
    ])
    const body = !bare && seldom(10) ? name() : values()
    return `<${maybe()}${cased(pick(symbols))}${bare ? "" : size()}${gap()}${body}${maybe()}>`
  }
  const family = (): string =>
    pick<Make>([
      () => `<${maybe()}${cased("V")}${size()}${maybe()}>`,
      () => `<VARIANT${gap()}${name()}${maybe()}>`,
      () => `<VAR${size()}${gap()}${name()}>`,
      () => `<U4AUTO${pick(["", " [1]", "[1]"])}${maybe()}>`,
      () => `<NOW${pick(["", "[12]", " [16]"])}${maybe()}>`
    ])()
  const item = (depth: number): string => {
    if (depth === 0 || seldom(2)) return (seldom(8) ? family() : leaf()) + binding()
    let body = ""
    for (let left = draw(5); left > 0; left--) body += item(depth - 1) + (seldom(2) ? maybe() : gap())
    if (seldom(12)) body += `...${maybe()}`
    const symbol = /^[\s]*[<>]/.test(`${body}>`) && seldom(15) ? "" : `${cased(pick(["L", "L", "LIST"]))}${size()}`
    return `<${maybe()}${symbol}${maybe()}${body}>${binding()}`
  }

  // --- statements ----------------------------------------------------------------------------------------------------

  const shuffled = (parts: Array<string>): Array<string> => {
    for (let i = parts.length - 1; i > 0; i--) {
      const j = draw(i + 1)
      ;[parts[i], parts[j]] = [parts[j]!, parts[i]!]
    }
    return parts
  }
  const oddName = (): string =>
    pick([
      "7",
      "-",
      "#",
      "0x41",
      "S1F1W",
      "s1f1",
      "W1",
      "INPUT2",
      "L",
      "MAX",
      "_x",
      "h-e",
      "\u6f22",
      "a#b",
      "VAR",
      "if"
    ])
  const oddLabel = (): string =>
    pick([
      "1.2.3 x",
      "12-3",
      "s1f1_1",
      ".",
      "..",
      "*",
      "a*",
      "/",
      "a/b",
      "a.b",
      "if (x)",
      "every 5",
      "#d",
      "[x]",
      "W",
      "="
    ])
  const label = (): string => {
    const text = seldom(2) ? oddLabel() : seldom(2) ? oddName() : name()
    return pick([
      `${text}:`,
      `${text} : `,
      `My ${text}: `,
      `"${text}" `,
      `'${text}':`,
      `${" ".repeat(12)}${text}:`,
      ": "
    ])
  }
  const header = (): string => {
    const primary = often(3)
    const quote = seldom(3) ? pick(["'", '"']) : ""
    const code = `${quote}${cased(`S${1 + draw(99)}F${primary ? 1 + 2 * draw(50) : 2 + 2 * draw(50)}`)}${quote}`
    const before = mixed
      ? pick(["", label(), label()])
      : pick(["", "", "", `${name()}:`, `${name()} : `, `My ${name()}: `, `"${name()}" `, ": "])
    const named = draw(6)
    const words: Array<string> = []
    if (primary && seldom(2)) words.push(pick(["W", "w", "[W]", "[ w ]"]))
    if (seldom(4)) words.push(pick(["INPUT", "output", "H->E", "H <- E", "h<->e"]))
    if (named === 0) words.push(`=${pick(["", " "])}${name()}`)
    else if (named === 1) words.push(name())
    if (mixed && seldom(8)) words.push(pick([oddName(), `=${oddName()}`, `= ${comment()}${oddName()}`]))
    if (seldom(25)) words.push(pick(["INPUT", "H<-E", `= ${name()}`, name(), primary ? "w" : "OUTPUT"]))
    let out = before + code
    shuffled(words).forEach((word, index) => {
      const glued = index === 0 && word === "W" && quote === "" && seldom(3)
      // A name stands on the header's line.
      out += mixed && seldom(8) ? comment() : ""
      out += `${glued ? "" : pick([" ", "  ", "\t", ` /* ${remark()} */ `])}${word}`
    })
    return out
  }
  const message = (): string => {
    const dot = often(20) ? `${maybe()}.` : lineEnd
    return `${header()}${seldom(3) ? "" : gap() + item(3)}${dot}`
  }
  const constant = (): string => {
    const constant = `MAX_${++names}`
    constants.push(constant)
    return `#define${pick([" ", "  ", "\t"])}${constant}  ${pick([1, 3, 80])}${pick([lineEnd, ` // ${remark()}${lineEnd}`])}`
  }
  const rule = (): string =>
    pick<Make>([
      () => `every ${pick(["5", "0.50"])}${pick([" ", lineEnd])}send ${maybe()}${name()}${maybe()}.`,
      () => `if (s1f1${seldom(2) ? gap() : ""})${maybe()}${name()}${maybe()}.`,
      () => `if(s1f1 (${1 + draw(9)})${pick(["=", "=="])}${maybe()}${leaf(true)}${maybe()})${name()}.`
    ])()
  const statement = (): string => {
    const kind = draw(12)
    if (mixed && kind === 3) return comment()
    return kind === 0 ? constant() : kind === 1 ? rule() : kind === 2 ? "." : message()
  }

  const text = (): string => {
    let out = seldom(10) ? "\ufeff" : ""
    out += maybe()
    for (let left = draw(6); left > 0; left--) {
      const one = statement()
      out += one
      // A message without its dot ends where the next begins a line.
      if (!one.endsWith(lineEnd)) out += seldom(mixed ? 2 : 4) ? maybe() : `${lineEnd}${maybe()}`
    }
    return out
  }
  return { text, alone: (): string => `${maybe()}${item(3)}${maybe()}` }
}

const dialects = Object.values(Dialect.dialects).filter(({ prose }) => !prose)

const written = (draw: Draw): Written => {
  const dialect = dialects[draw(dialects.length)]!
  const lineEnd = draw(4) === 0 ? "\r\n" : "\n"
  return { dialect, text: writer(draw, dialect, lineEnd).text() }
}

export const Texts = seeded(written)

/** Forms of all dialects in one text, whose dialect is to be found out; comments between any two tokens. */
export const mix = (draw: Draw): string => {
  const dialect = dialects[draw(dialects.length)]!
  return writer(draw, dialect, draw(8) === 0 ? "\r\n" : "\n", true).text()
}

/** One item without a header, of all forms. */
export const alone = (draw: Draw): string => {
  const dialect = dialects[draw(dialects.length)]!
  return writer(draw, dialect, "\n", true).alone()
}

export const Mixes = seeded(mix)

export const ItemsAlone = seeded(alone)
