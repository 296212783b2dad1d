/**
 * Values out of an item, by a template: one walk over its plan.
 */
import type { Item } from "@effect-secs/codec"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import { MismatchError } from "../../TemplateError.ts"
import type { Slot, Template, Value, Values } from "../../Template.ts"
import { describeFormats, describeItem } from "./describe.ts"
import { type Open, type Plan, planOf, type Round } from "./plan.ts"
import { isWithin, toValue } from "./slot.ts"
import { walk, type Walker } from "./walk.ts"

type Matched<A> = Result.Result<A, MismatchError>

/**
 * What was found in all rounds of an open list: the values of the slots that stand in it and, in turn, of each open list
 * in it, round by round. So much is kept as the item holds, however many slots had no round to stand in.
 */
interface Rounds {
  readonly values: Array<Value>
  readonly lists: Array<Rounds>
}

/** Of an open list that comes in no round; nothing is put in it. */
const noRounds: Rounds = { values: [], lists: [] }

/** A list that is being matched. */
interface Frame {
  readonly list: ReadonlyArray<Item.Item>
  at: number
  /** Of the innermost open list. */
  readonly rounds: Rounds
}

const counted = (count: number): string => `${count} ${count === 1 ? "item" : "items"}`

class Matching implements Walker<MismatchError> {
  readonly #plan: Plan
  readonly #stack: Array<Frame>
  readonly #found: Rounds = { values: [], lists: [] }

  constructor(plan: Plan, item: Item.Item | undefined) {
    this.#plan = plan
    this.#stack = [{ list: item === undefined ? [] : [item], at: 0, rounds: this.#found }]
  }

