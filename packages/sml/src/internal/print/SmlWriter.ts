/**
 * Writes one item piece by piece. It writes what it is given: whether a preset has text for it has been looked up
 * before.
 *
 * A place in the tree is a stack of lists, and a place in a long item is its next value, so that writing can stop at any
 * length and go on.
 */
import type { Item } from "@effect-secs/codec"
import type { Preset } from "../../Preset.ts"
import { printable } from "../../SmlError.ts"
import { block } from "./ascii.ts"
import { type Leaf, leafOf } from "./leaf.ts"
import type { Node } from "./sayable.ts"
import { shortText } from "./short.ts"
import { bound, repeatOpening, slotSize, slotText } from "./slots.ts"

export interface Layout {
  /** Columns; Infinity where lines may be as long as they are. */
  readonly maxWidth: number
  /** Values of one item; Infinity for all. */
  readonly maxValues: number
  readonly comment: ((item: Item.Item) => string | undefined) | undefined
}

/** Indentation ends here: with it, a list nested 100 000 deep would take 10 GB. */
const deepestIndent = 64

interface Level {
  readonly children: ReadonlyArray<Node>
  /** Children that are written. */
  readonly end: number
  /** What stands behind the list. */
  readonly behind: string
  at: number
}

/** Text as a comment with a space before it; nothing, where there is no text. It is one line, and ends where it ends. */
const commented = (text: string | undefined): string =>
  text === undefined || text === "" ? "" : ` /* ${printable(text).replaceAll(/\*(?=\/)/g, "* ")} */`

const more = (left: number): string => `/* ${left} more */`

export class SmlWriter {
  private out: string
  /** What goes between an item and the one before it, by depth. */
  private readonly breaks: Array<string> = []
  private readonly preset: Preset
  private readonly layout: Layout
  private readonly wrapped: boolean
  /** No item is cut or goes on in another line. */
  private readonly plain: boolean
  private readonly comment: Layout["comment"]
  private readonly levels: Array<Level> = []
  private leaf: Leaf | undefined
  private leafAt = 0
  private leafEnd = 0
  private leafBehind = ""
  /** Columns of the line that a leaf is on; kept only where lines wrap. */
  private column = 0

  constructor(preset: Preset, layout: Layout, root: Node, before: string) {
    this.preset = preset
    this.layout = layout
    this.wrapped = layout.maxWidth < Infinity && preset.wraps && preset.layout === "lines"
    this.plain = !this.wrapped && layout.maxValues === Infinity
    this.comment = preset.comments ? layout.comment : undefined
    this.out = before
    // The root is the one item without another before it.
    const short = this.plain ? shortText(preset, root as Item.Item) : undefined
    if (short === undefined) this.node(root)
    else this.out += short + this.remark(root as Item.Item)
  }

  /** Writes until there are so many characters, or all; true when all is written. */
  run(limit: number): boolean {
    const { levels } = this
    while (this.out.length < limit) {
      if (this.leaf !== undefined) {
        this.goOn(this.leaf, limit)
        continue
      }
      const level = levels[levels.length - 1]
      if (level === undefined) return true
      if (this.plain) this.shorts(level, limit)
      if (level.at === level.end) this.close(level)
      else if (this.out.length < limit) {
        this.out += this.breakAt(levels.length)
        this.node(level.children[level.at++]!)
      }
    }
    return this.leaf === undefined && levels.length === 0
  }

  /** What is written, and begins anew. */
  take(): string {
    const { out } = this
    this.out = ""
    return out
  }

  private remark(item: Item.Item): string {
    return this.comment === undefined ? "" : commented(this.comment(item))
  }

  private breakAt(depth: number): string {
    return (this.breaks[depth] ??=
      this.preset.layout === "line" ? " " : `\n${this.preset.indent.repeat(Math.min(depth, deepestIndent))}`)
  }

