/**
 * Lines of loggers that put what is logged in quotes, with backslashes before quotes in it: logfmt and JSON. Pure.
 *
 * What stands in the quotes takes the place of how it is written, and blanks what that was longer. So lines keep their
 * numbers and their lengths, and places in a line are off behind the first backslash, by one for each.
 *
 * @since 0.1.0
 */

/** A value of logfmt that is in quotes, or any text of a line of JSON. */
const value = /(?<=[\w"']=)"(?:[^"\\\r\n]|\\.)*"/g
const json = /^[ \t]*\{[ \t]*"/
const text = /"(?:[^"\\\r\n]|\\.)*"/g

const escape = /\\(?:u([0-9a-f]{4})|(.))/gi

/** Line ends become blanks: the lines of the log are those of the logger. */
const plain = (_: string, code: string | undefined, character: string): string =>
  code !== undefined
    ? String.fromCharCode(Number.parseInt(code, 16)).replace(/[\r\n]/, " ")
    : "nrt".includes(character)
      ? " "
      : character

/** Another backslash than that before a quote may be one of what was logged, unless a message is in it. */
const header = /S\d{1,3}F\d{1,3}/i

const unquoted = (quoted: string): string => {
  if (!quoted.includes("\\") || !(quoted.includes('\\"') || header.test(quoted))) return quoted
  const said = quoted.slice(1, -1).replace(escape, plain)
  return `"${said}"`.padEnd(quoted.length)
}

/** What loggers write for a quote and for the end of a line. */
const escaped = /\\["nr]/g

const readLine = (line: string): string => line.replace(json.test(line) ? text : value, unquoted)

/**
 * A text of whole lines as what was logged.
 *
 * @example
 * QuotedLines.read('message="sent S1F4 <A \\"x\\">"') // => 'message="sent S1F4 <A "x">"  '
 *
 * @since 0.1.0
 */
export const read = (log: string): string => {
  let out = ""
  let from = 0
  const next = (at: number): number => {
    escaped.lastIndex = at
    return escaped.test(log) ? escaped.lastIndex - 1 : -1
  }
  for (let at = next(0); at >= 0; at = next(from)) {
    const start = log.lastIndexOf("\n", at) + 1
    const end = log.indexOf("\n", at)
    out += log.slice(from, start)
    from = end < 0 ? log.length : end
    out += readLine(log.slice(start, from))
  }
  return out + log.slice(from)
}
