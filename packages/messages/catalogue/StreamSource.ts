/**
 * Prints the definitions of the messages: one file a stream, and the structures that many messages share.
 */
import { docstring, formatsOf, sentence } from "./DataItemsSource.ts"
import { parts } from "./names.ts"
import { namesOfMembers } from "./naming.ts"
import { type Node, parse, print } from "./Notation.ts"
import { dataItem, isVector, type Message, streams, table } from "./Table.ts"

/** Expressions, and what they need from elsewhere. */
class Writer {
  readonly builders = new Set<string>()
  readonly items = new Set<string>()
  readonly parts = new Set<string>()

  /** The name of a shared structure. A body of several members is written out: it is what a reader looks for. */
  private part(node: Node, root: boolean): string | undefined {
    const part = root && node._tag !== "DataItem" ? undefined : parts[print(node)]
    if (part === undefined) return undefined
    this.parts.add(part[0])
    return part[0]
  }

  private call(builder: string, ...args: ReadonlyArray<string>): string {
    this.builders.add(builder)
    return `${builder}(${args.join(", ")})`
  }

  private item(name: string, vector: boolean): string {
    const item = dataItem(name)
    if (!vector || isVector(item)) {
      this.items.add(name)
      return name
    }
    // Several texts make no vector.
    const formats = formatsOf(item).flatMap((format) => (format === "A" ? [] : [`"${format}"`]))
    return this.call("vector", `[${formats.join(", ")}]`, `{ name: "${name}" }`)
  }

  /** What a list repeats: of a data item that is a vector by itself, one value. */
  private element(node: Node): string {
    if (node._tag !== "DataItem" || dataItem(node.name).length !== "1 per port") return this.expression(node)
    return this.call("value", `"B"`, `{ name: "${node.name}" }`)
  }

  private members(members: ReadonlyArray<Node>): string {
    const names = namesOfMembers(members)
    const fields = members.map((member, index) => `${names[index]}: ${this.expression(member)}`)
    const all = names.join(", ")
    return this.call("list", `{ ${fields.join(", ")} }`, `(${all}) => ({ ${all} })`)
  }

  expression(node: Node, root = false): string {
    return this.part(node, root) ?? this.inFull(node)
  }

  /** The expression of a node that is no part, or the part that is defined. */
  inFull(node: Node): string {
    switch (node._tag) {
      case "Header":
        throw new Error("a header only has no structure")
      case "AnyItem":
        this.builders.add("item")
        return "item"
      case "DataItem":
        return this.item(node.name, node.vector)
      case "List":
        return this.call("listOf", this.element(node.element))
      case "Either":
        return this.call("either", `[${node.options.map((option) => this.expression(option)).join(", ")}]`)
      case "Struct": {
        if (node.optional) return this.call("optional", this.expression({ ...node, optional: false }))
        if (node.members.length > 0) return this.members(node.members)
        this.builders.add("nothing")
        return "nothing"
      }
    }
  }

  imports(): string {
    const from = (names: ReadonlySet<string>, file: string) =>
      names.size === 0 ? [] : [`import { ${[...names].toSorted().join(", ")} } from "${file}"`]
    return [
      ...from(this.builders, "@effect-secs/codec/Structure"),
      ...from(this.items, "./DataItems.ts"),
      ...from(this.parts, "./Parts.ts")
    ].join("\n")
  }
}

const senders = { "H->E": "host", "E->H": "equipment", both: undefined } as const

/** Who sends a message to whom. */
export const direction = (message: Message): string =>
  ({ "H->E": "Host to equipment", "E->H": "Equipment to host", both: "Both directions" })[message.direction]

/** `W`, `W optional`, `no reply` or `secondary`. */
export const reply = (message: Message): string => {
  if (message.function % 2 === 0) return "secondary"
  return { required: "W", optional: "W optional", none: "no W" }[message.replyExpected]
}