  /** Writes short items, which most lists hold one after the other, up to the first that is none. */
  private shorts(level: Level, limit: number): void {
    const { preset } = this
    const { children, end } = level
    const between = this.breakAt(this.levels.length)
    let { out } = this
    let { at } = level
    while (at < end && out.length < limit) {
      const short = shortText(preset, children[at] as Item.Item)
      if (short === undefined) break
      out += between + short
      if (this.comment !== undefined) out += this.remark(children[at] as Item.Item)
      at++
    }
    this.out = out
    level.at = at
  }

  private close({ behind, children, end }: Level): void {
    const { levels, preset } = this
    if (end < children.length) this.out += this.breakAt(levels.length) + more(children.length - end)
    levels.pop()
    const open = preset.layout === "lines" && (children.length > 0 || preset.emptyListOpen)
    this.out += `${open ? this.breakAt(levels.length) : ""}>${behind}`
  }

  private node(node: Node): void {
    switch (node._tag) {
      case "Fixed":
        return this.item(node.item)
      case "List":
        return this.list(node.children, `<L [${node.children.length}]`, "")
      case "Repeat":
        return this.list(node.body, repeatOpening(node), bound(node.name))
      case "Slot":
        if (node.default === undefined) this.out += slotText(node)
        else this.item(node.default, bound(node.name), slotSize(node))
        return
      default:
        return this.item(node)
    }
  }

  private list(children: ReadonlyArray<Node>, opening: string, behind: string): void {
    this.out += opening
    this.levels.push({ children, end: Math.min(children.length, this.layout.maxValues), behind, at: 0 })
  }

  /** The comment of a list with a body stands in its first line, that of an empty one behind it. */
  private listItem(item: Item.L, size: string | undefined, behind: string, remark: string): void {
    const opening = `<L${size ?? ` [${item.value.length}]`}`
    if (item.value.length > 0) this.list(item.value, opening + remark, behind)
    else this.list(item.value, opening, behind + remark)
  }

  private item(item: Item.Item, behind = "", size?: string): void {
    const remark = this.remark(item)
    if (item._tag === "L") return this.listItem(item, size, behind, remark)
    const leaf = leafOf(this.preset, item, size)
    this.leaf = leaf
    this.leafAt = 0
    this.leafEnd = leaf.length > this.layout.maxValues ? leaf.edge(this.layout.maxValues) : leaf.length
    this.leafBehind = behind + remark
    this.out += leaf.open
    if (this.wrapped) this.column = this.breakAt(this.levels.length).length - 1 + leaf.open.length
  }

  /** Writes values until there are so many characters, or all of them. */
  private goOn(leaf: Leaf, limit: number): void {
    if (this.wrapped && leaf.piece !== undefined) {
      this.wrap(leaf.piece, limit)
    } else {
      while (this.leafAt < this.leafEnd && this.out.length < limit) {
        const room = Math.ceil((limit - this.out.length) / leaf.widest)
        const end = Math.min(this.leafEnd, this.leafAt + Math.min(block, room))
        const edge = leaf.edge(end)
        const to = edge > this.leafAt ? edge : this.leafAt + 2
        this.out += leaf.write(this.leafAt, to)
        this.leafAt = to
      }
    }
    if (this.leafAt < this.leafEnd) return
    this.out += leaf.close()
    if (this.leafEnd < leaf.length) this.out += ` ${more(leaf.length - this.leafEnd)}`
    this.out += `>${this.leafBehind}`
    this.leaf = undefined
  }

  private wrap(piece: NonNullable<Leaf["piece"]>, limit: number): void {
    const { maxWidth } = this.layout
    const next = this.breakAt(this.levels.length + 1)
    const start = next.length - 1
    while (this.leafAt < this.leafEnd && this.out.length < limit) {
      // One column stays free for the bracket that closes the item.
      const left = maxWidth - 1 - this.column
      let one = piece(this.leafAt, this.leafEnd, left)
      if (one.text.length > left && this.column > start) {
        one = piece(this.leafAt, this.leafEnd, maxWidth - start)
        const text = one.text.slice(1)
        this.out += next + text
        this.column = start + text.length
      } else {
        this.out += one.text
        this.column += one.text.length
      }
      this.leafAt = one.next
    }
  }
}
