import { Item, SecsMessage } from "@effect-secs/codec"
import { Preset, SmlPrinter } from "@effect-secs/sml"
import { Effect, Result } from "effect"

const message = SecsMessage.primary(10, 3, Item.J("ﾃｽﾄ"))

// In a program: the text, or a failure of the effect.
export const canonical = Effect.fromResult(SmlPrinter.message(message))

// Anywhere else: look which of the two it is.
const forTool = SmlPrinter.message(message, { preset: Preset.secs4js })
export const said = Result.isSuccess(forTool) ? forTool.success : `refused: ${forTool.failure.message}`
