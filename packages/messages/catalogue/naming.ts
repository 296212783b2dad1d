/**
 * From what the table has to what a program says.
 */
import { listOfItem, memberOfItem, memberOfStructure, nameOfValue } from "./names.ts"
import { type Node, print } from "./Notation.ts"
import type { Value } from "./Table.ts"

/** `DATAID` is `dataid`, `AUTOPOST_DISABLE` is `autopostDisable`. */
const camelCase = (name: string): string =>
  name.toLowerCase().replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

const memberOf = (item: string): string => memberOfItem[item] ?? camelCase(item)

const nameOfMember = (node: Node): string => {
  if (node._tag === "DataItem") return memberOf(node.name)
  if (node._tag === "List" && node.element._tag === "DataItem") {
    return listOfItem[node.element.name] ?? `${memberOf(node.element.name)}s`
  }
  const notation = print(node)
  const name = memberOfStructure[notation]
  if (name === undefined) throw new Error(`names.ts has no name for ${notation}`)
  return name
}

/** The names of a list's members; labels of the table where names would meet. */
export const namesOfMembers = (members: ReadonlyArray<Node>): ReadonlyArray<string> => {
  const plain = members.map(nameOfMember)
  const names = members.map((node, index) =>
    node._tag === "DataItem" && node.label !== undefined && plain.filter((name) => name === plain[index]).length > 1
      ? `${plain[index]}${capital(node.label)}`
      : plain[index]!
  )
  if (new Set(names).size < names.length) throw new Error(`two members have one name: ${names.join(", ")}`)
  return names
}

/** `cannot perform now` is `CannotPerformNow`; what stands in brackets or behind "at least one" says no more. */
const pascalCase = (meaning: string): string =>
  meaning
    .replaceAll(/\(.*?\)/g, "")
    .replace(/^(?:at least one|error,) /, "")
    .split(/[^A-Za-z0-9]+/)
    .map((word) => capital(/^[A-Z]+s?$/.test(word) ? word.toLowerCase() : word))
    .join("")

/** What a program calls a value; `undefined` for those nobody has a use for. */
export const nameOf = (item: string, { meaning, value }: Value): string | undefined => {
  if (value === undefined || meaning === "reserved") return undefined
  const chosen = nameOfValue[item]?.[String(value)]
  if (chosen !== undefined) return chosen
  return typeof value === "string" && /^(?:[A-Z][a-z]+)+$/.test(value) ? value : pascalCase(meaning)
}
