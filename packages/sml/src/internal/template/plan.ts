/**
 * A template as a sequence of steps, which filling and matching walk without recursion.
 *
 * Slots are numbered in the order they are written, so that those within an open list are a range of numbers.
 */
import type { Item } from "@effect-secs/codec"
import type { Repeat, Slot, Template, TemplateNode } from "../../Template.ts"

export interface PlannedSlot {
  readonly slot: Slot
  /** Open lists around it. */
  readonly depth: number
  /** The innermost of them, and which of its slots it is. */
  readonly within: number
  readonly place: number
  /** May be missing where it stands. */
  readonly omittable: boolean
  /** The first slot of this name, whose value it takes where it has none; undefined for that one itself. */
  readonly first: Slot | undefined
}

/** An open list, and what stands in one round of it outside the open lists in there. */
export interface Round {
  /** The open list around it, and which of its open lists it is. */
  readonly parent: number
  readonly place: number
  slots: number
  lists: number
}

export interface Open {
  readonly _tag: "Open"
  readonly repeat: Repeat | undefined
  /** Most and fewest nodes in one round. */
  readonly size: number
  readonly least: number
  /** The slots within: from the first to before the last. */
  readonly from: number
  readonly to: number
  /** The step that closes it. */
  readonly end: number
}

export type Step =
  | { readonly _tag: "Item"; readonly item: Item.Item }
  | { readonly _tag: "Slot"; readonly index: number }
  | Open
  | { readonly _tag: "Close" }

export interface Plan {
  readonly steps: ReadonlyArray<Step>
  readonly slots: ReadonlyArray<PlannedSlot>
  /** Open lists in the order they are written; the first is the whole, which comes once. */
  readonly rounds: ReadonlyArray<Round>
  /** At each number the next slot, itself included, that needs a value. */
  readonly needy: ReadonlyArray<number>
}

/** What is left out has no default and nobody to generate it. */
const isOmittable = (node: TemplateNode): boolean =>
  node._tag === "Slot" && node.optional && node.default === undefined && node.generated === undefined

/** Nodes up to the last that must be there. */
const leastOf = (children: ReadonlyArray<TemplateNode>): number => {
  let least = children.length
  while (least > 0 && isOmittable(children[least - 1]!)) least--
  return least
}

interface Level {
  readonly children: ReadonlyArray<TemplateNode>
  readonly least: number
  readonly depth: number
  /** The innermost open list. */
  readonly within: number
  /** Where its step stands. */
  readonly step: number
  readonly from: number
  readonly repeat: Repeat | undefined
  at: number
}

const make = ({ root }: Template): Plan => {
  const steps: Array<Step> = []
  const slots: Array<PlannedSlot> = []
  const firsts = new Map<string, PlannedSlot>()
  const rounds: Array<Round> = [{ parent: -1, place: 0, slots: 0, lists: 0 }]
  const nodes = [root]
  const levels: Array<Level> = [
    { children: nodes, least: leastOf(nodes), depth: 0, within: 0, step: -1, from: 0, repeat: undefined, at: 0 }
  ]
  while (levels.length > 0) {
    const level = levels[levels.length - 1]!
    const node = level.children[level.at++]
    if (node === undefined) {
      levels.pop()
      if (level.step < 0) break
      const { children, from, least, repeat } = level
      const size = children.length
      steps[level.step] = { _tag: "Open", repeat, size, least, from, to: slots.length, end: steps.length }
      steps.push({ _tag: "Close" })
    } else if (node._tag === "Fixed") {
      steps.push({ _tag: "Item", item: node.item })
    } else if (node._tag === "Slot") {
      const { name } = node
      const first = name === undefined ? undefined : firsts.get(name)
      const planned: PlannedSlot = {
        slot: node,
        depth: level.depth,
        within: level.within,
        place: rounds[level.within]!.slots++,
        omittable: level.at > level.least,
        first: first?.depth === level.depth ? first.slot : undefined
      }
      if (name !== undefined && first === undefined) firsts.set(name, planned)
      steps.push({ _tag: "Slot", index: slots.length })
      slots.push(planned)
    } else {
      const repeat = node._tag === "Repeat" ? node : undefined
      const children = node._tag === "Repeat" ? node.body : node.children
      // In an open list nothing may be missing: nobody could tell where a round ends.
      const least = repeat === undefined ? leastOf(children) : children.length
      const depth = level.depth + (repeat === undefined ? 0 : 1)
      const within = repeat === undefined ? level.within : rounds.length
      if (repeat !== undefined) {
        rounds.push({ parent: level.within, place: rounds[level.within]!.lists++, slots: 0, lists: 0 })
      }
      levels.push({ children, least, depth, within, step: steps.length, from: slots.length, repeat, at: 0 })
      steps.push({ _tag: "Close" })
    }
  }
  return { steps, slots, rounds, needy: needyOf(slots) }
}

const needyOf = (slots: ReadonlyArray<PlannedSlot>): ReadonlyArray<number> => {
  const needy = new Array<number>(slots.length + 1).fill(slots.length)
  for (let index = slots.length - 1; index >= 0; index--) {
    const { omittable, slot } = slots[index]!
    const needs = !omittable && slot.default === undefined && slot.generated === undefined
    needy[index] = needs ? index : needy[index + 1]!
  }
  return needy
}

const plans = new WeakMap<Template, Plan>()

/** The plan of a template, made once. */
export const planOf = (template: Template): Plan => {
  let plan = plans.get(template)
  if (plan === undefined) plans.set(template, (plan = make(template)))
  return plan
}
