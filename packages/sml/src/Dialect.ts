/**
 * The dialects of SML. Pure.
 *
 * One reader takes the forms of all of them; a dialect only decides what would be ambiguous, and how a printer writes.
 * A dialect is a value: pass your own where a tool differs.
 *
 * @since 0.1.0
 */
import { bareText } from "./internal/read/bareText.ts"
import { space } from "./internal/read/characters.ts"
import * as LogWords from "./LogWords.ts"

/** @since 0.1.0 */
export type DialectName =
  | "peer"
  | "secs4net"
  | "go-secs"
  | "secs4java8"
  | "secsgem"
  | "secs4js"
  | "secs4go"
  | "pfile"
  | "ezsim"
  | "itri"
  | "log"

/**
 * How a text is read where the forms of tools contradict each other.
 *
 * @since 0.1.0
 */
export interface Dialect {
  readonly name: DialectName
  /** In quotes, `\"`, `\'` and `\\` stand for the character behind the backslash. Else a backslash is a backslash. */
  readonly escapes: boolean
  /** In `B`, two hex digits without `0x` are a byte in hex: `10` is 16. Else they are decimal, and `0A` is refused. */
  readonly bareHex: boolean
  /** An integer with a leading zero is octal: `010` is 8. Else it is decimal. */
  readonly octal: boolean
  /**
   * Lines that are no SML stand between messages, and are passed over. So is what a log writes on the lines of a message:
   * time, thread and level before each, numbers behind the header.
   */
  readonly prose: boolean
  /**
   * Files hold templates: an item with a size and without a value, `<U4 [1]>`, waits for one, and a bare word is the name
   * of a slot. Else the former is empty, and a bare word for text is read as a slot with a warning.
   */
  readonly templates: boolean
}

const make = (name: DialectName, differs: Partial<Dialect> = {}): Dialect => ({
  name,
  escapes: false,
  bareHex: false,
  octal: false,
  prose: false,
  templates: false,
  ...differs
})

/** PEER Group's SECS Message Language, as far as it is public; what we write. */
export const peer: Dialect = make("peer")
/** `Name:'SxFy' W`, single quotes, sizes everywhere. */
export const secs4net: Dialect = make("secs4net")
/** Go's way with numbers: a leading zero is octal. */
export const goSecs: Dialect = make("go-secs", { octal: true })
export const secs4java8: Dialect = make("secs4java8")
/** Items only. */
export const secsgem: Dialect = make("secsgem")
/** Bytes of `B` are two hex digits, with or without `0x`. */
export const secs4js: Dialect = make("secs4js", { bareHex: true })
/** Text is quoted as Go quotes it. */
export const secs4go: Dialect = make("secs4go", { escapes: true, octal: true })
/** Message templates: `S2F41 = start OUTPUT W`, `<A [MAX 16]> = PPID`. */
export const pfile: Dialect = make("pfile", { templates: true })
/** A simulator's templates: `<VARIANT SV>`, `<U4 SVID>`. */
export const ezsim: Dialect = make("ezsim", { templates: true })
/** Messages with rules: `if (s1f1) s1f2.`, `every 5 send s1f1.` */
export const itri: Dialect = make("itri")
/** What equipment and hosts write while they run: messages among other lines, bytes in bare hex. */
export const log: Dialect = make("log", { bareHex: true, prose: true })

/**
 * All dialects by name.
 *
 * @since 0.1.0
 */
export const dialects: { readonly [Name in DialectName]: Dialect } = {
  peer,
  secs4net,
  "go-secs": goSecs,
  secs4java8,
  secsgem,
  secs4js,
  secs4go,
  pfile,
  ezsim,
  itri,
  log
}

/** How much of a text is looked at. */
const sampled = 1 << 16

const clock = String.raw`\d{1,4}[-/.:]\d{1,2}[-/.:]\d{1,4}`

/** A word or an arrow for its direction before a header, and nothing before that: in all other dialects an error. */
const directed = new RegExp(
  String.raw`^[ \t]*(?:[[(]?(?:${LogWords.sent}|${LogWords.received})[\])]?|-{1,3}>|={1,2}>|<-{1,3}|<={1,2})[ \t]+(["']?)S\d{1,3}F\d{1,3}\1(?:W\b)?[ \t]*(?:$|[\r.<[/]|(?:W|from|to|session)\b)`,
  "im"
)

