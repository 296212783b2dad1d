/** Runs the built command as a process of its own. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

export const binary = fileURLToPath(new URL("../../dist/bin/secs.js", import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly bytes: Uint8Array
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Closes the pipe behind standard output once so many bytes have come, as `head` does. */
  readonly closeOutputAfter?: number
  /** Ends the process, and so the test, when it takes longer. 30 s unless told. */
  readonly milliseconds?: number
}

/** Without what the test runner has put there. */
export const environment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  const { FORCE_COLOR: _force, NODE_OPTIONS: _options, NO_COLOR: _no, ...inherited } = process.env
  return { ...inherited, ...more }
}

export const run = (args: ReadonlyArray<string>, options: RunOptions = {}): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...args], {
      cwd: options.cwd,
      env: environment(options.env),
      timeout: options.milliseconds ?? 30_000,
      killSignal: "SIGKILL"
    })
    const out: Array<Buffer> = []
    const err: Array<Buffer> = []
    let length = 0
    child.stdout.on("data", (chunk: Buffer) => {
      out.push(chunk)
      length += chunk.length
      if (length >= (options.closeOutputAfter ?? Number.POSITIVE_INFINITY)) child.stdout.destroy()
    })
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk))
    child.on("error", reject)
    child.on("close", (code) => {
      const bytes = Buffer.concat(out)
      resolve({ code, stdout: bytes.toString(), stderr: Buffer.concat(err).toString(), bytes })
    })
    // A command that reads no input may end before it is written.
    child.stdin.on("error", () => {})
    child.stdin.end(options.stdin ?? "")
  })
