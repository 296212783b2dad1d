/**
 * Items anew on a page: one item a line, values as printers write them, and comments where they stood.
 *
 * The text was read without an error before. It is read once more here, by the same readers, for what an item does not
 * tell: where its parts stand, and how its sizes and slots are spelled.
 */
import { Item } from "@effect-secs/codec"
import type { Preset } from "../../Preset.ts"
import { equals, greater, isQuote, less, singleQuote } from "../read/characters.ts"
import type { Forms } from "./formatForms.ts"
import { symbolAt } from "../read/symbols.ts"
import { type LeafItem, leafOf } from "../print/leaf.ts"
import { shortText } from "../print/short.ts"
import { type LeafFormat, readLeaf } from "../read/leaves.ts"
import type { Note, NoteScanner } from "./NoteScanner.ts"
import type { Page } from "./Page.ts"
import { itemFault } from "../print/sayable.ts"
import { defaultSize, keptSize, leafSize, listSize, noSize, readWrittenSize, type WrittenSize } from "./writtenSize.ts"

interface List {
  /** Where its size comes, which is known at its end. */
  readonly place: number
  readonly size: WrittenSize
  count: number
  /** A slot stands in it. */
  slots: boolean
  /** `...` stands in it. */
  dots: boolean
  /** It does not end on the line it begins on. */
  filled: boolean
}

export class ItemLayout {
  private readonly s: NoteScanner
  private readonly page: Page
  private readonly forms: Forms
  private readonly width: number

  constructor(s: NoteScanner, page: Page, forms: Forms, maxWidth: number) {
    this.s = s
    this.page = page
    this.forms = forms
    this.width = forms.double.wraps ? maxWidth - 1 : Number.POSITIVE_INFINITY
  }

  /** Puts the comments before a place on the page, if there are any. */
  comments(before: number, depth: number): boolean {
    const notes = this.s.take(before)
    for (const note of notes) this.comment(note, depth)
    return notes.length > 0
  }

  private comment(note: Note, depth: number): void {
    this.page.comment(note, this.s.text.slice(note.start, note.end), depth)
  }

  /** Writes the item that begins here. */
  item(): void {
    const { page, s } = this
    const lists: Array<List> = []
    do {
      const code = s.skip()
      const depth = lists.length
      const list = lists[depth - 1]
      if (this.comments(s.at, depth) && list !== undefined) list.filled = true
      if (code === less) this.opening(lists)
      else if (code === greater) {
        s.at++
        lists.pop()
        this.listEnd(list!, lists[depth - 2], depth - 1)
      } else if (code === equals) {
        // Behind dots: the name is that of the item before them.
        for (const name of this.names(Number.POSITIVE_INFINITY)) page.word(`= ${name}`, depth, Number.POSITIVE_INFINITY)
        list!.slots = true
      } else {
        s.at += 3
        page.begin(depth)
        page.put("...")
        list!.dots = list!.filled = true
      }
    } while (lists.length > 0)
  }

  private opening(lists: Array<List>): void {
    const { page, s } = this
    const start = s.at++
    const code = s.skip()
    const list = lists[lists.length - 1]
    const typed = code !== less && code !== greater
    const symbolStart = s.at
    const symbol = typed ? symbolAt(s) : listSymbol
    const word = s.text.slice(symbolStart, s.at).toUpperCase()
    const size = typed ? readWrittenSize(s) : noSize
    const format = symbol._tag === "Format" ? symbol.format : undefined
    if (list !== undefined) list.filled = true
    if (format === "L") {
      page.begin(lists.length)
      page.put("<L")
      lists.push({ place: page.reserve(), size, count: 0, slots: false, dots: false, filled: false })
      return
    }
    const slot =
      format === undefined ? this.family(word, size, lists.length) : this.leaf(format, word, start, size, lists.length)
    if (list === undefined) return
    list.count++
    list.slots ||= slot
  }

  private listEnd(list: List, parent: List | undefined, depth: number): void {
    const { page } = this
    const { count, dots, filled, place, size, slots } = list
    if (filled || this.forms.double.emptyListOpen) page.begin(depth)
    page.put(">")
    const names = this.names(depth === 0 ? 1 : Number.POSITIVE_INFINITY)
    page.put(names.map(bound).join(""))
    const named = names.length > 0
    page.fill(place, listSize(size, { count, slots, open: dots || (named && count === 0) }))
    if (parent === undefined) return
    parent.count++
    parent.slots ||= slots || named || (count === 0 && size.kind === "MAX")
  }

  /** Reads the names that stand behind an item; most have none. Behind so many, `=` begins the next message. */
  private names(most: number): ReadonlyArray<string> {
    const { s } = this
    if (s.skip() !== equals) return noNames
    const names: Array<string> = []
    do {
      s.at++
      s.skip()
      names.push(s.name())
      s.written = s.at
    } while (s.skip() === equals && names.length < most)
    return names
  }

  // --- what holds no items -----------------------------------------------------------------------------------------

  /** `<V [MAX 5] NAME> = X` */
  private family(word: string, size: WrittenSize, depth: number): boolean {
    const { s } = this
    const name = s.skip() === greater ? undefined : s.name()
    s.skip()
    s.at++
    this.page.begin(depth)
    this.slot(word, size, name, depth, depth === 0 ? 1 : Number.POSITIVE_INFINITY)
    return true
  }

