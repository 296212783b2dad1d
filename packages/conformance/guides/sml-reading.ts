import { type SecsMessage } from "@effect-secs/codec"
import { SmlDocument, SmlParser } from "@effect-secs/sml"
import { Console, Effect } from "effect"

const text = `
AreYouThere: 'S1F1' W
.
ReadTemperature:'S1F3' W
    <L[1]
        <U4[1] 1002>
    >
.
Broken:'S1F3' W
    <L[1]
        <U1[1] 1002>
    >
.
S1F13 W <L>.
`

// Messages by name. What cannot be read is told, with line and column, and costs no other message.
export const messages = Effect.gen(function* () {
  const document = SmlParser.parse(text, { source: "host.sml" })
  for (const error of document.errors) yield* Console.error(`${error.message}\n${error.excerpt}`)
  for (const warning of document.warnings) yield* Console.warn(warning.message)
  return new Map(
    document.messages.map((one): readonly [string, SecsMessage.SecsMessage] => [
      one.name ?? `S${one.stream}F${one.function}`,
      SmlDocument.toSecsMessage(one)
    ])
  )
})