export const blocks = (message: Message): string =>
  message.multiBlock === null ? "" : message.multiBlock ? "multi-block" : "single block"

/** What can be said of a message besides its documentation. */
const initializer = (writer: Writer, message: Message): string => {
  const primary = message.function % 2 === 1
  const sender = senders[message.direction]
  const variants = message.variants
    ?.toSorted((a, b) => a.sender.localeCompare(b.sender))
    .map((variant) => `${variant.sender}: ${writer.expression(parse(variant.structure), true)}`)
  const node = parse(message.structure)
  const structure =
    variants !== undefined
      ? `{ ${variants.join(", ")} }`
      : node._tag === "Header"
        ? undefined
        : writer.expression(node, true)
  const fields = [
    `stream: ${message.stream}`,
    `function: ${message.function}`,
    `name: ${JSON.stringify(message.name)}`,
    ...(sender === undefined ? [] : [`sender: "${sender}"`]),
    ...(message.multiBlock === null ? [] : [`multiBlock: ${message.multiBlock}`]),
    ...(structure === undefined ? [] : [`structure: ${structure}`]),
    ...(message.reply === undefined ? [] : [`reply: ${message.reply}`]),
    ...(primary && message.replyExpected === "optional" ? [`replyRule: "optional"`] : [])
  ]
  return `${primary ? "primary" : "secondary"}({ ${fields.join(", ")} })`
}

const definition = (writer: Writer, message: Message): string => {
  const node = parse(message.structure)
  const mnemonic = message.mnemonic === null ? "" : ` (${message.mnemonic})`
  const notations =
    message.variants === undefined
      ? node._tag === "Header"
        ? "Header only."
        : `\`${message.structure}\``
      : message.variants.map((variant) => `\`${variant.structure}\` from the ${variant.sender}`).join(", ")
  const doc = docstring(
    `${message.name}${mnemonic}. ${[direction(message), reply(message), blocks(message)].filter(Boolean).join(", ")}.`,
    notations,
    message.notes === undefined ? undefined : sentence(message.notes),
    "@since 0.1.0"
  )
  return `${doc}\nexport const ${message.id} = ${initializer(writer, message)}`
}

/** A secondary stands in front of the primary it answers. */
const inOrder = (messages: ReadonlyArray<Message>): ReadonlyArray<Message> => {
  const rank = (message: Message) =>
    message.function === 0 ? -1 : ((message.function + 1) >> 1) * 2 + (message.function % 2)
  return messages.toSorted((a, b) => rank(a) - rank(b))
}

export const streamSource = (stream: number): string => {
  const writer = new Writer()
  const messages = inOrder(table.messages.filter((message) => message.stream === stream))
  const definitions = messages.map((message) => definition(writer, message)).join("\n\n")
  const kinds = ["primary", "secondary"].filter((kind) => definitions.includes(`= ${kind}(`))
  return `/**
 * Stream ${stream}, ${table.streamTitles[stream]!}. Pure.
 *
 * Each secondary stands in front of its primary, which refers to it.
 *
 * Generated by \`catalogue/generate.ts\`; change the table there.
 *
 * @see SEMI E5, stream ${stream}
 * @since 0.1.0
 */
import { ${kinds.join(", ")} } from "@effect-secs/codec/StreamFunction"
${writer.imports()}

${definitions}
`
}

