/**
 * Text in pieces, cut anywhere, to its lines. Pure.
 *
 * A line is held until it ends, but no more of it than a limit: of a longer one only its length is told.
 *
 * @since 0.1.0
 */

/** @since 0.1.0 */
export interface Line {
  /** Without its line end; empty where the line is too long. */
  readonly text: string
  /** Characters of a line that is too long; 0 of any other. */
  readonly tooLong: number
}

/** @since 0.1.0 */
export interface TextLines {
  readonly push: (piece: string) => ReadonlyArray<Line>
  /** The line that no line end follows. */
  readonly end: () => ReadonlyArray<Line>
}

/** The longest message, as JSON or in hex, has its place in it. */
const longest = 64 * 1024 * 1024

/** @since 0.1.0 */
export const make = (limit: number = longest): TextLines => {
  let held: Array<string> = []
  let length = 0

  const hold = (part: string): void => {
    length += part.length
    if (length > limit) held = []
    else if (part !== "") held.push(part)
  }
  const take = (): Line => {
    const text = held.length === 1 ? held[0]! : held.join("")
    const tooLong = length > limit ? length : 0
    held = []
    length = 0
    return { text: text.endsWith("\r") ? text.slice(0, -1) : text, tooLong }
  }

  return {
    push: (piece) => {
      const lines: Array<Line> = []
      let from = 0
      for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", from)) {
        hold(piece.slice(from, end))
        lines.push(take())
        from = end + 1
      }
      hold(piece.slice(from))
      return lines
    },
    end: () => (length === 0 ? [] : [take()])
  }
}
