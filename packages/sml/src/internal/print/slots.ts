/**
 * Slots and open lists as files of templates write them.
 */
import { type FormatCode, Item } from "@effect-secs/codec"
import type { Preset } from "../../Preset.ts"
import type { Repeat, Slot, TemplateNode } from "../../Template.ts"
import { isName } from "../read/characters.ts"

/** What may be bound behind `=`. */
export const isSlotName = (name: string): boolean => {
  let end = 0
  while (isName(name.charCodeAt(end))) end++
  return end > 0 && end === name.length
}

const ids = new Set<FormatCode.Format>(["U4", "U2", "U1", "U8", "A"])
const formatCount = 16

const family = ({ formats, optional }: Slot): "V" | "VARIANT" | "VAR" | undefined => {
  if (formats.length === formatCount) return optional ? "V" : "VARIANT"
  if (optional) return undefined
  return formats.length === ids.size && formats.every((format) => ids.has(format)) ? "VAR" : undefined
}

/** ` [MAX 16]`; nothing for any number. `[0]` would be no bound but the size of an empty item. */
const boundsText = (minimum: number, maximum: number): string => {
  if (minimum === maximum && minimum > 0) return ` [${minimum}]`
  if (maximum === Infinity) return minimum === 0 ? "" : ` [${minimum}..]`
  return minimum === 0 ? ` [MAX ${maximum}]` : ` [${minimum}..${maximum}]`
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

const boundsFault = (what: string, minimum: number, maximum: number): string | undefined =>
  isCount(minimum) && (isCount(maximum) || maximum === Infinity) && minimum <= maximum
    ? undefined
    : `${what} of ${minimum} to ${maximum} values`

const defaultFault = (slot: Slot, value: Item.Item): string | undefined => {
  if (slot.name === undefined) return "a default in a slot without a name"
  if (value._tag !== slot.formats[0]) return `a default ${value._tag} in a slot of ${slot.formats[0]}`
  const count = Item.count(value)
  const isText = value._tag === "A" || value._tag === "J" || value._tag === "C2"
  if (count === 0 && !isText) return "a default without values"
  return count >= slot.minimum && count <= slot.maximum
    ? undefined
    : `a default of ${count} values in a slot for ${slot.minimum} to ${slot.maximum}`
}

const nameFault = (name: string | undefined): string | undefined =>
  name === undefined || isSlotName(name) ? undefined : `the name ${JSON.stringify(name)}`

/** What of a slot cannot be said; its default's values are another matter. */
export const slotFault = (preset: Preset, slot: Slot): string | undefined => {
  const { formats, generated, maximum, minimum, name, optional } = slot
  if (!preset.slots) return "a slot"
  const fault = boundsFault("a slot", minimum, maximum) ?? nameFault(name)
  if (fault !== undefined) return fault
  if (generated !== undefined) {
    if (slot.default !== undefined) return "a default in a slot that is filled by itself"
    const format = generated === "number" ? /^[UI][48]$/ : /^A$/
    const length = generated === "number" ? 1 : Number(generated.slice(5))
    if (formats.length === 1 && format.test(formats[0]!) && minimum === length && maximum === length) return undefined
    return `a slot of ${formats.join(", ")} filled with a ${generated}`
  }
  if (family(slot) !== undefined) return slot.default === undefined ? undefined : "a default in a slot of any format"
  if (formats.length !== 1) return `a slot of ${formats.join(", ")}`
  if (optional) return `an optional slot of ${formats[0]}`
  if (slot.default !== undefined) {
    const bounded = formats[0] === "L" && (minimum !== 0 || maximum !== Infinity)
    return bounded ? "bounds of a list that has a default" : defaultFault(slot, slot.default)
  }
  if (formats[0] === "L" && (minimum !== 0 || (name === undefined && maximum === Infinity))) {
    return `a slot of L for ${minimum} to ${maximum} items`
  }
  // Without a name, `[MAX 16]` says that it is a slot; in a file of templates, so does any other size.
  const isSlot = minimum === 0 ? maximum !== Infinity : preset.dialect.templates
  return name !== undefined || isSlot ? undefined : "a slot without a name"
}

/** What of an open list cannot be said; its items are another matter. */
export const repeatFault = (preset: Preset, { body, maximum, minimum, name }: Repeat): string | undefined => {
  if (!preset.slots) return "an open list"
  const fault = boundsFault("an open list", minimum, maximum) ?? nameFault(name)
  if (fault !== undefined) return fault
  if (minimum === maximum && minimum > 0) return `an open list of exactly ${minimum} rounds`
  return holdsSlot(body) ? undefined : "an open list without slots"
}

/** Whether a slot stands in nodes, however deep. An open list is looked at by itself. */
const holdsSlot = (body: ReadonlyArray<TemplateNode>): boolean => {
  const rest = [body]
  for (let nodes = rest.pop(); nodes !== undefined; nodes = rest.pop()) {
    for (const node of nodes) {
      if (node._tag === "Slot" || node._tag === "Repeat") return true
      if (node._tag === "List") rest.push(node.children)
    }
  }
  return false
}

/** ` = SVID` */
export const bound = (name: string | undefined): string => (name === undefined ? "" : ` = ${name}`)

/** The size of a default, which is the slot's. */
export const slotSize = (slot: Slot): string => boundsText(slot.minimum, slot.maximum)

/** A slot without a default. */
export const slotText = (slot: Slot): string => {
  const { formats, generated, maximum, minimum, name } = slot
  if (generated === "number") return `<${formats[0]}AUTO [1]>${bound(name)}`
  if (generated !== undefined) return `<NOW [${minimum}]>${bound(name)}`
  const symbol = family(slot)
  const size = boundsText(minimum, maximum)
  if (symbol === undefined || symbol === "V") return `<${symbol ?? formats.join("|")}${size}>${bound(name)}`
  return `<${symbol}${size}${name === undefined ? "" : ` ${name}`}>`
}

/** `<L [n]`, up to its body. */
export const repeatOpening = ({ maximum, minimum }: Repeat): string => `<L${boundsText(minimum, maximum) || " [n]"}`
