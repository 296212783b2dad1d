/**
 * How a command ends when it does not end well: an exit code that scripts can use, and one line for people. Pure.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * Exit codes. A command that was asked for help or its version ends with 0.
 *
 * @since 0.1.0
 */
export const ExitCode = {
  Ok: 0,
  /** The input is bad, a check failed, a transaction did not end with its reply. */
  Failed: 1,
  /** The command line says something the command does not know. */
  Usage: 2,
  /** `secs log`: no message is in any of the files. */
  NoMessages: 3,
  /** ^C */
  Interrupted: 130
} as const

/** @since 0.1.0 */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/**
 * The end of a command. The message is written to standard error after `secs: `, unless it is empty: then all has been
 * said before.
 *
 * @since 0.1.0
 */
export class CliFailure extends Schema.TaggedError<CliFailure>("@effect-secs/cli/CliFailure")("CliFailure", {
  exitCode: Schema.Literals([0, 1, 2, 3, 130]),
  /** One line. */
  message: Schema.String
}) {}

/**
 * Bad input, a failed check, a failed transaction: exit code 1.
 *
 * @since 0.1.0
 */
export const failed = (message: string): CliFailure => new CliFailure({ exitCode: ExitCode.Failed, message })

/**
 * A wrong command line that the flags themselves could not tell: exit code 2.
 *
 * @since 0.1.0
 */
export const usage = (message: string): CliFailure => new CliFailure({ exitCode: ExitCode.Usage, message })

const megabytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MB`

/**
 * A file that is longer than a command can work on as a whole, in bytes; `length` where it is known.
 *
 * @since 0.1.0
 */
export const tooLarge = (name: string, longest: number, length?: number): CliFailure =>
  failed(
    `${name}: ${length === undefined ? "" : `${megabytes(length)} is `}too large: this command takes ${megabytes(longest)} at most; split it, or give it more memory with NODE_OPTIONS=--max-old-space-size=MB (512 MB of text is the end; secs log takes files of any size)`
  )

/**
 * Ends with an exit code and nothing more to say.
 *
 * @since 0.1.0
 */
export const quiet = (exitCode: ExitCode): CliFailure => new CliFailure({ exitCode, message: "" })
