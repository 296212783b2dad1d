/**
 * `docs/cli/*.md`: the pages of the command `secs`, printed from the commands: what `--help` says, and each example with
 * what it prints when it is run, here, on files that exist only here.
 *
 * @since 0.1.0
 */
import { CliFailure } from "@effect-secs/cli"
import { installation } from "@effect-secs/cli/CompletionScript"
import { run, secs } from "@effect-secs/cli/Secs"
import type { ShellService } from "@effect-secs/cli/Shell"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { exampleFiles } from "./CommandExamples.ts"

/** What the page needs to know of a command. */
interface Command {
  readonly name: string
  readonly description: string | undefined
  readonly shortDescription: string | undefined
  readonly examples: ReadonlyArray<{ readonly command: string; readonly description?: string | undefined }>
  readonly subcommands: ReadonlyArray<{ readonly commands: ReadonlyArray<Command> }>
}

interface Ran {
  readonly code: number
  /** Standard output. */
  readonly bytes: Uint8Array
  /** Standard output and error as a terminal shows them. */
  readonly shown: string
}

/** Lines that need a peer: they are printed and not run. */
const talks = /^secs (?:send|listen) |^secs quirks (?:\S+:\d+ |--listen )/

const encoder = new TextEncoder()

/** A shell of files in memory. Nobody looks, so there are no colours and no progress. */
const memoryShell = (files: ReadonlyMap<string, Uint8Array>, stdin: Uint8Array) => {
  const out: Array<Uint8Array> = []
  let shown = ""
  const write = (content: string | Uint8Array) => {
    out.push(typeof content === "string" ? encoder.encode(content) : content)
    shown += typeof content === "string" ? content : new TextDecoder("latin1").decode(content)
  }
  const read: ShellService["read"] = (path) => {
    const bytes = path === "-" ? stdin : files.get(path)
    return bytes === undefined ? Effect.fail(CliFailure.failed(`${path}: no such file`)) : Effect.succeed(bytes)
  }
  const longestText = 2 ** 20
  const shell: ShellService = {
    read,
    stream: (path) => Stream.fromEffect(read(path, longestText)),
    longestText,
    isFile: (path) => Effect.succeed(path === "-" || files.has(path)),
    writeFile: () => Effect.void,
    makeFolder: () => Effect.void,
    append: () => Effect.void,
    files: (path) => {
      const below = [...files.keys()].filter((file) => file.startsWith(`${path.replace(/\/$/, "")}/`))
      return Effect.succeed(below.length === 0 ? undefined : below.toSorted())
    },
    write: (content) => Effect.sync(() => write(content)),
    writeError: (text) => Effect.sync(() => void (shown += text)),
    outputIsTerminal: false,
    errorIsTerminal: false,
    colour: false,
    columns: undefined
  }
  return { shell, ran: (code: number): Ran => ({ code, bytes: concat(out), shown }) }
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

const runArgs = async (args: ReadonlyArray<string>, stdin: Uint8Array = new Uint8Array(0)): Promise<Ran> => {
  const { ran, shell } = memoryShell(exampleFiles, stdin)
  return ran(await Effect.runPromise(run(shell, args, "0.0.0")))
}

/** The words of a line as a shell reads it, as far as our examples go: quotes, and pipes from `secs` to `secs`. */
const stages = (line: string): ReadonlyArray<ReadonlyArray<string>> => {
  const all: Array<Array<string>> = [[]]
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    if (word === "|") all.push([])
    else all.at(-1)!.push(word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double))
  }
  return all
}

const runLine = async (line: string): Promise<Ran> => {
  let ran: Ran | undefined
  for (const [program, ...args] of stages(line)) {
    if (program !== "secs") throw new Error(`an example that cannot be run here: ${line}`)
    ran = await runArgs(args, ran?.bytes)
  }
  return ran!
}

const maxLines = 40

