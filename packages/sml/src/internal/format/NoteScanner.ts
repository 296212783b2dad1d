/**
 * A scanner that knows of each comment where it stands: behind something on its line or not, before something or not,
 * and behind how many values of its item.
 */
import { cr, isSpace, lf, slash, star } from "../read/characters.ts"
import { Scanner } from "../read/Scanner.ts"

export interface Note {
  readonly start: number
  readonly end: number
  /** Nothing but blanks stands before it on its line. */
  readonly own: boolean
  /** It goes on to the end of its line. */
  readonly line: boolean
  /** Something stands behind it on the line it ends on. */
  readonly followed: boolean
  /** How many values of its item stand before it. */
  readonly values: number
}

export class NoteScanner extends Scanner {
  /** For each comment, the values that were read when it turned up. */
  private readonly counts: Array<number> = []
  private taken = 0
  /** What stands before this place is written already, before the comments in it. */
  written = 0

  override skip(): number {
    const code = super.skip()
    while (this.counts.length < this.comments.length) this.counts.push(this.leaf.count)
    return code
  }

  /** The comments before a place that were not taken yet; all of them, or up to the first on a line of its own. */
  take(before: number, behind = false): ReadonlyArray<Note> {
    const { comments } = this
    if (this.taken === comments.length || comments[this.taken]!.start >= before) return none
    const notes: Array<Note> = []
    for (; this.taken < comments.length && comments[this.taken]!.start < before; this.taken++) {
      const { end, start } = comments[this.taken]!
      const own = startsLine(this.text, start)
      if (own && behind) break
      const line = this.text.charCodeAt(start) === star || this.text.charCodeAt(start + 1) === slash
      notes.push({
        start,
        end,
        own,
        line,
        followed: !line && end > this.written && !endsLine(this.text, end),
        values: this.counts[this.taken] ?? 0
      })
    }
    return notes
  }

  /** A stretch of the text, with a blank for each of these comments in it. */
  without(notes: ReadonlyArray<Note>, start: number, end: number): string {
    let out = ""
    let from = start
    for (const note of notes) {
      if (note.start < start || note.end > end) continue
      out += `${this.text.slice(from, note.start)} `
      from = note.end
    }
    return out + this.text.slice(from, end)
  }
}

const none: ReadonlyArray<Note> = []

/** Whether nothing but blanks stands before a place on its line. */
export const startsLine = (text: string, at: number): boolean => {
  for (let before = at - 1; before >= 0; before--) {
    const code = text.charCodeAt(before)
    if (code === lf || code === cr) return true
    if (!isSpace(code)) return false
  }
  return true
}

const endsLine = (text: string, at: number): boolean => {
  for (let next = at; next < text.length; next++) {
    const code = text.charCodeAt(next)
    if (code === lf || code === cr) return true
    if (!isSpace(code)) return false
  }
  return true
}
