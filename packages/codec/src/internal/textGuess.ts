/**
 * Which encodings the text of a peer may be in: those in which every text that was seen is text throughout.
 */
import * as Result from "effect/Result"
import * as TextEncoding from "../TextEncoding.ts"

/** What tools of the field write. Other texts are hardly ever UTF-8 by chance, so it goes first. */
const candidates = ["utf-8", "shift_jis", "gbk", "big5", "euc-kr"] as const

export interface TextGuess {
  /** Takes the value of an `A`. Only bytes above 7F tell encodings apart. */
  readonly see: (value: string) => void
  /** The encoding, where there is but one. */
  readonly encoding: () => string | undefined
  /** A line for people; undefined where there is nothing to say. */
  readonly note: () => string | undefined
}

export const make = (): TextGuess => {
  let fitting: ReadonlyArray<TextEncoding.TextEncoding> | undefined
  let count = 0

  const see = (value: string): void => {
    if (!/[^\x00-\x7f]/.test(value)) return
    count++
    fitting ??= candidates.flatMap((name) =>
      Result.match(TextEncoding.make(name), { onSuccess: (one) => [one], onFailure: () => [] })
    )
    fitting = fitting.filter((one) => !TextEncoding.hasUnknownBytes(TextEncoding.decodeA(one, value)))
  }

  const names = (): ReadonlyArray<string> => (fitting ?? []).map((one) => one.name)

  const encoding = (): string | undefined => {
    const fit = names()
    return fit.length === 1 || fit[0] === "utf-8" ? fit[0] : undefined
  }

  const note = (): string | undefined => {
    if (count === 0) return undefined
    const texts = `${count} ${count === 1 ? "text" : "texts"} with bytes above 7F`
    const found = encoding()
    if (found !== undefined) return `text is ${found}: ${texts}, which fit`
    const fit = names()
    const seen = fit.length === 0 ? `none of ${candidates.join(", ")} fits` : `any of ${fit.join(", ")} may be meant`
    return `${texts}: ${seen}, name the encoding in "text"`
  }

  return { see, encoding, note }
}
