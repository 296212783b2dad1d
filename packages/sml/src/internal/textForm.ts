/**
 * What of a text can stand between quotes, in which quotes, and what else is written as a code.
 */
import { Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import type { TextForm } from "../Preset.ts"

const yen = 0xa5
const overline = 0x203e
const firstKatakana = 0xff61
const lastKatakana = 0xff9f
const katakanaOffset = 0xfec0

/** The code of a character of `J`: JIS X 0201. The item holds no others. */
export const jisCode = (unit: number): number =>
  unit === yen
    ? 0x5c
    : unit === overline
      ? 0x7e
      : unit >= firstKatakana && unit <= lastKatakana
        ? unit - katakanaOffset
        : unit

/** The characters of a `J` as its bytes read: backslash for the yen sign, tilde for the overline. */
export const jisAsAscii = (text: string): string => text.replaceAll("\u00a5", "\\").replaceAll("\u203e", "~")

interface Patterns {
  /** A text that can be one quoted run. */
  readonly whole: RegExp
  /** The next character that cannot be quoted. */
  readonly next: RegExp
}

const compiled = new WeakMap<TextForm, Patterns>()

const patterns = (form: TextForm): Patterns => {
  const known = compiled.get(form)
  if (known !== undefined) return known
  let standing = form.katakana ? "\\uff61-\\uff9f" : ""
  for (let unit = 0x20; unit <= 0x7e; unit++) {
    if (!form.without.includes(String.fromCharCode(unit))) standing += `\\x${unit.toString(16)}`
  }
  const made = { whole: new RegExp(`^[${standing}]*$`), next: new RegExp(`[^${standing}]`, "g") }
  compiled.set(form, made)
  return made
}

/** Where the next character is that cannot stand between quotes, or the end. */
export const nextUnquotable = (form: TextForm, text: string, from: number): number => {
  const { next } = patterns(form)
  next.lastIndex = from
  return next.test(text) ? next.lastIndex - 1 : text.length
}

/** The quote for a text, or undefined where it cannot be one quoted run. */
export const quoteOf = (form: TextForm, text: string): string | undefined => {
  if (!patterns(form).whole.test(text)) return undefined
  const preferred = form.quotes[0]!
  if (form.without.includes(preferred) || !text.includes(preferred)) return preferred
  const other = form.quotes[1]
  return other === undefined || text.includes(other) ? undefined : other
}

/** Text that shows as it is and stays so: no control, format, private or unassigned characters, no quote. */
const plainUnicode = /^[^"\\\p{C}\p{Zl}\p{Zp}]*$/u

/** The text of a `C2` that can be written `<W "…">`. */
export const wideText = (item: Item.C2): string | undefined => {
  if (item.value.lsh !== Item.Lsh.Utf8) return undefined
  const text = Item.asText(item)
  return Result.isSuccess(text) && plainUnicode.test(text.success) ? text.success : undefined
}
