import * as StreamFunction from "@effect-secs/codec/StreamFunction"
import { HCACK } from "@effect-secs/messages/DataItems"
import { S2F41, S2F42 } from "@effect-secs/messages/S2"

// Result.succeed(S2F41 W <L [2] <A "START"> <L [0]>>)
export const command = StreamFunction.toMessage(S2F41, { rcmd: "START", parameters: [] })

// Result.succeed(S2F42 <L [2] <B 0x02> <L [0]>>)
export const refusal = StreamFunction.toMessage(S2F42, { hcack: HCACK.codes.CannotPerformNow, parameters: [] })
