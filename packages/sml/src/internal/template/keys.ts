/**
 * Keys of slots: the name, `NAME#2`, … from its second place on, and `#1`, … where there is no name.
 */
import { argumentFault, refuse, wholeFrom } from "../callerFault.ts"
import type { Repeat, Slot, Template, TemplateList, TemplateNode } from "../../Template.ts"

/** Gives out keys, none of them twice whatever names look like: a slot may be called `X#2`. */
const naming = () => {
  const taken = new Set<string>()
  const places = new Map<string, number>()
  return (name: string | undefined): string => {
    let place = places.get(name ?? "") ?? 0
    let key: string
    do {
      place++
      key = name === undefined ? `#${place}` : place === 1 ? name : `${name}#${place}`
    } while (taken.has(key))
    places.set(name ?? "", place)
    taken.add(key)
    return key
  }
}

const fromZero = wholeFrom(0)

/** Refuses bounds that no count is within. */
const checkBounds = ({ maximum, minimum, name }: Slot | Repeat): void => {
  const whose = name === undefined ? "" : ` of ${name}`
  const fault =
    argumentFault(`minimum${whose}`, fromZero, minimum) ?? argumentFault(`maximum${whose}`, fromZero, maximum)
  if (fault !== undefined) refuse(fault)
}

/** A node whose children are copied one by one. */
interface Copied {
  readonly from: TemplateList | Repeat
  readonly children: ReadonlyArray<TemplateNode>
  readonly copies: Array<TemplateNode>
}

const childrenOf = (node: TemplateList | Repeat): ReadonlyArray<TemplateNode> =>
  node._tag === "List" ? node.children : node.body

export const assignKeys = (root: TemplateNode): Template => {
  const slots: Array<Slot> = []
  const keyOf = naming()
  const top: Copied = { from: { _tag: "List", children: [root] }, children: [root], copies: [] }
  const open: Array<Copied> = [top]
  for (;;) {
    const last = open[open.length - 1]!
    const node = last.children[last.copies.length]
    if (node === undefined) {
      if (last === top) return { root: top.copies[0]!, slots }
      open.pop()
      const { copies, from } = last
      open[open.length - 1]!.copies.push(
        from._tag === "List" ? { ...from, children: copies } : { ...from, body: copies }
      )
    } else if (node._tag === "List" || node._tag === "Repeat") {
      if (node._tag === "Repeat") checkBounds(node)
      open.push({ from: node, children: childrenOf(node), copies: [] })
    } else if (node._tag === "Slot") {
      checkBounds(node)
      const keyed = { ...node, key: keyOf(node.name) }
      slots.push(keyed)
      last.copies.push(keyed)
    } else {
      last.copies.push(node)
    }
  }
}