  get #top(): Frame {
    return this.#stack[this.#stack.length - 1]!
  }

  /** At the item that was taken last, or below it. */
  #fail(expected: string, seen: string, slot?: Slot, below: ReadonlyArray<number> = []): Matched<never> {
    const path = [...this.#stack.slice(1).map(({ at }) => at - 1), ...below]
    return Result.fail(new MismatchError({ path, slot: slot?.key, expected, seen }))
  }

  #take(): Item.Item | undefined {
    const frame = this.#top
    return frame.list[frame.at++]
  }

  item(expected: Item.Item): Matched<void> {
    const seen = this.#take()
    if (seen === undefined) return this.#fail(describeItem(expected), describeItem(seen))
    if (Equal.equals(expected, seen)) return Result.void
    const found = difference(expected, seen)
    return this.#fail(describeItem(found.expected), describeItem(found.seen), undefined, found.path)
  }

  slot(index: number): Matched<void> {
    const { omittable, slot } = this.#plan.slots[index]!
    const item = this.#take()
    if (item === undefined) {
      if (omittable) return this.#keep(undefined)
      return this.#fail(describeFormats(slot.formats), describeItem(item), slot)
    }
    if (!slot.formats.includes(item._tag)) {
      return this.#fail(describeFormats(slot.formats), describeItem(item), slot)
    }
    if (!isWithin(slot, item)) return this.#fail(boundsOf(slot), describeItem(item), slot)
    return this.#keep(toValue(slot, item))
  }

  #keep(value: Value): Matched<void> {
    this.#top.rounds.values.push(value)
    return Result.void
  }

  open(step: Open): Matched<number> {
    const item = this.#take()
    if (item?._tag !== "L") return this.#fail("a list", describeItem(item))
    const list = item.value
    const { least, repeat, size } = step
    if (repeat === undefined) {
      if (list.length < least || list.length > size) {
        const expected = least === size ? `a list of ${size}` : `a list of ${least} to ${size}`
        return this.#fail(expected, describeItem(item))
      }
      this.#stack.push({ list, at: 0, rounds: this.#top.rounds })
      return Result.succeed(1)
    }
    const rounds = size === 0 ? list.length : list.length / size
    const { maximum, minimum } = limits(step)
    if (!Number.isInteger(rounds) || rounds < minimum || rounds > maximum) {
      const times =
        minimum === maximum ? String(minimum) : maximum === Infinity ? `${minimum} or more` : `${minimum} to ${maximum}`
      return this.#fail(`a list of ${times} times ${counted(size)}`, describeItem(item))
    }
    const inner: Rounds = rounds === 0 ? noRounds : { values: [], lists: [] }
    this.#top.rounds.lists.push(inner)
    this.#stack.push({ list, at: 0, rounds: inner })
    return Result.succeed(rounds)
  }

  enter(): void {
    // Items are taken one after the other, whatever the round.
  }

  close(): Matched<void> {
    this.#stack.pop()
    return Result.void
  }

  run(): Matched<Values> {
    return Result.map(walk(this.#plan, this), () => valuesOf(this.#plan, this.#found))
  }
}

/**
 * Values by the keys of their slots. The arrays of a slot in open lists are made when somebody looks at them: for all
 * slots at once they would be as many as there are slots times rounds, and the peer says how many rounds there are.
 */
const valuesOf = (plan: Plan, found: Rounds): Values => {
  const out = {}
  for (const { place, slot, within } of plan.slots) {
    // Not by assignment, which takes `__proto__` for something else.
    Object.defineProperty(out, slot.key, {
      enumerable: true,
      configurable: true,
      ...(within === 0 ? { value: found.values[place], writable: true } : { get: late(plan, found, within, place) })
    })
  }
  return out
}

const late = (plan: Plan, found: Rounds, within: number, place: number): (() => Value) => {
  let made: Value
  return () => (made ??= arraysOf(plan, found, within, place))
}

/** The values of one slot of an open list: an array of its rounds, one array deeper for each open list around it. */
const arraysOf = ({ rounds }: Plan, found: Rounds, within: number, place: number): Value => {
  const around: Array<Round> = []
  for (let at = within; at > 0; at = rounds[at]!.parent) around.push(rounds[at]!)
  const out: Array<Value> = []
  let level: Array<{ readonly from: Rounds; readonly values: Array<Value> }> = [{ from: found, values: out }]
  for (const list of around.toReversed()) {
    const next: typeof level = []
    const every = rounds[list.parent]!.lists
    for (const { from, values } of level) {
      for (let at = list.place; at < from.lists.length; at += every) {
        const inner: Array<Value> = []
        values.push(inner)
        next.push({ from: from.lists[at]!, values: inner })
      }
    }
    level = next
  }
  const every = rounds[within]!.slots
  for (const { from, values } of level) {
    for (let at = place; at < from.values.length; at += every) values.push(from.values[at])
  }
  return out[0]
}

/** How often an open list may repeat. Without slots nothing would tell `fill` how often it did. */
const limits = ({ from, repeat, size, to }: Open): { readonly minimum: number; readonly maximum: number } => {
  if (size === 0) return { minimum: 0, maximum: 0 }
  return from === to ? { minimum: repeat!.minimum, maximum: repeat!.minimum } : repeat!
}

const boundsOf = ({ formats, maximum, minimum }: Slot): string => {
  const many =
    minimum === maximum ? `${minimum}` : maximum === Infinity ? `${minimum} or more` : `${minimum} to ${maximum}`
  return `${describeFormats(formats)} of ${many} ${maximum === 1 ? "value" : "values"}`
}

interface Difference {
  readonly path: ReadonlyArray<number>
  readonly expected: Item.Item
  readonly seen: Item.Item
}

/** The first place where two items differ that do. */
const difference = (expected: Item.Item, seen: Item.Item): Difference => {
  interface Pair {
    readonly expected: ReadonlyArray<Item.Item>
    readonly seen: ReadonlyArray<Item.Item>
    at: number
  }
  const open: Array<Pair> = [{ expected: [expected], seen: [seen], at: 0 }]
  for (;;) {
    const lists = open[open.length - 1]!
    const [left, right] = [lists.expected[lists.at], lists.seen[lists.at]]
    if (left === undefined) {
      open.pop()
      open[open.length - 1]!.at++
    } else if (left._tag === "L" && right?._tag === "L" && left.value.length === right.value.length) {
      open.push({ expected: left.value, seen: right.value, at: 0 })
    } else if (Equal.equals(left, right)) {
      lists.at++
    } else {
      return { path: open.slice(1).map(({ at }) => at), expected: left, seen: right! }
    }
  }
}

export const matchTemplate = (template: Template, item: Item.Item | undefined): Matched<Values> =>
  new Matching(planOf(template), item).run()
