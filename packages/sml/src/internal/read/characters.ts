/**
 * The characters SML is made of, and what may stand next to what.
 */
export const tab = 0x09
export const lf = 0x0a
export const cr = 0x0d
export const blank = 0x20
export const doubleQuote = 0x22
export const hash = 0x23
export const singleQuote = 0x27
export const openRound = 0x28
export const closeRound = 0x29
export const star = 0x2a
export const plus = 0x2b
export const comma = 0x2c
export const minus = 0x2d
export const dot = 0x2e
export const slash = 0x2f
export const zero = 0x30
export const nine = 0x39
export const colon = 0x3a
export const less = 0x3c
export const equals = 0x3d
export const greater = 0x3e
export const openSquare = 0x5b
export const backslash = 0x5c
export const closeSquare = 0x5d

/** Blanks, tabs and line ends; form feeds, and what editors put in by themselves: U+00A0, U+3000, U+FEFF. */
export const isSpace = (code: number): boolean =>
  code === blank || (code >= tab && code <= cr) || code === 0xa0 || code === 0x3000 || code === 0xfeff

export const isDigit = (code: number): boolean => code >= zero && code <= nine

export const isLetter = (code: number): boolean => {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

export const isQuote = (code: number): boolean => code === doubleQuote || code === singleQuote

/** What names and format symbols are made of. Text of other scripts is found in names too. */
export const isWord = (code: number): boolean =>
  isLetter(code) ||
  isDigit(code) ||
  code === 0x5f ||
  code === 0x24 ||
  (code > 0xa0 && code !== 0x3000 && code !== 0xfeff)

/** As `isWord`, and the marks that may stand within a name. */
export const isName = (code: number): boolean => isWord(code) || code === minus || code === hash

/** The value of a hex digit; -1 for anything else. */
export const hexValue = (code: number): number => {
  if (isDigit(code)) return code - zero
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Without blanks, tabs and carriage returns at its end. By hand, as a pattern tries again at every blank. */
export const withoutBlanks = (text: string): string => {
  let end = text.length
  for (; end > 0; end--) {
    const code = text.charCodeAt(end - 1)
    if (code !== blank && code !== tab && code !== cr) break
  }
  return text.slice(0, end)
}
