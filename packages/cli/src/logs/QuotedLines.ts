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

const unquoted = (quoted: string): string => {
  if (!quoted.includes("\\")) return quoted
  const said = quoted.slice(1, -1).replace(escape, plain)
  return `"${said}"`.padEnd(quoted.length)
}

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
  let at = log.indexOf('\\"')
  if (at < 0) return log
  let out = ""
  let from = 0
  while (at >= 0) {
    const start = log.lastIndexOf("\n", at) + 1
    const next = log.indexOf("\n", at)
    const end = next < 0 ? log.length : next
    out += log.slice(from, start) + readLine(log.slice(start, end))
    from = end
    at = log.indexOf('\\"', end)
  }
  return out + log.slice(from)
}
