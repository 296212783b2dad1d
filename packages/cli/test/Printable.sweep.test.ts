import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { failed } from "../src/CliFailure.ts"
import { run } from "../src/Secs.ts"
import type { ShellService } from "../src/Shell.ts"

/** What steers a terminal or turns a line around: C0, DEL, C1, marks of direction, invisible ones, line separators. */
const hostile = "\u001b[31m\u0007\u007f\u009b2J\u061c\u200b\u200e\u200f\u2028\u202e\u2066\ufeff"

/** Everything but line ends that has no place in a line for people. */
const forbidden = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** As many as there are places for foreign text in a file of SML. */
const texts: { readonly [name: string]: string } = {
  "value.sml": `S1F1 <U1 ${hostile}>.`,
  "range.sml": `S1F1 <U1 1${hostile}>.`,
  "long.sml": `S1F1 <U4 ${hostile.repeat(20)}>.`,
  "float.sml": `S1F1 <F4 1${hostile}>.`,
  "size.sml": `S1F1 <A [9..1 /*${hostile}*/] "a"> .`,
  "mismatch.sml": `S1F1 <L [2 /*${hostile}*/] <A "a">> .`,
  "bounds.sml": `S1F1 <A [${hostile}] "a"> .`,
  "format.sml": `S1F1 <${hostile} 1>.`,
  "slot.sml": `S1F1 <A a${hostile}>.`,
  "text.sml": `S1F1 <A "${hostile}">.`,
  "jis.sml": `S1F1 <J "${hostile}">.`,
  "localized.sml": `S1F1 <C2 2 "${hostile}">.`,
  "wide.sml": `S1F1 <W "${hostile}">.`,
  "comment.sml": `// ${hostile}\nS1F1 <A "a"> /* ${hostile} */ .`,
  "comment2.sml": `S1F1 /* ${hostile}`,
  "name.sml": `a\u202e\u2066\u200f: S1F1 W <A b\u202e\u2066>.\nb\u202e: S1F2 <U1 1 2>.`,
  "namedF4.sml": `a\u202e\u2066\u200f: S1F1 <F4 NaN>.`,
  "rule.sml": `a\u202e: S1F1 W.\nif (a\u202e) b\u202e\u2066.\nevery 5 send c\u202e\u2066.`,
  "ruleOfNothing.sml": `every ${hostile} send it.`,
  "constant.sml": `#define a\u202e ${hostile}\nS1F1.`,
  "header.sml": `${hostile} S1F1 ${hostile}`,
  "json.json": `{"stream":1,"function":1,"name":"a\u202e\u009b","item":{"A":"\u009b\u202e"}}`,
  "key.json": `{"stream":1,"function":1,"item":{"U1\u202e\u009b":[1]}}`,
  "value.json": `{"stream":1,"function":1,"item":{"U1":["\u202e\u009b\\u001b"]}}`,
  "lines.json": hostile,
  "hex.txt": `01 02 ${hostile}`,
  "offset.txt": `0000: 01 02\n${hostile}: 01`,
  "base64.txt": `AQ${hostile}`,
  "log.log": `12:00:00 RECV a\u202e\u009b: S1F1 W <A "a"> .\n12:00:01 SEND ${hostile} S1F2 <U1 ${hostile}> .\n`,
  "names.log": `12:00:00 Received S6F11 from ETCH${hostile}\n<L [1] <U4 1> /* CEID ${hostile} */ >\n.\n`
}

const binaries: { readonly [name: string]: Uint8Array } = {
  // J: ESC, BEL, DEL; C2: UTF-8 with marks of direction.
  "item.bin": Uint8Array.of(0x01, 0x02, 0x45, 0x03, 0x1b, 0x07, 0x7f, 0x49, 0x05, 0x00, 0x02, 0xe2, 0x80, 0xae),
  "ascii.bin": Uint8Array.of(0x41, 0x05, 0x1b, 0x5b, 0x9b, 0x07, 0xff)
}

const dark = "a\u001b[31m\u009b\u202e\u200f"

/** Every file under a hostile name as well. */
const content = (path: string): Uint8Array | undefined => {
  const name = path.replace(dark, "")
  const text = texts[name]
  return text === undefined ? binaries[name] : utf8(text)
}

const make = (differs: Partial<ShellService> = {}) => {
  const out: Array<string> = []
  const err: Array<string> = []
  const write = (content: string | Uint8Array): void =>
    void out.push(typeof content === "string" ? content : new TextDecoder("latin1").decode(content))
  const shell: ShellService = {
    read: (path) => {
      const bytes = content(path)
      return bytes === undefined ? Effect.fail(failed(`${path}: no such file`)) : Effect.succeed(bytes)
    },
    stream: (path) => {
      const bytes = content(path)
      return bytes === undefined ? Stream.fail(failed(`${path}: no such file`)) : Stream.make(bytes)
    },
    longestText: 2 ** 20,
    isFile: (path) => Effect.succeed(content(path) !== undefined),
    writeFile: () => Effect.void,
    makeFolder: () => Effect.void,
    append: () => Effect.void,
    files: () => Effect.undefined,
    write: (content) => Effect.sync(() => write(content)),
    writeError: (text) => Effect.sync(() => void err.push(text)),
    outputIsTerminal: false,
    errorIsTerminal: false,
    colour: false,
    columns: undefined,
    ...differs
  }
  return { shell, text: () => ({ out: out.join(""), err: err.join("") }) }
}

