/**
 * A text without what does not tell its dialect: comments, and text in quotes. Pure.
 */

const quoted = String.raw`((["'])S\d{1,3}F\d{1,3}\2)|"[^"\r\n]*"|'[^'\r\n]*'`
const lines = String.raw`\/\/[^\r\n]*|^[^\S\r\n]*\*[^\r\n]*`
const withBlocks = new RegExp(String.raw`${quoted}|${lines}|\/\*[^]*?\*\/`, "gim")
const withoutBlocks = new RegExp(`${quoted}|${lines}`, "gim")

/**
 * A blank for each comment and text in quotes, headers excepted. Takes linear time.
 *
 * Text in quotes is looked for within a line, as an apostrophe is more often alone than text has a line end in it.
 */
export const bareText = (text: string): string => {
  // Behind the last mark that ends a comment none is searched for, which would take long where many begin there.
  const end = text.lastIndexOf("*/") + 2
  const head = end < 2 ? "" : text.slice(0, end).replace(withBlocks, "$1 ")
  return head + text.slice(end < 2 ? 0 : end).replace(withoutBlocks, "$1 ")
}
