/**
 * The `Shell` of a Node process.
 *
 * `process` is the global: to import it from `node:process` opens standard input, and a pipe that others read from as
 * well would no longer wait for them.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { constants } from "node:buffer"
import { createReadStream } from "node:fs"
import { appendFile, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { isatty } from "node:tty"
import { getHeapStatistics } from "node:v8"
import { CliFailure, failed, quiet, tooLarge } from "./CliFailure.ts"
import type { ShellService } from "./Shell.ts"

const why: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EISDIR: "is a folder",
  ENOTDIR: "no such file",
  EEXIST: "is a file",
  ENOSPC: "no space left on the device"
}

const fileFailure =
  (path: string) =>
  (error: unknown): CliFailure => {
    if (error instanceof CliFailure) return error
    const { code, message } = error as NodeJS.ErrnoException
    return failed(`${path === "-" ? "standard input" : path}: ${why[code ?? ""] ?? message}`)
  }

const tried = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, CliFailure> =>
  Effect.tryPromise({ try: work, catch: fileFailure(path) })

const open = (path: string) => (path === "-" ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 }))

const stream: ShellService["stream"] = (path) =>
  Stream.fromAsyncIterable(
    { [Symbol.asyncIterator]: () => open(path)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array> },
    fileFailure(path)
  )

const everything = async (source: AsyncIterable<Uint8Array>, atMost: number): Promise<Uint8Array> => {
  const chunks: Array<Uint8Array> = []
  let length = 0
  for await (const chunk of source) {
    chunks.push(chunk)
    length += chunk.length
    if (length > atMost) throw tooLarge("standard input", atMost)
  }
  return Buffer.concat(chunks)
}

const read: ShellService["read"] = (path, atMost) =>
  tried(path, async () => {
    if (path === "-") return everything(process.stdin, atMost)
    const { size } = await stat(path)
    if (size > atMost) throw tooLarge(path, atMost, size)
    const bytes = await readFile(path)
    // A pipe does not say how much it has.
    if (bytes.length > atMost) throw tooLarge(path, atMost, bytes.length)
    return bytes
  })

/**
 * Memory that a byte of text takes at most while messages are read and written again; of a text of nothing but short
 * items or comments it is twice that.
 */
const memoryPerByte = 20

const isFile: ShellService["isFile"] = (path) =>
  path === "-"
    ? Effect.succeed(true)
    : Effect.promise(() =>
        stat(path).then(
          (found) => !found.isDirectory(),
          () => false
        )
      )

const files: ShellService["files"] = (path) =>
  tried(path, async () => {
    if (path === "-" || !(await stat(path)).isDirectory()) return undefined
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
  })

/** Beside the file first: what was there stays whole if the disk is full or the process ends. */
const replace = async (path: string, content: string | Uint8Array): Promise<void> => {
  const file = await realpath(path).catch(() => path)
  const before = await stat(file).catch(() => undefined)
  // What is no file, a device or a pipe, has nothing to lose.
  if (before !== undefined && !before.isFile()) return writeFile(file, content)
  const beside = `${file}.${process.pid}.tmp`
  try {
    await writeFile(beside, content, before === undefined ? {} : { mode: before.mode })
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** Waits until the system has taken it: a slow reader slows the command. */
const write: ShellService["write"] = (content) =>
  Effect.callback<void, CliFailure>((resume) => {
    process.stdout.write(content, (error) => {
      if (error === null || error === undefined) return resume(Effect.void)
      const { code, message } = error as NodeJS.ErrnoException
      const gone = code === "EPIPE" || code === "ERR_STREAM_DESTROYED"
      resume(Effect.fail(gone ? quiet(0) : failed(`standard output: ${message}`)))
    })
  })

/**
 * Takes standard output and error of this process; made once.
 *
 * @since 0.1.0
 */
export const make = (): ShellService => {
  // Told to whoever wrote; unheard, it would end the process with a stack trace.
  process.stdout.on("error", () => {})
  process.stderr.on("error", () => {})
  const outputIsTerminal = isatty(1)
  return {
    read,
    longestText: Math.min(constants.MAX_STRING_LENGTH, Math.floor(getHeapStatistics().heap_size_limit / memoryPerByte)),
    stream,
    isFile,
    writeFile: (path, content) => tried(path, () => replace(path, content)),
    makeFolder: (path) => tried(path, () => mkdir(path, { recursive: true }).then(() => {})),
    append: (path, content) => tried(path, () => appendFile(path, content)),
    files,
    write,
    writeError: (text) => Effect.sync(() => void process.stderr.write(text)),
    outputIsTerminal,
    errorIsTerminal: isatty(2),
    colour: outputIsTerminal && (process.env["NO_COLOR"] ?? "") === "",
    columns: process.stdout.columns
  }
}
