/**
 * Lines of a log that hold `SxFy` and were taken for prose. Pure.
 *
 * @since 0.1.0
 */
import type { SmlDocument } from "@effect-secs/sml"

/** @since 0.1.0 */
export interface ProseLines {
  readonly count: number
  /** Counts from 1; 0 where there is none. */
  readonly first: number
}

/** @since 0.1.0 */
export const none: ProseLines = { count: 0, first: 0 }

const name = /(?<![\w-])S\d{1,3}F\d{1,3}(?![\w-])/gi

const lineEnd = (text: string, from: number): number => {
  const end = text.indexOf("\n", from)
  return end < 0 ? text.length : end
}

/**
 * Those of a text that was read. Comments are none, and neither is the header of a message that could not be read.
 *
 * @since 0.1.0
 */
export const find = (
  text: string,
  { comments, errors, messages }: Pick<SmlDocument.SmlDocument, "comments" | "errors" | "messages">
): ProseLines => {
  let count = 0
  let first = 0
  let message = 0
  let comment = 0
  let error = 0
  let line = 1
  let start = 0
  let end = lineEnd(text, 0)
  let counted = 0
  /** The line of the last name that may be prose: not before the next one is it known that no error is about it. */
  let pending = 0
  const settle = (to: number) => {
    const isBroken = error < errors.length && errors[error]!.offset < to
    while (error < errors.length && errors[error]!.offset < to) error++
    if (pending > counted && !isBroken) {
      count++
      if (first === 0) first = pending
      counted = pending
    }
    pending = 0
  }
  for (const { index } of text.matchAll(name)) {
    settle(index)
    while (index > end) {
      line++
      start = end + 1
      end = lineEnd(text, start)
    }
    while (message < messages.length && messages[message]!.end <= start) message++
    while (comment < comments.length && comments[comment]!.end <= index) comment++
    const isRead = message < messages.length && messages[message]!.start < end
    const isComment = comment < comments.length && comments[comment]!.start < index
    if (!isRead && !isComment) pending = line
  }
  settle(Number.POSITIVE_INFINITY)
  return { count, first }
}

/**
 * `14 lines that hold SxFy and were taken for prose, from line 3 on`
 *
 * @since 0.1.0
 */
export const describe = ({ count, first }: ProseLines): string =>
  count === 1
    ? `1 line that holds SxFy and was taken for prose: line ${first}`
    : `${count} lines that hold SxFy and were taken for prose, from line ${first} on`
