/**
 * Formatted lines as they grow: tokens, and the comments between them.
 *
 * A comment that stood behind something stays behind it; one on a line of its own gets a line of its own, and takes
 * what stood behind it there along. A line that a comment ended is never gone on with.
 */
import { cr, withoutBlanks } from "../read/characters.ts"
import type { Note } from "./NoteScanner.ts"

/** Indentation ends here: with it, a list nested 100 000 deep would take 10 GB. */
const deepestIndent = 64

/** Parts that are made one. */
const settledAtOnce = 10_000

export interface PageLayout {
  readonly indent: string
  readonly lineEnd: string
}

export class Page {
  private parts: Array<string> = []
  /** What will not change any more, in long pieces: as tokens, a text takes many times its length. */
  private readonly settled: Array<string> = []
  private readonly indents: Array<string> = []
  private readonly layout: PageLayout
  /** Nothing is written yet; tokens; comments that the next token joins; comments that it must not join. */
  private line: "none" | "tokens" | "joins" | "ended" = "none"
  private column = 0

  constructor(layout: PageLayout) {
    this.layout = layout
  }

  get isEmpty(): boolean {
    return this.line === "none"
  }

  /** Begins a line, or goes on behind the comment that begins it. */
  begin(depth: number): void {
    if (this.line === "joins") this.add(" ")
    else this.newLine(depth)
    this.line = "tokens"
  }

  /** Whether a text that ends an item may stand here. */
  fits(text: string, width: number): boolean {
    return this.column + text.length <= width + 1
  }

  /** Goes on in the line. */
  put(text: string): void {
    this.add(text)
    this.line = "tokens"
  }

  /** Ends an item that may have comments in it, behind its last value. */
  end(text: string, depth: number): void {
    if (this.line === "ended") this.newLine(depth)
    this.put(text)
  }

  /** Goes on behind a blank, or in the next line where the line is full or must end. */
  word(text: string, depth: number, width: number): void {
    const full = this.column + 1 + text.length > width && this.column > this.indentOf(depth).length
    if (full || this.line === "ended") this.newLine(depth)
    else this.add(" ")
    this.put(text)
  }

  comment(note: Note, text: string, depth: number): void {
    const own = note.own || this.line === "none" || this.line === "ended"
    const alone = own || this.line === "joins"
    if (own) this.newLine(depth)
    else this.add(" ")
    this.add(this.lines(withoutBlanks(text)))
    this.line = note.line ? "ended" : !alone ? "tokens" : note.followed ? "joins" : "ended"
  }

  /** Leaves the next line empty, unless it is the first. */
  blankLine(): void {
    if (this.line === "none") return
    this.line = "ended"
    this.parts.push(this.layout.lineEnd)
  }

  /** Leaves a place for what is known later. */
  reserve(): number {
    return this.parts.push("") - 1
  }

  fill(place: number, text: string): void {
    this.parts[place] = text
  }

  /** No place is left for what is known later. */
  settle(): void {
    if (this.parts.length < settledAtOnce) return
    this.settled.push(this.parts.join(""))
    this.parts = []
  }

  /** All of it, with a line end behind the last line. */
  take(): string {
    if (this.line === "none") return ""
    this.settled.push(this.parts.join(""), this.layout.lineEnd)
    return this.settled.join("")
  }

  /** A comment with the line ends of the page; blanks within it stay. */
  private lines(text: string): string {
    if (!text.includes("\n")) return text
    return text
      .split("\n")
      .map((line, index, all) => (index < all.length - 1 ? withoutReturns(line) : line))
      .join(this.layout.lineEnd)
  }

  private newLine(depth: number): void {
    const indent = this.indentOf(depth)
    this.parts.push(this.line === "none" ? indent : this.layout.lineEnd + indent)
    this.column = indent.length
  }

  private indentOf(depth: number): string {
    return (this.indents[depth] ??= this.layout.indent.repeat(Math.min(depth, deepestIndent)))
  }

  private add(text: string): void {
    this.parts.push(text)
    const line = text.lastIndexOf("\n")
    this.column = line < 0 ? this.column + text.length : text.length - line - 1
  }
}

const withoutReturns = (line: string): string => {
  let end = line.length
  while (end > 0 && line.charCodeAt(end - 1) === cr) end--
  return line.slice(0, end)
}
