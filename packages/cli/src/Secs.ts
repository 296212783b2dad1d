/**
 * The command `secs`, and how it runs on any `Shell`.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import { TerminalCapabilities } from "effect/cli/TerminalCapabilities"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import { CliFailure, ExitCode } from "./CliFailure.ts"
import * as CompletionScript from "./CompletionScript.ts"
import { decode } from "./commands/decode.ts"
import { encode } from "./commands/encode.ts"
import { listen } from "./commands/listen.ts"
import { log } from "./commands/log.ts"
import { quirks } from "./commands/quirks.ts"
import { send } from "./commands/send.ts"
import { sml } from "./commands/sml.ts"
import * as Printable from "./Printable.ts"
import { Shell, type ShellService } from "./Shell.ts"

/**
 * All of it: what `--help`, completions and the pages of the documentation are printed from.
 *
 * @since 0.1.0
 */
export const secs = Command.make("secs").pipe(
  Command.withDescription("SECS/GEM on the command line: SML, SECS-II bytes, HSMS messages and logs."),
  Command.withSubcommands([sml, decode, encode, send, listen, log, quirks])
)

/**
 * Runs a command line, and gives its exit code. Never fails: whatever goes wrong is a line on standard error.
 *
 * @since 0.1.0
 */
export const run = (shell: ShellService, args: ReadonlyArray<string>, version: string): Effect.Effect<ExitCode> =>
  Command.runWith(secs, { version })(args).pipe(
    Effect.provide(environment(shell)),
    Effect.provideService(Shell, shell),
    Effect.exit,
    Effect.flatMap((exit) => (Exit.isSuccess(exit) ? Effect.succeed(ExitCode.Ok) : end(shell, exit.cause)))
  )

/** The last words of a command that failed. */
const end = (shell: ShellService, cause: Cause.Cause<CliFailure | CliError.CliError>): Effect.Effect<ExitCode> => {
  const say = (text: string, code: ExitCode) => Effect.as(shell.writeError(`${Printable.lines(text)}\n`), code)
  if (Cause.hasInterruptsOnly(cause)) return Effect.succeed(ExitCode.Interrupted)
  const defect = Cause.squash(cause)
  const error = defect instanceof CliFailure ? Option.some(defect) : Cause.findErrorOption(cause)
  if (isTooLong(defect))
    return say(
      "secs: the input, or what it would be turned into, is too long: no line of a log and no output of this command may have more than 512 MB",
      ExitCode.Failed
    )
  if (Option.isNone(error)) return say(`secs: this is a bug, please report it\n${Cause.pretty(cause)}`, ExitCode.Failed)
  if (error.value instanceof CliFailure) {
    const { exitCode, message } = error.value
    return message === "" ? Effect.succeed(exitCode) : say(`secs: ${Printable.line(message)}`, exitCode)
  }
  // The presenter has said it.
  if (CliError.isCliError(error.value) && error.value._tag === "ShowHelp") {
    return Effect.succeed(error.value.errors.length === 0 ? ExitCode.Ok : ExitCode.Usage)
  }
  return say(`secs: ${Printable.line(error.value.message)}`, ExitCode.Usage)
}

/** The engine holds no longer text, and says so wherever one would become longer. */
const isTooLong = (error: unknown): boolean => error instanceof RangeError && error.message === "Invalid string length"

/** What `effect/cli` asks for. We use no prompts, no programs and no files but those of `Shell`. */
const environment = (shell: ShellService) =>
  Layer.mergeAll(
    FileSystem.layerNoop({}),
    Path.layer,
    Stdio.layerTest({}),
    Layer.succeed(
      Terminal.Terminal,
      Terminal.make({
        columns: Effect.succeed(shell.columns ?? 80),
        rows: Effect.succeed(24),
        size: Effect.die("no prompts"),
        readInput: Effect.die("no prompts"),
        readLine: Effect.die("no prompts"),
        display: shell.writeError
      })
    ),
    Layer.succeed(
      ChildProcessSpawner.ChildProcessSpawner,
      ChildProcessSpawner.make(() => Effect.die("no programs"))
    ),
    // Unless told, standard input is opened to look whether it is a terminal.
    Layer.succeed(TerminalCapabilities, { canColor: shell.colour, canAnimate: false, canPrompt: false }),
    CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, completions(shell)] }),
    CliOutput.layerPresenter(presenter(shell)),
    // Standard output is for results.
    Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])
  )

/** Help to standard output; a wrong command line in one line to standard error. May only die: with what a write failed. */
const presenter = (shell: ShellService): CliOutput.Presenter => ({
  present: (event) => {
    const formatter = CliOutput.defaultFormatter({ colors: shell.colour })
    switch (event._tag) {
      case "Help":
        return Effect.orDie(shell.write(`${formatter.formatHelpDoc(event.helpDoc)}\n`))
      case "Version":
        return Effect.orDie(shell.write(`${event.name} ${event.version}\n`))
      case "InvalidInvocation": {
        const command = event.commandPath.join(" ")
        // Standard error may be no terminal where standard output is one.
        const plain = CliOutput.defaultFormatter({ colors: false })
        const errors = event.errors.map((error) => plain.formatCliError(error).replaceAll(/\s*\n\s*/g, " "))
        return shell.writeError(`${Printable.line(`${command}: ${errors.join("; ")}`)} (see ${command} --help)\n`)
      }
    }
  }
})

/** `--completions`, whose script goes where all output goes. */
const completions = (shell: ShellService): typeof GlobalFlag.Completions =>
  GlobalFlag.Action({
    flag: GlobalFlag.Completions.flag,
    run: (wanted, { command }) =>
      Option.isNone(wanted)
        ? Effect.void
        : Effect.orDie(shell.write(`${CompletionScript.make(command, wanted.value)}\n`))
  })
