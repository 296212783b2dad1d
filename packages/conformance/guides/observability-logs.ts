import { HsmsSession } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Layer, Logger, References } from "effect"

// One JSON object a line, from Info on.
const Json = Layer.merge(Logger.layer([Logger.consoleJson]), Layer.succeed(References.MinimumLogLevel, "Info"))

// A session logs with the loggers it is made with, under the name it is given.
export const Etcher = (port: number) =>
  HsmsSession.layerActive({ sessionId: 0, name: "ETCH-07" }).pipe(
    Layer.provide(NodeTransport.layerConnect({ host: "127.0.0.1", port })),
    Layer.provide(Json)
  )

// Lines of some sessions only, or at a level of their own, are a matter of the logger.
export const only = (session: string, logger: Logger.Logger<unknown, void>) =>
  Logger.make<unknown, void>((line) => {
    const annotations = line.fiber.getRef(References.CurrentLogAnnotations)
    if (annotations["session"] === session) logger.log(line)
  })
