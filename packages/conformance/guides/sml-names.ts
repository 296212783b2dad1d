import { Item, Labels, SecsMessage } from "@effect-secs/codec"
import { S1F14 } from "@effect-secs/messages/S1"
import { SmlPrinter } from "@effect-secs/sml"

const accepted = SecsMessage.secondary(1, 14, Item.L(Item.B(0), Item.L()))
const labels = Labels.make(S1F14, accepted.item)
const comment = (item: Item.Item) => {
  const label = labels.get(item)
  return label === undefined ? undefined : Labels.toString(label)
}
// … <B [1] 0x00> /* COMMACK 0 accepted */ …
export const named = SmlPrinter.show(accepted, { comment })