  /** Writes a slot without a default, which ends here. */
  private slot(word: string, size: WrittenSize, name: string | undefined, depth: number, mostNames: number): void {
    const { page, s } = this
    const end = s.at
    const behind = this.names(mostNames).map(bound).join("")
    page.put(`<${word}${keptSize(size)}`)
    for (const note of s.take(end)) this.comment(note, depth + 1)
    if (name !== undefined) page.word(name, depth + 1, Number.POSITIVE_INFINITY)
    page.end(`>${behind}`, depth)
  }

  private leaf(format: LeafFormat, word: string, start: number, size: WrittenSize, depth: number): boolean {
    const { forms, page, s } = this
    const valuesAt = s.at
    const item = readLeaf(s, format)
    const end = s.at
    const { count, name, written } = s.leaf
    const valued = written || count > 0
    const waits = size.kind === "MAX" || (size.minimum > 0 && s.rules.dialect.templates)
    // A value, or what waits for one, may be bound where it is read, and once more where its message reads it.
    const mostNames = depth > 0 ? Number.POSITIVE_INFINITY : item === undefined ? 1 : 2
    page.begin(depth)
    if (item === undefined || (!valued && (waits || s.skip() === equals))) {
      s.at = end
      this.slot(symbolOf(format, word, forms), size, name, depth, mostNames)
      return true
    }
    const names = this.names(mostNames)
    const behind = names.map(bound).join("")
    const notes = s.take(end)
    // Text that would be nothing but codes has no quotes to keep.
    const quoted = typeof item.value === "string" && (item.value === "" || quotable.test(item.value))
    const preset = quoted && isSingle(s, notes, valuesAt, end) ? forms.single : forms.double
    const values = Item.count(item)
    const counted = item._tag === "C2" && size.kind === "range" ? values + 2 : count
    // The size may count characters, which codes have none of.
    const bounded = item._tag === "C2" && count !== values + 2 ? values : count
    const sized = names.length > 0 ? defaultSize(size, bounded, values) : leafSize(size, counted)
    // What its dialect has no text for is somehow written, and stays so.
    if (itemFault(preset, item) !== undefined) page.put(s.text.slice(start, end))
    else this.values(preset, item as LeafItem, sized, notes, valuesAt, depth)
    page.put(behind)
    return names.length > 0
  }

  private values(
    preset: Preset,
    item: LeafItem,
    size: string | undefined,
    notes: ReadonlyArray<Note>,
    valuesAt: number,
    depth: number
  ): void {
    const { page, width } = this
    const short = size === undefined && notes.length === 0 ? shortText(preset, item) : undefined
    if (short !== undefined && page.fits(short, width)) {
      page.put(short)
      return
    }
    const leaf = leafOf(preset, item, size)
    let next = 0
    /** How many values stand before the next comment. */
    const before = (): number => {
      const note = notes[next]
      return note === undefined ? leaf.length : note.start < valuesAt ? 0 : Math.min(note.values, leaf.length)
    }
    const commentsAt = (at: number): void => {
      while (next < notes.length && before() <= at) this.comment(notes[next++]!, depth + 1)
    }
    if (leaf.piece === undefined) {
      // One run of text is not parted.
      const [opening, quote] = [leaf.open.slice(0, -2), leaf.open.slice(-1)]
      page.put(opening)
      commentsAt(0)
      page.word(quote + leaf.write(0, leaf.length) + leaf.close(), depth + 1, Number.POSITIVE_INFINITY)
    } else {
      page.put(leaf.open)
      for (let at = 0; at < leaf.length;) {
        commentsAt(at)
        const piece = leaf.piece(at, before(), Number.POSITIVE_INFINITY)
        // The first value goes where its item begins, however long it is.
        page.word(piece.text.slice(1), depth + 1, at === 0 ? Number.POSITIVE_INFINITY : width)
        at = piece.next
      }
    }
    commentsAt(leaf.length)
    page.end(">", depth)
  }
}

/** A list may lack its `L`. */
const listSymbol = { _tag: "Format", format: "L" } as const

const noNames: ReadonlyArray<string> = []

const bound = (name: string): string => ` = ${name}`

const symbolOf = (format: LeafFormat, word: string, { double }: Forms): string => {
  if (format === "BOOLEAN") return double.boolean.type
  return format === "C2" && /^(?:W|UNICODE)$/.test(word) ? "W" : format
}

/** A character that can stand in single quotes. */
const quotable = /[ -&(-[\]-~\uff61-\uff9f]/

/** Whether the first quote of a stretch, comments excepted, is a single one. */
const isSingle = ({ text }: NoteScanner, notes: ReadonlyArray<Note>, start: number, end: number): boolean => {
  let next = 0
  for (let at = start; at < end; at++) {
    while (next < notes.length && notes[next]!.end <= at) next++
    const note = notes[next]
    if (note !== undefined && at >= note.start) at = note.end - 1
    else if (isQuote(text.charCodeAt(at))) return text.charCodeAt(at) === singleQuote
  }
  return false
}