/** Commands whose standard output is for people or programs, and holds foreign text within lines only. */
const commands: ReadonlyArray<ReadonlyArray<string>> = [
  ["sml", "check"],
  ["sml", "check", "--strict", "--sizes"],
  ["sml", "check", "--json", "--strict"],
  ["sml", "fmt", "--check"],
  ["sml", "fmt", "--write"],
  ["sml", "convert", "--to", "json"],
  ["sml", "convert", "--to", "hex"],
  ["sml", "convert", "--to", "secs4js", "--out-dir", `out${dark}`],
  ["encode"],
  ["encode", "--as", "item", "--to", "base64"],
  ["decode"],
  ["decode", "--json"],
  ["decode", "--explain"],
  ["decode", "--explain", "--json", "--full"],
  ["decode", "--from", "hex"],
  ["decode", "--from", "base64"],
  ["log"],
  ["log", "--full"],
  ["log", "--json"],
  ["log", "--summary"],
  ["log", "--format", "sml", "--full"],
  ["log", "--format", "hex"],
  ["log", "--format", "json"],
  // Nobody listens there: what is wrong is said before, or that nobody does.
  ["send", "127.0.0.1:1"],
  ["send", "127.0.0.1:1", "--json"],
  ["send", "127.0.0.1:1", "S1F1 W.", "--wait", "0", "--replies"],
  ["listen", "192.0.2.1:1", "--replies"]
]

/** Their standard output is what the files say, which a pipe gets as it is and a terminal does not. */
const verbatim: ReadonlyArray<ReadonlyArray<string>> = [
  ["sml", "fmt"],
  ["sml", "convert", "--to", "canonical"],
  ["sml", "convert", "--to", "secs4net"]
]

const files = [...Object.keys(texts), ...Object.keys(binaries)]

const offence = (text: string): string | undefined => {
  const at = text.search(forbidden)
  return at < 0 ? undefined : JSON.stringify(text.slice(Math.max(0, at - 60), at + 20))
}

describe("hostile text", () => {
  it.effect.each(commands.map((command) => [command.join(" "), command] as const))(
    "reaches neither output of secs %s",
    ([, command]) =>
      Effect.gen(function* () {
        for (const name of files) {
          for (const path of [name, `${dark}${name}`]) {
            const { shell, text } = make()
            yield* run(shell, [...command, path], "1.0.0")
            const { err, out } = text()
            assert.strictEqual(offence(err), undefined, `${path}: standard error`)
            assert.strictEqual(offence(out), undefined, `${path}: standard output`)
          }
        }
      }),
    60_000
  )

  it.effect.each(verbatim.map((command) => [command.join(" "), command] as const))(
    "reaches a pipe behind secs %s, and no terminal",
    ([, command]) =>
      Effect.gen(function* () {
        let verbatim = 0
        for (const name of files) {
          const pipe = make()
          const terminal = make({ outputIsTerminal: true })
          yield* run(pipe.shell, [...command, name], "1.0.0")
          yield* run(terminal.shell, [...command, name], "1.0.0")
          if (offence(pipe.text().out) !== undefined) verbatim++
          assert.strictEqual(offence(pipe.text().err), undefined, `${name}: standard error`)
          assert.strictEqual(offence(terminal.text().out + terminal.text().err), undefined, `${name}: terminal`)
        }
        if (command[1] === "fmt") assert.isAbove(verbatim, 0)
      }),
    60_000
  )

  it.effect.each([
    ["-m", ["send", "127.0.0.1:1", "name.sml", "-m", hostile]],
    ["a known -m", ["send", "127.0.0.1:1", "name.sml", "-m", "b\u202e"]],
    ["--set without =", ["send", "127.0.0.1:1", "name.sml", "--set", hostile]],
    ["the name of --set", ["send", "127.0.0.1:1", "name.sml", "--set", `${hostile}=1`]],
    ["the value of --set", ["send", "127.0.0.1:1", "name.sml", "--set", `b\u202e\u2066=<U1 ${hostile}>`]],
    ["an array of --set", ["send", "127.0.0.1:1", "name.sml", "--set", `b\u202e\u2066=[1 ${hostile}]`]],
    ["a slot without a value", ["send", "127.0.0.1:1", "name.sml", "-m", "S1F1"]],
    ["a time", ["send", "127.0.0.1:1", "name.sml", "--t3", hostile]],
    ["an unknown flag", ["decode", `--${hostile}`]],
    ["an unknown command", [hostile]],
    ["a choice", ["sml", "convert", "--to", hostile, "name.sml"]],
    ["words that are no hex", ["decode", hostile]],
    ["words that are no SML", ["encode", hostile]],
    ["SML on the command line", ["encode", `S1F1 <U1 ${hostile}>.`]],
    ["a missing file", ["sml", "check", hostile]],
    ["a missing log", ["log", hostile]],
    ["a filter", ["log", "--only", hostile, "names.log"]],
    ["an address", ["send", `${hostile}:1`, "S1F1 W."]]
  ] as const)("of %s reaches neither output", ([, args]) =>
    Effect.gen(function* () {
      const { shell, text } = make()
      const code = yield* run(shell, args, "1.0.0")
      const { err, out } = text()
      assert.strictEqual(offence(out + err), undefined)
      if (args[0] !== "log") assert.isAbove(code, 0)
    })
  )
})
