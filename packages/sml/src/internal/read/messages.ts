/**
 * A text as a sequence of messages, constants and rules. What cannot be read is kept as an error, and reading goes on
 * at the next place that looks like a header.
 */
import type { Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import type { ItemDocument, SmlComment, SmlDocument, SmlMessage, SmlRule } from "../../SmlDocument.ts"
import type { SmlError } from "../../SmlError.ts"
import * as Template from "../../Template.ts"
import { dot, greater, hash, isLetter, isQuote, isSpace, less, slash } from "./characters.ts"
import { Candidates, type Candidate, type Label, readAttributes, readLabel } from "./headers.ts"
import { isNode, readItem } from "./items.ts"
import { isMessage, type Mention } from "./logHeaders.ts"
import { messagesAlone } from "./logLines.ts"
import { hintForItem } from "./symbols.ts"
import { behindText, lineStartAt, resumeAt } from "./recovery.ts"
import { hintForRule, isRule, readConstant, readRule } from "./rules.ts"
import { Fault, Scanner } from "./Scanner.ts"
import type { Rules } from "./Scanner.ts"

const maxStream = 127
const maxFunction = 255

/** As far as a label is looked for again before a header that had none. */
const nearLabel = 1000

/** What stands farther before a header on the line of a log is not looked at. */
const longestPrefix = 2000

class Reader {
  readonly s: Scanner
  readonly candidates: Candidates
  readonly messages: Array<SmlMessage> = []
  readonly rules: Array<SmlRule> = []
  readonly errors: Array<SmlError> = []
  /** How many comments belong to messages that were read. */
  private commentsTaken = 0
  /** The header that something else than a label stood before. */
  private unlabelled = -1
  /** No message was read since the last error. */
  private isBroken = false

  constructor(text: string, rules: Rules) {
    const readable = rules.dialect.prose ? messagesAlone(text) : text
    this.s = new Scanner(readable, rules, text)
    this.candidates = new Candidates(readable)
  }

  /** Reads all there is, or up to the error that is one too many. */
  read(): void {
    const { s } = this
    while (this.errors.length < s.rules.maxErrors) {
      let began = s.at
      try {
        const code = s.skip()
        if (s.at >= s.text.length) return
        began = s.at
        this.statement(code)
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault
        this.errors.push(fault.error)
        this.isBroken = true
        s.at = resumeAt(s, began, Math.max(s.at, began + 1))
      }
    }
    this.errors.push(
      s.error("TooManyErrors", s.at, `at most ${s.rules.maxErrors} errors`, "the rest was not read", "more of them")
    )
  }

  private statement(code: number): void {
    const { s } = this
    if (code === hash && !s.rules.dialect.prose) readConstant(s)
    else if (code === dot) {
      s.at++
      if (!s.rules.dialect.prose) s.warn("UnexpectedText", s.at - 1, "a message before its .")
    } else if (isRule(s)) this.rule()
    else this.message()
  }

  private rule(): void {
    const { s } = this
    if (!s.rules.dialect.prose) {
      this.rules.push(readRule(s))
      return
    }
    // A line of a log may begin with any word.
    s.at = s.lineEnd(s.at)
  }

  // --- messages ----------------------------------------------------------------------------------------------------

  private message(): void {
    const { candidates, s } = this
    const { prose } = s.rules.dialect
    const start = s.at
    const lineEnd = s.lineEnd(start)
    const firstComment = this.commentsTaken
    const first = candidates.header(start, lineEnd)
    // What stands far before a header on the line of a log says nothing of it, and the line may be long.
    const from = prose && first !== undefined ? Math.max(start, first.at - longestPrefix) : start
    const before = first && this.label(from, first.at)
    if (first === undefined || before === undefined) return this.noHeader(start)
    s.at = first.end
    const read = readAttributes(s, candidates, lineEnd)
    const mention: Mention = { header: first, label: before, attributes: read, from, lineEnd, isLater: false }
    const found = prose ? this.headerAmong(mention) : mention
    if (found === undefined) return
    const { attributes, header, label } = found
    this.checkHeader(header, attributes.wBit, attributes.wAt)

    const bodyAt = s.at
    const body = s.skip() === less && !beginsAlike(s, found.label.prefix) ? readItem(s) : undefined
    if (body === undefined) s.at = bodyAt
    else if (header.function === 0) s.warn("TextOnAbort", header.at, "no text in a message that aborts a transaction")
    this.terminator(prose, found.label.prefix)
    this.isBroken = false
    this.messages.push({
      name: label.name ?? attributes.name,
      stream: header.stream,
      function: header.function,
      wBit: attributes.wBit,
      direction: attributes.direction,
      item: body === undefined || isNode(body) ? undefined : body,
      template: body !== undefined && isNode(body) ? Template.make(body) : undefined,
      comments: this.commentsSince(firstComment, start),
      prefix: label.prefix,
      header: s.position(header.at),
      start,
      end: s.at
    })
  }

  /** Many wrong messages may stand before one header: what is between is looked at as a whole for the first of them. */
  private label(start: number, header: number): Label | undefined {
    if (header === this.unlabelled && header - start > nearLabel) return undefined
    const { s } = this
    const { text } = s
    const { prose } = s.rules.dialect
    const label = readLabel(text.slice(start, header), prose)
    if (label === undefined) this.unlabelled = header
    // What stands in quotes is as its author wrote it.
    else if (label.name !== undefined && !prose && !isQuote(text.charCodeAt(start))) s.look(start, header)
    return label
  }

  /** Of all `SxFy` on the line of a log, the first that is a header. Where none is, the line has been passed over. */
  private headerAmong(first: Mention): Mention | undefined {
    const { candidates, s } = this
    const { from, lineEnd } = first
    let mention = first
    while (!isMessage(s, candidates, mention)) {
      s.skipOnLine()
      const behind = s.at
      const header = candidates.header(behind, lineEnd)
      const between = header === undefined ? "" : s.text.slice(behind, header.at)
      const label = /\/[/*]/.test(between) ? undefined : readLabel(between, true)
      if (header === undefined || label === undefined) {
        s.at = Math.max(behind, lineEnd)
        return undefined
      }
      s.at = header.end
      const attributes = readAttributes(s, candidates, lineEnd)
      mention = { header, label, attributes, from: behind, lineEnd, isLater: true }
    }
    if (!mention.isLater) return mention
    const { header, label } = mention
    const prefix = s.text.slice(Math.max(from, header.at - longestPrefix), header.at).trim()
    return { ...mention, label: { name: label.name, prefix } }
  }

  private noHeader(start: number): void {
    const { s } = this
    if (s.rules.dialect.prose) {
      const lineEnd = s.lineEnd(start)
      // Of a message that is broken, a text of several lines is no place to look for the next.
      const behind = this.isBroken ? behindText(s.text, start, lineEnd) : -1
      s.at = behind < 0 ? lineEnd : behind
      return
    }
    const code = s.text.charCodeAt(start)
    const hint =
      code === less
        ? "it needs a header before it; an item alone is a text of its own"
        : code === greater
          ? "there is a > too many before it"
          : (hintForRule(s.text, start) ?? hintForItem(s.text, start))
    s.fail("HeaderExpected", start, "a header: SxFy, with a label and a colon before it or not", hint)
  }

  private checkHeader(header: Candidate, wBit: SmlMessage["wBit"], wAt: number): void {
    const { s } = this
    const range = (maximum: number) => `from 0 to ${maximum}`
    if (header.stream > maxStream) {
      s.fail("StreamRange", header.at, `a stream ${range(maxStream)}`, undefined, `${header.stream}`)
    }
    if (header.function > maxFunction) {
      s.fail("FunctionRange", header.at, `a function ${range(maxFunction)}`, undefined, `${header.function}`)
    }
    // `[W]` leaves the choice to the sender, who has none here.
    if (wBit !== "set" || header.function % 2 === 1) return
    const expected = "no W in a secondary, whose function is even"
    if (s.rules.wBitOnSecondary === "error") {
      const hint = "an option, W on secondary, makes it a warning"
      s.fail("WBitOnSecondary", wAt, expected, hint)
    }
    s.warn("WBitOnSecondary", wAt, expected)
  }

  private terminator(prose: boolean, prefix: string): void {
    const { s } = this
    const behind = s.at
    const code = s.skip()
    if (code === dot) {
      s.at++
      return
    }
    const next = s.at
    if (code === less && !beginsAlike(s, prefix)) s.fail("SecondRoot", next, ". behind the one item of a message")
    const separate = Number.isNaN(code) || startsLine(s.text, next) || this.candidates.next(next)?.at === next
    if (!separate && !prose) {
      const hint = code === greater ? "there is a > too many before it" : undefined
      s.fail("UnexpectedText", next, ". to end this message", hint)
    }
    s.at = behind
    if (!prose) s.warn("MissingTerminator", behind, ". to end this message", undefined, s.found(next))
  }

  private commentsSince(first: number, start: number): ReadonlyArray<SmlComment> {
    const { comments } = this.s
    let from = first
    while (from < comments.length && comments[from]!.start < start) from++
    let to = from
    while (to < comments.length && comments[to]!.start < this.s.at) to++
    this.commentsTaken = to
    return from === to ? none : comments.slice(from, to)
  }
}

const none: ReadonlyArray<SmlComment> = []

/** A priority or a level in angle brackets: `<190>` of syslog, `<info>`. */
const bracketed = /^<[\w-]{1,20}>(?=\S*[ \t])/

/** Whether this is no item, but the line of a log that begins as that of the header before it does. */
const beginsAlike = ({ at, text }: Scanner, prefix: string): boolean =>
  bracketed.test(prefix) && bracketed.test(text.slice(at, at + 200)) && startsLine(text, at)

const startsLine = (text: string, at: number): boolean => lineStartAt(text, at) >= 0

/**
 * Reads a text of messages.
 */
export const readDocument = (text: string, rules: Rules): SmlDocument => {
  const reader = new Reader(text, rules)
  reader.read()
  const { errors, messages, s } = reader
  return {
    dialect: rules.dialect,
    messages,
    constants: s.constants,
    rules: reader.rules,
    comments: s.comments,
    warnings: s.warnings,
    warningsOmitted: s.warningsOmitted,
    errors
  }
}

/**
 * Whether an item comes before any header.
 */
export const opensWithItem = (text: string, rules: Rules): boolean => {
  // Whatever stands before it, and is an error once it is read.
  const s = new Scanner(text, { ...rules, strict: false })
  try {
    if (s.skip() !== less) return false
    const code = text.charCodeAt(s.at + 1)
    return isLetter(code) || isSpace(code) || code === slash
  } catch (fault) {
    if (fault instanceof Fault) return false
    throw fault
  }
}

/**
 * Reads a text of one item and nothing else.
 */
export const readOneItem = (text: string, rules: Rules): Result.Result<Item.Item, SmlError> =>
  oneItem(new Scanner(text, rules))

/**
 * The same, with all that was noticed.
 */
export const readItemDocument = (text: string, rules: Rules): ItemDocument => {
  const s = new Scanner(text, rules)
  const item = oneItem(s)
  const { comments, warnings, warningsOmitted } = s
  return { dialect: rules.dialect, item, comments, warnings, warningsOmitted }
}

const oneItem = (s: Scanner): Result.Result<Item.Item, SmlError> => {
  try {
    s.skip()
    const start = s.at
    const item = readItem(s)
    if (isNode(item)) {
      const name = Template.make(item).slots[0]?.name
      const hint = "text stands in quotes; a slot stands in a message"
      return s.fail(
        "NotAnItem",
        start,
        "an item without slots",
        hint,
        name === undefined ? "a slot" : `the slot ${name}`
      )
    }
    const expected = "one item and no more"
    if (s.skip() === dot) {
      s.warn("UnexpectedText", s.at++, expected, "it ends a message")
      s.skip()
    }
    if (s.at < s.text.length) s.fail("UnexpectedText", s.at, expected)
    return Result.succeed(item)
  } catch (fault) {
    if (fault instanceof Fault) return Result.fail(fault.error)
    throw fault
  }
}
