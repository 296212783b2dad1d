/**
 * A header in order: its words are those of its author, and stand where its dialect has them.
 */
import { notSpace, space, trimSpaces, withBlanks } from "../read/characters.ts"
import type { Candidate } from "../read/headers.ts"

/** Behind `=`; `[W]`; an arrow; any other word. */
const word = `(?:(?![=[])${notSpace})+`
const attribute = new RegExp(
  String.raw`=${space}*(${word})|(\[${space}*W${space}*\])|(H${space}*(?:<->|->|<-)${space}*E\b)|${word}`,
  "gi"
)
const spaces = new RegExp(`${space}+`, "g")

const owner = /^(?:INPUT|OUTPUT)$/i

/**
 * What stands behind `SxFy`, without comments: `W H->E Name`, `= name OUTPUT W`.
 *
 * Where there is a second W or direction all stays in its order, as one of the two is not what it seems.
 */
const attributesText = (text: string): string => {
  const written: Array<string> = []
  const names: Array<string> = []
  const directions: Array<string> = []
  const w: Array<string> = []
  let assigned = 0
  for (const [all, name, optional, arrow] of text.matchAll(attribute)) {
    const tight = all.replaceAll(spaces, "")
    if (name !== undefined) {
      assigned++
      names.push(`= ${name}`)
      written.push(`= ${name}`)
      continue
    }
    written.push(tight)
    if (optional !== undefined || /^w$/i.test(all)) w.push(tight.toUpperCase())
    else if (arrow !== undefined || owner.test(all)) directions.push(tight.toUpperCase())
    else names.push(all)
  }
  if (w.length > 1 || directions.length > 1) return written.join(" ")
  const owned = assigned > 0 || (directions.length > 0 && owner.test(directions[0]!))
  return (owned ? [...names, ...directions, ...w] : [...w, ...directions, ...names]).join(" ")
}

/** What stands before `SxFy`: a label and its colon, or a name in quotes. */
const labelText = (text: string, quoted: boolean): string => {
  const label = trimSpaces(text)
  if (label === "") return ""
  if (!label.endsWith(":")) return `${label} `
  const written = trimSpaces(label.slice(0, -1))
  const name = /^(["']).*\1$/s.test(written) ? written : withBlanks(written)
  return name === "" ? "" : `${name}:${quoted ? "" : " "}`
}

/** The line of a header, in these quotes or in none. */
export const headerLine = (before: string, header: Candidate, quote: string, behind: string): string => {
  const attributes = attributesText(behind)
  const code = `${quote}S${header.stream}F${header.function}${quote}`
  return labelText(before, quote !== "") + (attributes === "" ? code : `${code} ${attributes}`)
}