/** Output as a page shows it: not endless. */
const cut = (text: string): string => {
  const lines = text.replace(/\n$/, "").split("\n")
  return lines.length <= maxLines ? lines.join("\n") : [...lines.slice(0, maxLines - 1), "…"].join("\n")
}

const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`

const header = "<!-- Printed from the commands in packages/cli by `pnpm docs:write`. Do not edit. -->\n"

const page = async (path: ReadonlyArray<string>, command: Command): Promise<string> => {
  const words = path.slice(1)
  const help = (await runArgs([...words, "--help"])).shown
  const [usage = ""] = help.split("\nEXAMPLES\n")
  const examples = await Promise.all(
    command.examples.map(async ({ command: line, description = "" }) => {
      const title = `${description.charAt(0).toUpperCase()}${description.slice(1)}:\n`
      if (talks.test(line)) return `${title}\n${block("sh", line)}`
      const { code, shown } = await runLine(line)
      const output = shown === "" ? "" : `\n${block("", cut(shown))}`
      return `${title}\n${block("sh", line)}${output}${code === 0 ? "" : `\nExit code ${code}.\n`}`
    })
  )
  return [
    header,
    `# ${path.join(" ")}\n`,
    block("", usage.trimEnd()),
    ...(examples.length === 0 ? [] : ["## Examples\n", ...examples])
  ].join("\n")
}

/** Commands that do something, with the words that lead to them. */
const leaves = (
  command: Command,
  path: ReadonlyArray<string>
): ReadonlyArray<readonly [ReadonlyArray<string>, Command]> => {
  const below = command.subcommands.flatMap(({ commands }) => commands)
  return below.length === 0 ? [[path, command]] : below.flatMap((one) => leaves(one, [...path, one.name]))
}

const all = leaves(secs, ["secs"])

const file = (path: ReadonlyArray<string>): string => `${path.slice(1).join("-")}.md`

const overview = async (): Promise<string> =>
  [
    header,
    "# secs\n",
    "SECS/GEM on the command line. From a clone, as it is not on the npm registry yet:\n",
    block(
      "sh",
      [
        "npx -y pnpm@12.21.0 pack:all && npm install --global tarballs/*.tgz    # installs secs",
        "npx -y pnpm@12.21.0 --silent secs --help                               # runs it without"
      ].join("\n")
    ),
    [
      "| Command | What it does |",
      "| --- | --- |",
      ...all.map(
        ([path, { description, shortDescription }]) =>
          `| [\`${path.join(" ")}\`](${file(path)}) | ${shortDescription ?? description} |`
      ),
      ""
    ].join("\n"),
    "## For scripts\n",
    [
      "- `-` is standard input. Results go to standard output, everything else to standard error.",
      "- `--json` prints one JSON value, or a line of JSON for each result. In `standard` a message has its `name`, `items` with `path` (indexes from the root), `name` and, where it has one, `value` and `meaning`, and `error` or `deviations` where its body is otherwise than defined; `--no-names` leaves it out.",
      "- Exit codes: 0 fine; 1 bad input, a failed check, a transaction without its reply, a finding of log --errors; 2 a wrong command line; 3 a log in which there is no message; 130 ^C.",
      "- Colours and progress are for terminals only; `NO_COLOR` turns colours off there too.",
      "- Text is UTF-8, UTF-16 with a byte order mark, or latin-1 where it is no UTF-8.\n"
    ].join("\n"),
    "## Completions\n",
    block(
      "sh",
      Object.values(installation)
        .map(({ file, line }) => `${line.padEnd(40)} # in ${file}`)
        .join("\n")
    )
  ].join("\n")

/**
 * Path from the root, and the page.
 *
 * @since 0.1.0
 */
export const commandPages: Readonly<Record<string, () => Promise<string>>> = Object.fromEntries([
  ["docs/cli/secs.md", overview],
  ...all.map(([path, command]) => [`docs/cli/${file(path)}`, () => page(path, command)] as const)
])
