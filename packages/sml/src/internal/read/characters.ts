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

/**
 * Blanks that no tool writes; editors, chats and word processors put them in by themselves. They part words as a blank
 * does, those without width too, and none of them ends a line. For a class of a regular expression.
 */
export const unusualBlanks = String.raw`\x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff`

export const isUnusualBlank = (code: number): boolean =>
  code >= 0x85 &&
  (code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x2060 ||
    code === 0x3000 ||
    code === 0xfeff)

/** Blanks and tabs, and blanks, tabs, form feeds and line ends, as classes of a regular expression. */
export const gap = `[ \\t${unusualBlanks}]`
export const space = `[\\t-\\r ${unusualBlanks}]`
export const notSpace = `[^\\t-\\r ${unusualBlanks}]`

/** Blanks, tabs, form feeds and line ends. */
export const isSpace = (code: number): boolean =>
  code <= blank ? code === blank || (code >= tab && code <= cr) : isUnusualBlank(code)

/** The same, but for what ends a line. */
export const isGap = (code: number): boolean => isSpace(code) && code !== lf && code !== cr

/** Without blanks of any kind at both ends. By hand, as `trim` leaves some. */
export const trimSpaces = (text: string): string => {
  let from = 0
  let to = text.length
  while (from < to && isSpace(text.charCodeAt(from))) from++
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

const everyUnusualBlank = new RegExp(`[${unusualBlanks}]`, "g")

/** With a blank for every other kind of blank. */
export const withBlanks = (text: string): string => text.replaceAll(everyUnusualBlank, " ")

/** Marks that nobody sees: a name that holds one is another name than it seems. For a class of a regular expression. */
export const hiddenMarks = String.raw`\xad\u034f\u061c\u115f\u1160\u180e\u200c-\u200f\u202a-\u202e\u2061-\u206f\u3164\uffa0\ufff9-\ufffb`

const hidden = new RegExp(`[${hiddenMarks}]`)

export const isHidden = (code: number): boolean => code >= 0xad && hidden.test(String.fromCharCode(code))

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
  (code > 0xa0 && !isUnusualBlank(code) && !isHidden(code))

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
