/**
 * The one class behind every item. All items share it and its two fields, so the engine sees one shape and decoding
 * has one allocation site; what the values are depends on `format` and is typed in `Item.ts`.
 */
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import { type FormatInfo, fromCode } from "../FormatCode.ts"
import { equals, hash } from "./structural.ts"
import { render } from "./render.ts"

export class ItemNode {
  readonly format: number
  readonly value: unknown

  constructor(format: number, value: unknown) {
    this.format = format
    this.value = value
  }

  get _tag(): FormatInfo["format"] {
    return fromCode(this.format)!.format
  }

  [Equal.symbol](that: unknown): boolean {
    return that instanceof ItemNode && equals(this, that)
  }

  [Hash.symbol](): number {
    return hash(this)
  }

  toString(): string {
    return render(this)
  }

  /** The same line, so that a logger which writes JSON can write any item. */
  toJSON(): string {
    return render(this)
  }

  /** What `console.log` shows under Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return render(this)
  }
}

/** The children of every empty list. */
export const noItems: ReadonlyArray<ItemNode> = Object.freeze([])

/** The value of a `C2` item: a localized string header and bytes in the encoding it names. */
export class Localized {
  readonly lsh: number
  readonly bytes: Uint8Array

  constructor(lsh: number, bytes: Uint8Array) {
    this.lsh = lsh
    this.bytes = bytes
  }
}
