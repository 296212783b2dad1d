/**
 * What of a text can stand between quotes, in which quotes, and what else is written as a code.
 */
import { Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import type { TextForm } from "../../Preset.ts"

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
  /** 1 for the ASCII characters that can. */
  readonly standing: Uint8Array
}

const compiled = new WeakMap<TextForm, Patterns>()

const compile = (form: TextForm): Patterns => {
  const standing = new Uint8Array(0x80)
  let characters = form.katakana ? "\\uff61-\\uff9f" : ""
  for (let unit = 0x20; unit <= 0x7e; unit++) {
    if (form.without.includes(String.fromCharCode(unit))) continue
    standing[unit] = 1
    characters += `\\x${unit.toString(16)}`
  }
  return { whole: new RegExp(`^[${characters}]*$`), next: new RegExp(`[^${characters}]`, "g"), standing }
}

// The form that was asked for last is asked for next.
let lastForm: TextForm | undefined
let lastPatterns: Patterns | undefined

const patterns = (form: TextForm): Patterns => {
  if (form === lastForm) return lastPatterns!
  let found = compiled.get(form)
  if (found === undefined) {
    found = compile(form)
    compiled.set(form, found)
  }
  lastForm = form
  lastPatterns = found
  return found
}

/** Where the next character is that cannot stand between quotes, or the end. */
export const nextUnquotable = (form: TextForm, text: string, from: number): number => {
  const { next } = patterns(form)
  next.lastIndex = from
  return next.test(text) ? next.lastIndex - 1 : text.length
}

/** Whether a character can stand between quotes. */
export const stands = (form: TextForm, unit: number): boolean =>
  patterns(form).standing[unit] === 1 || (form.katakana && unit >= firstKatakana && unit <= lastKatakana)

/** Up to this many characters a loop is faster than a pattern. */
const short = 48

/** As `quoteOf`; undefined also for a text that is not short. */
export const shortQuote = (form: TextForm, text: string): string | undefined => {
  if (text.length > short) return undefined
  const { standing } = patterns(form)
  for (let i = 0; i < text.length; i++) if (standing[text.charCodeAt(i)] !== 1) return undefined
  return choose(form, text)
}

/** The quote for a text, or undefined where it cannot be one quoted run. */
export const quoteOf = (form: TextForm, text: string): string | undefined =>
  patterns(form).whole.test(text) ? choose(form, text) : undefined

const choose = (form: TextForm, text: string): string | undefined => {
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
