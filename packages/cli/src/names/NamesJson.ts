/**
 * What is known of a message as JSON: the field `standard` of messages that commands print. Pure.
 *
 * - `name`: how the standard calls the message
 * - `items`: those that have a name, in their order. `path` leads to it by indexes from the root, `[]`, of `item`; `name`
 *   is that of the data item; of a value that has a meaning, `value` and `meaning`
 * - `error`: why the body has another structure than its definition
 * - `deviations`: where it is otherwise and can be read all the same
 *
 * What there is nothing of is left out.
 *
 * @since 0.1.0
 */
import type { Item, Labels } from "@effect-secs/codec"
import type { Message, Names, Structure } from "./Names.ts"

interface Labelled {
  readonly path: ReadonlyArray<number>
  readonly name: string
  readonly value?: number | string | boolean
  readonly meaning?: string
}

/**
 * `{ standard }`; without it where the message is not defined. `message` is undefined where its body is not known.
 *
 * @since 0.1.0
 */
export const fields = (
  names: Names | undefined,
  about: Pick<Message, "stream" | "function">,
  message: Message | undefined,
  structure = message === undefined ? undefined : names?.structure(message)
): { readonly standard?: object } => {
  const name = names?.ofMessage(about.stream, about.function)
  if (names === undefined || name === undefined) return {}
  const items = message?.item === undefined ? [] : labelled(message.item, names.labels(message))
  return { standard: { name, ...(items.length === 0 ? {} : { items }), ...disagreement(structure) } }
}

const disagreement = (structure: Structure | undefined): object => ({
  ...(structure?.wrong === undefined ? {} : { error: structure.wrong }),
  ...(structure === undefined || structure.deviations.length === 0
    ? {}
    : { deviations: structure.deviations.map(({ text }) => text) })
})

/** Items with a label and the way to them. Items are nested as deep as they like. */
const labelled = (root: Item.Item, labels: Labels.Labels): ReadonlyArray<Labelled> => {
  const found: Array<Labelled> = []
  const lists: Array<ReadonlyArray<Item.Item>> = []
  const path: Array<number> = []
  const see = (item: Item.Item) => {
    const label = labels.get(item)
    if (label !== undefined) found.push({ path: [...path], ...said(label) })
    if (item._tag !== "L") return
    lists.push(item.value)
    path.push(-1)
  }
  see(root)
  while (lists.length > 0 && found.length < labels.size) {
    const list = lists.at(-1)!
    const at = path.pop()! + 1
    if (at === list.length) {
      lists.pop()
      continue
    }
    path.push(at)
    see(list[at]!)
  }
  return found
}

const said = ({ meaning, name, value }: Labels.Label): Omit<Labelled, "path"> =>
  meaning === undefined || value === undefined
    ? { name }
    : { name, value: typeof value === "bigint" ? String(value) : value, meaning }
