/**
 * How messages are written: one row for each tool, and what that tool can read. Pure.
 *
 * A preset writes only what its tool reads. Where a tool has no form for a value, the row says so, and printing fails
 * rather than write a file that means something else. A preset is a value: start from one and change what differs.
 *
 * No preset writes a control code as it is: editors, transfers and version control change line ends.
 *
 * @example
 * const oneLine: Preset.Preset = { ...Preset.secs4java8, layout: "line" }
 *
 * @since 0.1.0
 */
import * as Dialect from "./Dialect.ts"
import { hiddenMarks, unusualBlanks } from "./internal/read/characters.ts"

/**
 * How one format of text is written.
 *
 * @since 0.1.0
 */
export interface TextForm {
  /** The quotes its reader takes, the preferred one first. */
  readonly quotes: '"' | "\"'" | "'\""
  /**
   * The highest byte that may stand as `0xHH` beside what is quoted. 0: a text is one quoted run, and what cannot stand
   * in it cannot be said.
   */
  readonly codes: 0 | 0x7f | 0xff
  /** Printable characters that cannot stand between quotes, whichever quote is used. */
  readonly without: string
  /** The reader strips spaces and quotes from both ends of a text. */
  readonly stripped: boolean
  /** Half-width katakana stand as they are; else as the codes of JIS X 0201. */
  readonly katakana: boolean
}

/**
 * The line before the item.
 *
 * @since 0.1.0
 */
export interface HeaderForm {
  /** `'S1F1'` whether there is a name or not. */
  readonly quoted: boolean
  /** Where the name of a message stands: `Name:'S1F1' W`, `S1F1 W H<->E Name`, `S1F1 = Name W`, or nowhere. */
  readonly name: "label" | "behind" | "assigned" | "none"
  /** Characters no name may hold; and, behind the header, no name may look like a part of it. */
  readonly notInName: RegExp
  /** How a direction is written: `H->E`, `INPUT`, or not at all. */
  readonly direction: "arrow" | "owner" | "none"
  /** `[W]`: the sender chooses. */
  readonly optionalW: boolean
  /** One text may hold several messages. */
  readonly several: boolean
}

/**
 * How to write, and what can be written.
 *
 * @since 0.1.0
 */
export interface Preset {
  /** What errors call it. */
  readonly name: string
  /** How its texts are read back. */
  readonly dialect: Dialect.Dialect
  /** Undefined where the tool reads items only. */
  readonly header: HeaderForm | undefined
  /** One item a line, or everything on one. */
  readonly layout: "lines" | "line"
  readonly indent: string
  /** Values of an item may go on in the next line. */
  readonly wraps: boolean
  /** An empty list closes on a line of its own. */
  readonly emptyListOpen: boolean
  readonly sizes: "always" | "lists"
  readonly A: TextForm
  readonly J: TextForm | undefined
  /** Any encoding as bytes, text of UTF-8 as `W`; or only the latter, if without `>`. */
  readonly C2: "any" | "utf-8" | undefined
  readonly boolean: { readonly type: "BOOLEAN" | "Boolean"; readonly true: string; readonly false: string }
  readonly float: {
    /** NaN and the infinities. */
    readonly special: boolean
    /** `1e+21`; else all digits are written. */
    readonly exponent: boolean
    /** The largest that is read; Infinity for no limit of its own. */
    readonly maxF4: number
    readonly maxF8: number
  }
  /** The largest magnitude of `I8` and `U8` that is read exactly; undefined for all 64 bits. */
  readonly maxInteger: bigint | undefined
  /** Templates: slots and open lists. */
  readonly slots: boolean
}

const coded = (codes: 0x7f | 0xff, katakana = false): TextForm => ({
  quotes: '"',
  codes,
  without: '"\\',
  stripped: false,
  katakana
})

const raw = (quotes: TextForm["quotes"], without = "", stripped = false): TextForm => ({
  quotes,
  codes: 0,
  without,
  stripped,
  katakana: false
})

/** Marks, comments, rules, and headers that would be taken for the message's own. */
const notInName = new RegExp(
  String.raw`[:<>"'=#\p{Cc}${unusualBlanks}${hiddenMarks}]|/[/*]|^[ .*[]|^(?:if|every)\b| $|(?<![\w$#-])S\d{1,6}F\d{1,6}(?![\w$#-]|$)`,
  "iu"
)

const label: HeaderForm = {
  quoted: false,
  name: "label",
  notInName,
  direction: "none",
  optionalW: true,
  several: true
}

const unlimited: Preset["float"] = { special: true, exponent: true, maxF4: Infinity, maxF8: Infinity }