/** Other layouts that are met in practice, each as a definition of its own. */
export const alternatesSource = (): string => {
  const writer = new Writer()
  const messages = table.messages.filter((message) => message.alternates !== undefined)
  const definitions = messages.map((message) => {
    const { seenIn, structure } = message.alternates![0]!
    const doc = docstring(
      `${message.name}, otherwise than \`${message.structure}\`.`,
      `\`${structure}\``,
      `Seen in ${seenIn.join(", ")}.`,
      "@since 0.1.0"
    )
    return `${doc}\nexport const ${message.id} = ${initializer(writer, { ...message, structure })}`
  })
  const replies = messages.flatMap((message) => (message.reply === undefined ? [] : [message]))
  const imports = [...new Set(replies.map((message) => message.stream))].map((stream) => {
    const names = replies.filter((message) => message.stream === stream).map((message) => message.reply!)
    return `import { ${names.join(", ")} } from "./S${stream}.ts"`
  })
  return `/**
 * Bodies that are met in practice otherwise than the catalogue has them. Pure.
 *
 * For a peer that speaks so, use these definitions in place of those of their streams, or put them on top:
 * \`Registry.merge(Catalogue.registry, Registry.make([Alternates.S3F27]))\`.
 *
 * Generated by \`catalogue/generate.ts\`; change the table there.
 *
 * @since 0.1.0
 */
import { primary, secondary } from "@effect-secs/codec/StreamFunction"
${writer.imports()}
${imports.join("\n")}

${definitions.join("\n\n")}
`
}

/** Of two shared structures the one that stands in the other comes first. */
export const partsSource = (): string => {
  const writer = new Writer()
  const definitions = Object.entries(parts)
    .toSorted(([a], [b]) => a.length - b.length)
    .map(([notation, [name, about]]) => {
      const doc = docstring(about, `\`${notation}\``, "@since 0.1.0")
      // An editor would show the element of a vector of several formats as a type function.
      const type = notation.endsWith("[]") ? ": Structure<ReadonlyArray<number | bigint>>" : ""
      return `${doc}\nexport const ${name}${type} = ${writer.inFull(parse(notation))}`
    })
    .join("\n\n")
  writer.parts.clear()
  writer.builders.add("type Structure")
  return `/**
 * Structures that many messages share. Pure.
 *
 * Generated by \`catalogue/generate.ts\`; change the table there.
 *
 * @since 0.1.0
 */
${writer.imports()}

${definitions}
`
}

export const catalogueSource = (): string => `/**
 * Every definition of the package in one registry, for logs and tools that meet any message. Pure.
 *
 * A program that knows its messages imports their streams instead: this module brings all of them along.
 *
 * Generated by \`catalogue/generate.ts\`.
 *
 * @since 0.1.0
 */
import * as Registry from "@effect-secs/codec/Registry"
${streams.map((stream) => `import * as S${stream} from "./S${stream}.ts"`).join("\n")}

/**
 * The ${table.messages.length} messages of streams 1 to 21. Definitions of your own go on top:
 * \`Registry.merge(Catalogue.registry, Registry.make([Ping]))\`.
 *
 * @since 0.1.0
 */
export const registry: Registry.Registry = /* #__PURE__ */ Registry.make(
  [${streams.map((stream) => `S${stream}`).join(", ")}].flatMap((stream) => Object.values(stream))
)
`

export const conversationsSource = (): string => {
  const entries = Object.entries(table.conversationFollowUps.map)
  const rows = entries.map(([id, followUps]) => `${id}: [${followUps.map((one) => `"${one}"`).join(", ")}]`)
  return `/**
 * Conversations: what must follow once a message has been granted. Pure.
 *
 * Generated by \`catalogue/generate.ts\`; change the table there.
 *
 * @see SEMI E5, conversation protocols
 * @since 0.1.0
 */

/**
 * By the secondary that grants: the primaries one of which has to follow. Where none comes in time, equipment sends
 * S9F13 with what it waited for.
 *
 * @since 0.1.0
 */
export const followUps: { readonly [secondary: string]: ReadonlyArray<string> } = { ${rows.join(", ")} }
`
}

export const indexSource = (): string => {
  const names = [
    "Alternates",
    "Catalogue",
    "Conversations",
    "DataItems",
    "Parts",
    ...streams.map((stream) => `S${stream}`)
  ]
  return names.map((name) => `export * as ${name} from "./${name}.ts"\n`).join("")
}
