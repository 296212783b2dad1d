/**
 * What a command sees of the world: files, standard input, output and error, and whether a person is looking.
 *
 * Every command reads and writes through this service and through nothing else, so that it runs in a process, in a test
 * and in the generator of its documentation alike. How to use it:
 *
 * - input: `readBytes(path)`, `readText(path)`, `stream(path)`; `-` is standard input
 * - output: `write` (as it is), `writeAll` (many pieces), `print` (a line). They wait while the reader
 *   behind the pipe is slow, and end the command quietly when it has gone (`| head`). Join what is short: a call is a
 *   system call.
 * - text of others: `complain`, `printLine` and `progress` make it safe to show. What else goes out
 *   through `write` has been through `Printable`; data that has to stay as it is goes through `verbatim`
 * - for people: `complain` (a line to standard error), `colours` (plain unless standard output is a terminal and
 *   `NO_COLOR` is not set), `progress` (a line on standard error that replaces itself; nothing unless that is a terminal)
 * - an end that is not a good one: fail with a `CliFailure`; `failed("…")` is exit code 1, `usage("…")` 2
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { CliFailure } from "./CliFailure.ts"
import * as Printable from "./Printable.ts"
import * as TextInput from "./TextInput.ts"

/**
 * What a process, or a test, has to provide.
 *
 * @since 0.1.0
 */
export interface ShellService {
  /** All bytes of a file; of standard input for `-`. Fails for more than `atMost`, before they are in memory. */
  readonly read: (path: string, atMost: number) => Effect.Effect<Uint8Array, CliFailure>
  /** Bytes of text that can be worked on as a whole, with the memory there is. */
  readonly longestText: number
  /** The bytes as they come, for what may be longer than memory. */
  readonly stream: (path: string) => Stream.Stream<Uint8Array, CliFailure>
  /** True for a path that is a file, and for `-`. */
  readonly isFile: (path: string) => Effect.Effect<boolean>
  /** Replaces a file, or makes one. */
  readonly writeFile: (path: string, content: string | Uint8Array) => Effect.Effect<void, CliFailure>
  /** Makes a folder, and those above it, where there is none. */
  readonly makeFolder: (path: string) => Effect.Effect<void, CliFailure>
  /** Writes behind what is in a file, or makes one. */
  readonly append: (path: string, content: Uint8Array) => Effect.Effect<void, CliFailure>
  /** The files below a folder, sorted, as paths that start with it; undefined for what is no folder. */
  readonly files: (path: string) => Effect.Effect<ReadonlyArray<string> | undefined, CliFailure>
  /** To standard output. Fails with exit code 0 and no message when nobody reads any more. */
  readonly write: (content: string | Uint8Array) => Effect.Effect<void, CliFailure>
  /** To standard error, as it is. */
  readonly writeError: (text: string) => Effect.Effect<void>
  readonly outputIsTerminal: boolean
  readonly errorIsTerminal: boolean
  /** True where `NO_COLOR` is not set and standard output is a terminal. */
  readonly colour: boolean
  /** Columns of the terminal; undefined where there is none. */
  readonly columns: number | undefined
}

/** @since 0.1.0 */
export class Shell extends Context.Service<Shell, ShellService>()("@effect-secs/cli/Shell") {}

const same = (text: string): string => text

/** @since 0.1.0 */
export const readBytes = (path: string): Effect.Effect<Uint8Array, CliFailure, Shell> =>
  Shell.use((shell) => shell.read(path, longestFile))

/** No array of bytes is longer everywhere. */
const longestFile = 2 ** 31 - 1

/**
 * The bytes of a text, where they are not more than can be worked on.
 *
 * @since 0.1.0
 */
export const readTextBytes = (path: string): Effect.Effect<Uint8Array, CliFailure, Shell> =>
  Shell.use((shell) => shell.read(path, shell.longestText))

/**
 * A file, or standard input for `-`, as text, where it is not longer than can be worked on.
 *
 * @since 0.1.0
 */
export const readText = (path: string): Effect.Effect<string, CliFailure, Shell> =>
  Effect.map(readTextBytes(path), TextInput.decode)

/** @since 0.1.0 */
export const write = (content: string | Uint8Array): Effect.Effect<void, CliFailure, Shell> =>
  Shell.use((shell) => shell.write(content))

/** Characters or bytes a call writes at least, while there are more. */
const batch = 1 << 16

/**
 * Many short pieces in few calls. They are made as they are written, so that there may be any number.
 *
 * @since 0.1.0
 */
export const writeAll = (pieces: Iterable<string | Uint8Array>): Effect.Effect<void, CliFailure, Shell> =>
  Effect.gen(function* () {
    const { write } = yield* Shell
    let pending: Array<string | Uint8Array> = []
    let size = 0
    const flush = function* () {
      for (const content of joined(pending)) yield* write(content)
      pending = []
      size = 0
    }
    for (const piece of pieces) {
      pending.push(piece)
      size += piece.length
      if (size >= batch) yield* flush()
    }
    yield* flush()
  })

/** Neighbours of one kind as one. */
function* joined(pieces: ReadonlyArray<string | Uint8Array>): Generator<string | Uint8Array> {
  for (let start = 0; start < pieces.length;) {
    const isText = typeof pieces[start] === "string"
    let end = start
    while (end < pieces.length && (typeof pieces[end] === "string") === isText) end++
    const run = pieces.slice(start, end)
    yield isText ? (run as ReadonlyArray<string>).join("") : concat(run as ReadonlyArray<Uint8Array>)
    start = end
  }
}

const concat = (chunks: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/**
 * Text that has to stay as it is stays so in files and pipes. A terminal does what it is told: it gets what is safe.
 *
 * @since 0.1.0
 */
export const verbatim: Effect.Effect<(text: string) => string, never, Shell> = Shell.useSync((shell) =>
  shell.outputIsTerminal ? Printable.lines : same
)

/** @since 0.1.0 */
export const print = (line: string): Effect.Effect<void, CliFailure, Shell> => write(`${line}\n`)

/**
 * A line without colours that may hold text of others: the name of a file.
 *
 * @since 0.1.0
 */
export const printLine = (line: string): Effect.Effect<void, CliFailure, Shell> => print(Printable.line(line))

/**
 * A line to standard error.
 *
 * @since 0.1.0
 */
export const complain = (line: string): Effect.Effect<void, never, Shell> =>
  Shell.use((shell) => shell.writeError(`${Printable.line(line)}\n`))

/**
 * A line on standard error that the next one replaces; the empty line takes it away. Nothing where no person looks.
 *
 * @since 0.1.0
 */
export const progress = (line: string): Effect.Effect<void, never, Shell> =>
  Shell.use((shell) => (shell.errorIsTerminal ? shell.writeError(`\r\u001b[K${Printable.line(line)}`) : Effect.void))

/**
 * Text in colours, or the same text where there are none.
 *
 * @since 0.1.0
 */
export interface Colours {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly blue: (text: string) => string
  readonly cyan: (text: string) => string
}

const sgr = (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`
const colourful: Colours = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
  blue: sgr(34, 39),
  cyan: sgr(36, 39)
}

const plain: Colours = { bold: same, dim: same, red: same, green: same, yellow: same, blue: same, cyan: same }

/** @since 0.1.0 */
export const colours: Effect.Effect<Colours, never, Shell> = Shell.useSync((shell) =>
  shell.colour ? colourful : plain
)