/**
 * What every reader of SML is most likely to take, and ours takes without loss. Refuses only a NaN that carries a
 * payload, for which no text exists.
 *
 * @since 0.1.0
 */
export const canonical: Preset = {
  name: "peer",
  dialect: Dialect.peer,
  header: label,
  layout: "lines",
  indent: "  ",
  wraps: true,
  emptyListOpen: false,
  sizes: "always",
  A: coded(0xff),
  J: coded(0xff, true),
  C2: "any",
  boolean: { type: "BOOLEAN", true: "T", false: "F" },
  float: unlimited,
  maxInteger: undefined,
  slots: true
}

/**
 * Canonical, on one line.
 *
 * @since 0.1.0
 */
export const compact: Preset = { ...canonical, layout: "line" }

/**
 * secs4net: `Name:'S1F1' W`, one item a line, every size, exact case of formats.
 *
 * @since 0.1.0
 */
export const secs4net: Preset = {
  ...canonical,
  name: "secs4net",
  dialect: Dialect.secs4net,
  header: { ...label, quoted: true, optionalW: false },
  indent: "    ",
  wraps: false,
  emptyListOpen: true,
  A: raw("'\"", "", true),
  J: raw("'\"", "", true),
  C2: undefined,
  boolean: { type: "Boolean", true: "True", false: "False" },
  slots: false
}

/**
 * go-secs, as it reads unless told to be strict.
 *
 * @since 0.1.0
 */
export const goSecs: Preset = {
  ...canonical,
  name: "go-secs",
  dialect: Dialect.goSecs,
  header: { ...label, notInName: new RegExp(`\\.|${notInName.source}`, "iu"), optionalW: false },
  A: raw("\"'"),
  J: raw("\"'", ">"),
  C2: "utf-8",
  boolean: { type: "BOOLEAN", true: "True", false: "False" },
  float: { ...unlimited, special: false },
  slots: false
}

/**
 * secs4java8: one message a text, no names; bytes above 7F have no form in its text.
 *
 * @since 0.1.0
 */
export const secs4java8: Preset = {
  ...canonical,
  name: "secs4java8",
  dialect: Dialect.secs4java8,
  header: { ...label, name: "none", optionalW: false, several: false },
  A: coded(0x7f),
  J: undefined,
  C2: undefined,
  slots: false
}

/**
 * Items as secsgem reads them: no headers, sizes of lists only, booleans as numbers.
 *
 * @since 0.1.0
 */
export const secsgem: Preset = {
  ...canonical,
  name: "secsgem",
  dialect: Dialect.secsgem,
  header: undefined,
  sizes: "lists",
  J: coded(0xff),
  C2: undefined,
  boolean: { type: "BOOLEAN", true: "0x1", false: "0x0" },
  float: { special: false, exponent: true, maxF4: 3.40282e38, maxF8: 1.79769e308 },
  slots: false
}

/**
 * secs4js: one message a text, no names, no exponents; 64-bit integers as far as a JavaScript number is exact.
 *
 * @since 0.1.0
 */
export const secs4js: Preset = {
  ...canonical,
  name: "secs4js",
  dialect: Dialect.secs4js,
  header: { ...label, name: "none", optionalW: false, several: false },
  A: raw("\"'"),
  J: undefined,
  C2: undefined,
  float: { ...unlimited, special: false, exponent: false },
  maxInteger: BigInt(Number.MAX_SAFE_INTEGER),
  slots: false
}

/**
 * secs4go's library: `S1F1 W H->E Name`; text is ASCII.
 *
 * @since 0.1.0
 */
export const secs4go: Preset = {
  ...canonical,
  name: "secs4go",
  dialect: Dialect.secs4go,
  header: {
    ...label,
    name: "behind",
    notInName: /^(?![A-Za-z_]\w*$)|^W|^S\d+F\d+$|^(?:IN|OUT)PUT$/i,
    direction: "arrow"
  },
  A: coded(0x7f),
  J: undefined,
  C2: undefined,
  float: { ...unlimited, special: false },
  slots: false
}

/**
 * Host programs' files of templates: `S2F41 = start OUTPUT W`, `<A [MAX 16]> = PPID`.
 *
 * @since 0.1.0
 */
export const pfile: Preset = {
  ...canonical,
  name: "pfile",
  dialect: Dialect.pfile,
  header: { ...label, name: "assigned", notInName: /^(?![A-Za-z_]\w*$)/, direction: "owner", optionalW: false }
}

/**
 * All presets by name.
 *
 * @since 0.1.0
 */
export const presets = {
  canonical,
  compact,
  secs4net,
  "go-secs": goSecs,
  secs4java8,
  secsgem,
  secs4js,
  secs4go,
  pfile
} as const satisfies Readonly<Record<string, Preset>>
