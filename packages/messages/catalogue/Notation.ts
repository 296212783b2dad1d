/**
 * The notation of the table, read: `L{DATAID CEID L*{L{RPTID L*{V}}}}`.
 */

/** What one place of a body looks like. */
export type Node =
  | { readonly _tag: "Header" }
  | { readonly _tag: "AnyItem" }
  | { readonly _tag: "DataItem"; readonly name: string; readonly label: string | undefined; readonly vector: boolean }
  | { readonly _tag: "Struct"; readonly members: ReadonlyArray<Node>; readonly optional: boolean }
  | { readonly _tag: "List"; readonly element: Node }
  | { readonly _tag: "Either"; readonly options: ReadonlyArray<Node> }

const opening: { readonly [token: string]: "struct" | "optional" | "list" | undefined } = {
  "L{": "struct",
  "L?{": "optional",
  "L*{": "list"
}

/** Reads a structure of the table; throws where the table is wrong, which is a bug. */
export const parse = (text: string): Node => {
  const tokens = text.match(/L[?*]?\{|[{}()|]|[^\s{}()|]+/g) ?? []
  let at = 0
  const until = (end: string): ReadonlyArray<Node> => {
    const nodes: Array<Node> = []
    while (tokens[at] !== end) nodes.push(node())
    at++
    return nodes
  }
  const node = (): Node => {
    const token = tokens[at++]
    if (token === undefined) throw new Error(`${text} ends early`)
    if (token === "(") {
      const options = [node()]
      while (tokens[at++] === "|") options.push(node())
      return { _tag: "Either", options }
    }
    const kind = opening[token]
    if (kind === "list") {
      const [element, ...rest] = until("}")
      if (element === undefined || rest.length > 0) throw new Error(`${text}: L*{} repeats one element`)
      return { _tag: "List", element }
    }
    if (kind !== undefined) return { _tag: "Struct", members: until("}"), optional: kind === "optional" }
    if (token === "-") return { _tag: "Header" }
    if (token === "any") return { _tag: "AnyItem" }
    const match = /^(\w+)(?:@(\w+))?(\[\])?$/.exec(token)
    if (match === null) throw new Error(`${text}: ${token} is no data item`)
    return { _tag: "DataItem", name: match[1]!, label: match[2], vector: match[3] !== undefined }
  }
  const root = node()
  if (at !== tokens.length) throw new Error(`${text} goes on behind its end`)
  return root
}

/** The notation of a node, without the labels that tell repeated members apart. */
export const print = (node: Node): string => {
  switch (node._tag) {
    case "Header":
      return "-"
    case "AnyItem":
      return "any"
    case "DataItem":
      return `${node.name}${node.vector ? "[]" : ""}`
    case "Struct":
      return `${node.optional ? "L?{" : "L{"}${node.members.map(print).join(" ")}}`
    case "List":
      return `L*{${print(node.element)}}`
    case "Either":
      return `(${node.options.map(print).join("|")})`
  }
}

/** The data items a body is made of, in the order in which they are met. */
export const dataItems = (node: Node): ReadonlyArray<string> => {
  switch (node._tag) {
    case "Header":
    case "AnyItem":
      return []
    case "DataItem":
      return [node.name]
    case "Struct":
      return [...new Set(node.members.flatMap(dataItems))]
    case "List":
      return dataItems(node.element)
    case "Either":
      return [...new Set(node.options.flatMap(dataItems))]
  }
}
