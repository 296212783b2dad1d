/**
 * Values into a template: one walk over its plan.
 */
import { FormatCode, Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import { TemplateError } from "../../TemplateError.ts"
import type { FillOptions, Generated, Slot, Template, Value, Values } from "../../Template.ts"
import { type Kinds, optionFault, wholeFrom } from "../callerFault.ts"
import { describeFormats, describeValue } from "./describe.ts"
import { type Open, type Plan, planOf, type PlannedSlot } from "./plan.ts"
import { toItem } from "./slot.ts"
import { walk, type Walker } from "./walk.ts"

type Filled<A> = Result.Result<A, TemplateError>

/** A list that is being filled. */
interface Frame {
  readonly items: Array<Item.Item>
  /** Slots within that have values, ascending; of an open list with their arrays. */
  readonly given: ReadonlyArray<number>
  readonly arrays: ReadonlyArray<ReadonlyArray<unknown>>
  /** The slot that was left out: nothing may follow it. */
  omitted: Slot | undefined
}

const maxItems = 2 ** 20
const kinds: Kinds = { maxItems: wholeFrom(0) }

const own = (values: Values, key: string): unknown => (Object.hasOwn(values, key) ? values[key] : undefined)

const initial = ({ first, omittable, slot }: PlannedSlot, values: Values): unknown => {
  const value = own(values, slot.key)
  if (value !== undefined || first === undefined) return value
  // Said to be left out, rather than not said at all.
  return omittable && Object.hasOwn(values, slot.key) ? undefined : own(values, first.key)
}

/** Where the first number stands that is not below `from`. */
const lowerBound = (sorted: ReadonlyArray<number>, from: number): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < from) low = middle + 1
    else high = middle
  }
  return low
}

class Filling implements Walker<TemplateError> {
  readonly #plan: Plan
  readonly #options: FillOptions
  /** The value of each slot, in the round that each open list around it has come to. */
  readonly #current: Array<unknown>
  readonly #stack: Array<Frame>
  readonly #maximum: number
  #items = 0

  constructor(plan: Plan, values: Values, options: FillOptions) {
    this.#plan = plan
    this.#options = options
    this.#current = plan.slots.map((planned) => initial(planned, values))
    this.#maximum = Math.min(options.maxItems ?? maxItems, FormatCode.maxLength)
    const given = plan.slots.map((_, index) => index).filter((index) => this.#current[index] !== undefined)
    this.#stack = [{ items: [], given, arrays: [], omitted: undefined }]
  }

  get #top(): Frame {
    return this.#stack[this.#stack.length - 1]!
  }

  #fail(slot: Slot | undefined, reason: TemplateError["reason"]): Filled<never> {
    const path = this.#stack.slice(1).map(({ items }) => items.length)
    return Result.fail(new TemplateError({ slot: slot?.key, path, reason }))
  }

  #missing({ depth, slot }: Pick<PlannedSlot, "depth" | "slot">): Filled<never> {
    const formats = describeFormats(slot.formats)
    return this.#fail(slot, { _tag: "MissingValue", expected: depth === 0 ? formats : `${formats}, in an array` })
  }

  /** Puts an item into the list that is open. Says why not, or nothing. */
  item(item: Item.Item): Filled<void> {
    const { items, omitted } = this.#top
    if (omitted !== undefined) return this.#missing({ slot: omitted, depth: 0 })
    if (++this.#items > this.#maximum) return this.#fail(undefined, { _tag: "TooManyItems", maximum: this.#maximum })
    items.push(item)
    return Result.void
  }

  slot(index: number): Filled<void> {
    const planned = this.#plan.slots[index]!
    const { omittable, slot } = planned
    const given = this.#current[index]
    const value = given === undefined ? this.#generated(slot) : given
    if (value !== undefined) {
      const item = toItem(slot, value)
      return Result.isSuccess(item) ? this.item(item.success) : this.#fail(slot, item.failure)
    }
    if (slot.default !== undefined) return this.item(slot.default)
    if (!omittable) return this.#missing(planned)
    this.#top.omitted ??= slot
    return Result.void
  }

  #generated(slot: Slot): Value {
    return slot.generated === undefined
      ? undefined
      : this.#options.generate?.(slot as Slot & { readonly generated: Generated })
  }

  /** How often an open list repeats: as often as all its arrays say. */
  #rounds(step: Open, given: ReadonlyArray<number>): Filled<number> {
    const { minimum, maximum } = step.repeat!
    if (given.length === 0) {
      const needy = this.#plan.needy[step.from]!
      return needy < step.to ? this.#missing(this.#plan.slots[needy]!) : Result.succeed(step.size === 0 ? 0 : minimum)
    }
    const { slot: first } = this.#plan.slots[given[0]!]!
    let rounds = -1
    for (const index of given) {
      const { slot } = this.#plan.slots[index]!
      const values = this.#current[index]
      if (!Array.isArray(values)) {
        const expected = "an array, a value for each round of the open list"
        return this.#fail(slot, { _tag: "WrongValue", expected, seen: describeValue(values) })
      }
      if (rounds < 0) rounds = values.length
      if (values.length !== rounds) {
        const seen = values.length
        return this.#fail(slot, { _tag: "UnequalRounds", seen, other: first.key, expected: rounds })
      }
    }
    return rounds >= minimum && rounds <= maximum
      ? Result.succeed(rounds)
      : this.#fail(first, { _tag: "WrongCount", minimum, maximum, seen: rounds })
  }

  open(step: Open): Filled<number> {
    const around = this.#top.given
    if (step.repeat === undefined) {
      this.#stack.push({ items: [], given: around, arrays: [], omitted: undefined })
      return Result.succeed(1)
    }
    const given = around
      .slice(lowerBound(around, step.from), lowerBound(around, step.to))
      .filter((index) => this.#current[index] !== undefined)
    const rounds = this.#rounds(step, given)
    if (Result.isFailure(rounds)) return rounds
    const arrays = given.map((index) => this.#current[index] as ReadonlyArray<unknown>)
    this.#stack.push({ items: [], given, arrays, omitted: undefined })
    return rounds
  }

  /** Shows the slots of an open list their values of one round. */
  enter(round: number): void {
    const { arrays, given } = this.#top
    for (let i = 0; i < arrays.length; i++) this.#current[given[i]!] = arrays[i]![round]
  }

  close(): Filled<void> {
    return this.item(Item.L(this.#stack.pop()!.items))
  }

  run(): Filled<Item.Item | undefined> {
    return Result.map(walk(this.#plan, this), () => this.#top.items[0])
  }
}

export const fillTemplate = (
  template: Template,
  values: Values,
  options: FillOptions = {}
): Filled<Item.Item | undefined> => {
  const bad = optionFault(kinds, options)
  if (bad !== undefined) return Result.fail(new TemplateError({ slot: undefined, path: [], reason: bad }))
  const known = new Set(template.slots.map(({ key }) => key))
  for (const slot of Object.keys(values)) {
    if (known.has(slot)) continue
    const reason = { _tag: "UnknownSlot", known: [...known] } as const
    return Result.fail(new TemplateError({ slot, path: [], reason }))
  }
  return new Filling(planOf(template), values, options).run()
}
