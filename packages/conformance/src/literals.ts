/**
 * The string literals of a source file, without understanding the rest of it. Pure.
 *
 * @since 0.1.0
 */

/** Strings, templates, regular expressions (first group), and comments. */
export const literalOrComment =
  /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g

/**
 * One string literal.
 *
 * @since 0.1.0
 */
export interface Literal {
  /** As it is written, without its quotes. */
  readonly text: string
  /** Offset of its first quote. */
  readonly at: number
}

/**
 * The string literals of a file, in order. Comments are not looked at.
 *
 * @since 0.1.0
 */
export const literals = (source: string): ReadonlyArray<Literal> =>
  [...source.matchAll(literalOrComment)].flatMap(({ 1: literal, index }) =>
    literal === undefined || literal.startsWith("/") ? [] : [{ text: literal.slice(1, -1), at: index }]
  )