interface Sign {
  readonly dialect: Dialect
  /** One of these stands in every text with the sign; much faster to look for than the sign. None: not known. */
  readonly needs: ReadonlyArray<string>
  /** Reads so many characters at most, so that no text takes long. */
  readonly pattern: RegExp
  /** Comments of several lines are as free as logs are. */
  readonly outsideComments?: boolean
}

/** Signs of a log, which are in the lines and comments of a text. */
const logged: ReadonlyArray<Sign> = [
  {
    dialect: log,
    needs: [],
    pattern: new RegExp(String.raw`^[^\S\r\n]*(?!\s)[^\w\n<]{0,8}${clock}[^\n<]{0,200}\bS\d{1,3}F\d{1,3}(?!\d)`, "im")
  },
  { dialect: log, needs: ["Header=["], pattern: /\/\*[^\n]{0,200}\bHeader=\[/ },
  { dialect: log, needs: [], pattern: directed, outsideComments: true }
]

/** No part of a longer word. */
const header = String.raw`(?<![\w$#-])S\d{1,3}F\d{1,3}(?!\d)`
const arrow = String.raw`H\s*(?:<->|->|<-)\s*E`
const attributes = String.raw`(?:\s*(?:W|\[\s*W\s*\]|INPUT|OUTPUT|${arrow})(?![\w$#-])){0,8}`

/**
 * Signs of a dialect, the surest first. They are looked for without comments and text in quotes, whatever blanks stand
 * in them: how a text is laid out does not tell who wrote it, and the formatter changes it.
 */
const signs: ReadonlyArray<Sign> = [
  { dialect: pfile, needs: ["="], pattern: new RegExp(String.raw`${header}["']?${attributes}\s*=`, "i") },
  { dialect: pfile, needs: ["MAX", "max", "Max"], pattern: /\[\s*MAX(?![\w$#-])/i },
  {
    dialect: itri,
    needs: ["if", "If", "IF", "every", "Every", "EVERY"],
    pattern: /(?:^|[\r\n.])[^\S\r\n]*(?:if\s*\(\s*[^\s()=<>]|every\s+\d+(?:\.\d+)?\s+send\s)/i
  },
  {
    dialect: secs4go,
    needs: ["->", "<-"],
    pattern: new RegExp(String.raw`${header}[^<.:]{0,500}(?<![\w$#-])${arrow}(?!\w)`, "i")
  },
  { dialect: ezsim, needs: ["VAR", "Var", "var"], pattern: /<\s*(?:VARIANT|VAR)(?![\w$\u00a1-\uffff])/i },
  { dialect: secs4net, needs: ["'S", "'s"], pattern: /[^\s:.'"<>][^\S\r\n]*:[^\S\r\n]*'S\d{1,3}F\d{1,3}'/i },
  { dialect: goSecs, needs: ["<BOOLEAN"], pattern: /<BOOLEAN\s*\[[^\]<>]{0,40}\]\s*(?:True|False)\b/ }
]

const withoutComments = (text: string): string => text.replace(/\/\*.*?(?:\*\/|$)/gs, "")

const needed = ({ needs }: Sign, sample: string): boolean =>
  needs.length === 0 || needs.some((part) => sample.includes(part))

/** A sign of a log is looked for in the whole of a text, and where comments are free again without them. */
const logs = (sign: Sign, sample: string): boolean =>
  needed(sign, sample) &&
  sign.pattern.test(sample) &&
  (sign.outsideComments !== true || sign.pattern.test(withoutComments(sample)))

const opensItem = new RegExp(`^${space}*<`)

/**
 * The dialect a text is most likely written in, by its first 64 KiB; `peer` where nothing speaks for another, and for
 * what is no string.
 *
 * @since 0.1.0
 */
export const detect = (text: string): Dialect => {
  if (typeof text !== "string") return peer
  const sample = text.length > sampled ? text.slice(0, sampled) : text
  for (const sign of logged) if (logs(sign, sample)) return sign.dialect
  const possible = signs.filter((sign) => needed(sign, sample))
  const bare = possible.length === 0 ? "" : bareText(sample)
  for (const { dialect, pattern } of possible) if (pattern.test(bare)) return dialect
  return opensItem.test(sample) && !/\bS\d{1,3}F\d{1,3}\b/i.test(sample) ? secsgem : peer
}
