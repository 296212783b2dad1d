/**
 * A text of messages anew on a page: header, item, dot, and a blank line before the next.
 */
import * as Result from "effect/Result"
import type { SmlMessage, SmlRule } from "../../SmlDocument.ts"
import * as SmlPrinter from "../../SmlPrinter.ts"
import { cr, dot, gap, hash, isSpace, less, lf, star } from "../read/characters.ts"
import { formsOf, type Forms } from "./formatForms.ts"
import { Candidates, readAttributes } from "../read/headers.ts"
import { ItemLayout } from "./ItemLayout.ts"
import { type Note, NoteScanner, startsLine } from "./NoteScanner.ts"
import { Page } from "./Page.ts"
import { isRule, readConstant, readRule } from "../read/rules.ts"
import type { Rules } from "../read/Scanner.ts"
import { headerLine } from "./writtenHeader.ts"

export interface TextOptions {
  readonly indent: number | undefined
  readonly maxWidth: number
  readonly lineEnd: string
}

const gaps = new RegExp(`${gap}+`, "g")

/** Where a message stands. */
export type Place = Pick<SmlMessage, "header" | "start">

type Statement = "message" | "constant" | "rule"

export class TextLayout {
  private readonly s: NoteScanner
  private readonly page: Page
  private readonly forms: Forms
  private readonly items: ItemLayout
  private readonly candidates: Candidates
  private last: Statement | undefined

  constructor(text: string, rules: Rules, { indent, lineEnd, maxWidth }: TextOptions) {
    this.forms = formsOf(rules.dialect)
    this.s = new NoteScanner(text, rules)
    this.page = new Page({ lineEnd, indent: indent === undefined ? this.forms.double.indent : " ".repeat(indent) })
    this.items = new ItemLayout(this.s, this.page, this.forms, maxWidth)
    this.candidates = new Candidates(text)
  }

  /** A text of one item. */
  item(): string {
    this.items.item()
    // The dot of a message may stand behind it, and comments behind that.
    if (this.s.skip() === dot) {
      this.s.at++
      this.s.skip()
    }
    this.items.comments(this.s.text.length, 0)
    return this.page.take()
  }

  /** A text of these messages. */
  document(messages: ReadonlyArray<Place>): string {
    const { s } = this
    let next = 0
    for (;;) {
      const code = s.skip()
      if (s.at >= s.text.length) break
      if (code === hash) this.constant()
      else if (code === dot) s.at++
      else if (isRule(s)) this.rule()
      else this.message(messages[next++]!)
    }
    this.between(undefined)
    return this.page.take()
  }

  // --- between messages --------------------------------------------------------------------------------------------

  /** Writes the comments up to a statement that begins here, or to the end, and blank lines. */
  private between(next: Statement | undefined): void {
    const { page, s } = this
    const notes = s.take(s.at)
    let first = 0
    while (first < notes.length && !notes[first]!.own && !page.isEmpty) this.comment(notes[first++]!)
    const apart = next !== undefined && this.last !== undefined && (next === "message" || this.last === "message")
    const own = notes.slice(first)
    const blanks = [...own.map(({ start }) => start), s.at].map((at) => isBlankBefore(s.text, at))
    // Comments without a blank line around them belong to what follows.
    if (apart && !blanks.includes(true)) blanks[0] = true
    own.forEach((note, index) => {
      if (note.own && blanks[index]!) page.blankLine()
      this.comment(note)
    })
    if (next !== undefined && blanks[own.length]!) page.blankLine()
    this.last = next
  }

  private comment(note: Note): void {
    this.page.comment(note, this.s.text.slice(note.start, note.end), 0)
  }

  private constant(): void {
    const { page, s } = this
    this.between("constant")
    const start = s.at
    readConstant(s)
    page.begin(0)
    page.put(s.text.slice(start, s.at).replaceAll(gaps, " "))
  }

  private rule(): void {
    const { page, s } = this
    this.between("rule")
    const start = s.at
    const rule = readRule(s)
    const notes = s.take(s.at)
    page.begin(0)
    page.put(this.ruleText(rule, s.without(notes, start, s.at)))
    for (const note of notes)
      this.comment({ ...note, own: note.own && s.text.charCodeAt(note.start) === star, followed: false })
  }

  private ruleText(rule: SmlRule, written: string): string {
    if (rule._tag === "Every") return `every ${/\d[\d.]*/.exec(written)![0]} send ${rule.send}.`
    const { on, reply, where } = rule
    if (where === undefined) return `if (${on}) ${reply}.`
    const preset = { ...this.forms.double, layout: "line", sizes: "lists" } as const
    const item = SmlPrinter.item(where.equals, { preset })
    return Result.isFailure(item) ? written : `if (${on} (${where.item})==${item.success}) ${reply}.`
  }

  // --- messages ----------------------------------------------------------------------------------------------------

  private message({ header: { offset }, start }: Place): void {
    const { candidates, page, s } = this
    this.between("message")
    const lineEnd = s.lineEnd(start)
    const header = candidates.next(offset)!
    s.at = header.end
    readAttributes(s, candidates, lineEnd)
    const notes = s.take(s.at)
    const behind = s.without(notes, header.end, s.at)
    const quote = this.forms.double.header?.quoted === true ? "'" : header.quoted ? s.text.charAt(header.at) : ""
    page.begin(0)
    page.put(headerLine(s.text.slice(start, header.at), header, quote, behind))
    for (const note of notes) this.comment({ ...note, followed: false })
    if (s.skip() === less) this.items.item()
    this.terminator()
  }

  private terminator(): void {
    const { page, s } = this
    const found = s.skip() === dot
    // Where there is no dot, what stands on lines of its own may belong to what follows.
    for (const note of s.take(s.at, !found)) this.comment(note)
    if (found && !startsLine(s.text, s.at++)) {
      // The dot gets a line of its own; what stood behind both stays where the dot was. Dots behind it end nothing.
      while (s.skip() === dot) s.at++
      for (const note of s.take(s.at, true)) this.comment({ ...note, followed: false })
    }
    page.begin(0)
    page.put(".")
    page.settle()
  }
}

/** Whether an empty line ends before a place, with nothing but blanks between. */
const isBlankBefore = (text: string, at: number): boolean => {
  let lineEnds = 0
  for (let before = at - 1; before >= 0; before--) {
    const code = text.charCodeAt(before)
    if (code === lf || (code === cr && text.charCodeAt(before + 1) !== lf)) lineEnds++
    else if (!isSpace(code)) break
  }
  return lineEnds > 1
}
