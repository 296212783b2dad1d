/**
 * Names from the catalogue of SEMI E5. Pure, but large: commands import it when they need it.
 *
 * @since 0.1.0
 */
import { Deviation, type Item, Labels, QuirkProfile, type Registry, StreamFunction } from "@effect-secs/codec"
import * as Catalogue from "@effect-secs/messages/Catalogue"
import * as Result from "effect/Result"
import type { Message, Names, Structure } from "./Names.ts"

/** What an abort is called, in streams that are not defined as well. */
const abort = "Abort Transaction"

/** Characters of a text that a comment holds. */
const longestText = 80

/** Codes that are told of a message in one line. */
const fewMeanings = 3

/**
 * @since 0.1.0
 */
export const registry: Registry.Registry = Catalogue.registry

/**
 * What a profile names and the catalogue does not have: a slip of the pen, or of messages that are the user's own.
 *
 * @since 0.1.0
 */
export const strangers = ({ profile }: QuirkProfile.Compiled): ReadonlyArray<string> =>
  QuirkProfile.unknownNames(profile, registry)

/**
 * @since 0.1.0
 */
export const make = (profile?: QuirkProfile.Compiled): Names => {
  const defined = ({ function: function_, stream }: Message) => registry.get(stream, function_)

  const labels = (message: Message): Labels.Labels => {
    const definition = defined(message)
    return definition === undefined
      ? new Map()
      : Labels.make(definition, message.item, { profile, sender: message.sender })
  }

  const textOf = (item: Item.Item): string | undefined => {
    if (profile?.text === undefined || item._tag !== "A" || !/[^\x00-\x7f]/.test(item.value)) return undefined
    const text = profile.text.decode(item.value)
    return JSON.stringify(text.length > longestText ? `${text.slice(0, longestText)}…` : text)
  }

  const structure = (message: Message): Structure | undefined => {
    const definition = defined(message)
    if (definition === undefined) return undefined
    const deviations: Array<{ readonly key: string; readonly text: string }> = []
    const read = StreamFunction.fromItem(definition, message.item, {
      mode: "lenient",
      sender: message.sender,
      profile,
      onDeviation: (deviation) =>
        deviations.push({ key: Deviation.key(deviation), text: Deviation.describe(deviation) })
    })
    return { wrong: Result.isFailure(read) ? read.failure.message : undefined, deviations }
  }

  return {
    ofMessage: (stream, function_) => registry.get(stream, function_)?.name ?? (function_ === 0 ? abort : undefined),
    labels,
    comment: (message) => {
      const found = labels(message)
      return (item) => {
        const label = found.get(item)
        const said = [label === undefined ? undefined : Labels.toString(label), textOf(item)]
        return said.filter((part) => part !== undefined).join(" ") || undefined
      }
    },
    meanings: (message) =>
      [...labels(message).values()]
        .filter(({ meaning }) => meaning !== undefined)
        .slice(0, fewMeanings)
        .map(Labels.toString),
    structure
  }
}
