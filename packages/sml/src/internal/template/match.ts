/**
 * Values out of an item, by a template: one walk over its plan.
 */
import type { Item } from "@effect-secs/codec"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import { MismatchError } from "../../SmlError.ts"
import type { Slot, Template, Value, Values } from "../../Template.ts"
import { describeFormats, describeItem } from "./describe.ts"
import { type Open, type Plan, planOf } from "./plan.ts"
import { isWithin, toValue } from "./slot.ts"

type Matched<A> = Result.Result<A, MismatchError>

/** A list that is being matched. */
interface Frame {
  readonly list: ReadonlyArray<Item.Item>
  at: number
  /** The step that opened it. */
  readonly start: number
  round: number
  readonly rounds: number
  /** Of an open list, where values of its slots went before. */
  readonly outer: ReadonlyArray<Array<Value> | undefined>
}

const counted = (count: number): string => `${count} ${count === 1 ? "item" : "items"}`

class Matching {
  readonly #plan: Plan
  readonly #values: Array<Value>
  /** For each slot in open lists, the array of the innermost. */
  readonly #arrays: Array<Array<Value> | undefined>
  readonly #stack: Array<Frame>

  constructor(plan: Plan, item: Item.Item | undefined) {
    this.#plan = plan
    this.#values = new Array<Value>(plan.slots.length).fill(undefined)
    this.#arrays = new Array<Array<Value> | undefined>(plan.slots.length).fill(undefined)
    this.#stack = [{ list: item === undefined ? [] : [item], at: 0, start: -1, round: 0, rounds: 1, outer: [] }]
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

  #fixed(expected: Item.Item): Matched<void> {
    const seen = this.#take()
    if (seen === undefined) return this.#fail(describeItem(expected), describeItem(seen))
    if (Equal.equals(expected, seen)) return Result.void
    const found = difference(expected, seen)
    return this.#fail(describeItem(found.expected), describeItem(found.seen), undefined, found.path)
  }

  #slot(index: number): Matched<void> {
    const { omittable, slot } = this.#plan.slots[index]!
    const item = this.#take()
    if (item === undefined) {
      if (omittable) return this.#keep(index, undefined)
      return this.#fail(describeFormats(slot.formats), describeItem(item), slot)
    }
    if (!slot.formats.includes(item._tag)) {
      return this.#fail(describeFormats(slot.formats), describeItem(item), slot)
    }
    if (!isWithin(slot, item)) return this.#fail(boundsOf(slot), describeItem(item), slot)
    return this.#keep(index, toValue(slot, item))
  }

  #keep(index: number, value: Value): Matched<void> {
    const array = this.#arrays[index]
    if (array === undefined) this.#values[index] = value
    else array.push(value)
    return Result.void
  }

  #open(step: Open, start: number): Matched<void> {
    const item = this.#take()
    if (item?._tag !== "L") return this.#fail("a list", describeItem(item))
    const list = item.value
    const { least, repeat, size } = step
    if (repeat === undefined) {
      if (list.length < least || list.length > size) {
        const expected = least === size ? `a list of ${size}` : `a list of ${least} to ${size}`
        return this.#fail(expected, describeItem(item))
      }
      this.#stack.push({ list, at: 0, start, round: 0, rounds: 1, outer: [] })
      return Result.void
    }
    const rounds = size === 0 ? list.length : list.length / size
    const { maximum, minimum } = limits(step)
    if (!Number.isInteger(rounds) || rounds < minimum || rounds > maximum) {
      const times =
        minimum === maximum ? String(minimum) : maximum === Infinity ? `${minimum} or more` : `${minimum} to ${maximum}`
      return this.#fail(`a list of ${times} times ${counted(size)}`, describeItem(item))
    }
    const outer = this.#arrays.slice(step.from, step.to)
    for (let index = step.from; index < step.to; index++) {
      const array: Array<Value> = []
      this.#keep(index, array)
      this.#arrays[index] = array
    }
    this.#stack.push({ list, at: 0, start, round: 0, rounds, outer })
    return Result.void
  }

  #leave(step: Open): void {
    const { outer } = this.#top
    for (let i = 0; i < outer.length; i++) this.#arrays[step.from + i] = outer[i]
    this.#stack.pop()
  }

  run(): Matched<Values> {
    const { slots, steps } = this.#plan
    for (let at = 0; at < steps.length; at++) {
      const step = steps[at]!
      let done: Matched<void> = Result.void
      switch (step._tag) {
        case "Item":
          done = this.#fixed(step.item)
          break
        case "Slot":
          done = this.#slot(step.index)
          break
        case "Open":
          done = this.#open(step, at)
          if (this.#top.rounds === 0) at = step.end - 1
          break
        case "Close": {
          const frame = this.#top
          if (++frame.round < frame.rounds) at = frame.start
          else this.#leave(steps[frame.start] as Open)
        }
      }
      if (Result.isFailure(done)) return Result.fail(done.failure)
    }
    // Not by assignment, which takes `__proto__` for something else.
    return Result.succeed(Object.fromEntries(slots.map(({ slot }, index) => [slot.key, this.#values[index]])))
  }
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
