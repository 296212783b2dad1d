import { LogAnalysis, LogEntry, LogEvent, LogFormat, LogTime } from "@effect-secs/cli"
import { Console, Effect, Stream } from "effect"

// Prints what is not as it should be: replies that are late or missing, aborts, errors that a peer reports. Any log
// will do, and of any length: with SML, in hex, or a capture. It comes in pieces, cut anywhere.
export const faults = <E, R>(log: Stream.Stream<Uint8Array, E, R>, format: LogFormat.LogFormat) =>
  Effect.gen(function* () {
    const reader = LogFormat.reader(format)
    const analysis = LogAnalysis.make({ t3: "10 seconds" })

    const print = (entries: ReadonlyArray<LogEntry.Entry>) =>
      Effect.forEach(entries.filter(LogEntry.isError), (entry) => Console.log(sentence(entry)), { discard: true })
    const take = (events: ReadonlyArray<LogEvent.LogEvent>) => print(events.flatMap((event) => analysis.push(event)))

    yield* Stream.runForEach(log, (piece) => take(reader.push(piece)))
    yield* take(reader.end())
    yield* print(analysis.end())
    return analysis.summary()
  })

// One line: when, what, and what is wrong with it.
const sentence = ({ event, findings, primary, time }: LogEntry.Entry): string => {
  const when = time === undefined ? "" : `${LogTime.format(time)} `
  const what = event === undefined ? primary?.label : LogEvent.label(event)
  return `${when}${what}: ${findings.map(LogEntry.describe).join("; ")}`
}
