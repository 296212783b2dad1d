/**
 * Builds and packs the public packages, lints the tarballs, and uses them the way a stranger does: in a new ESM
 * project outside the repository, type-checked without our `source` condition and run under each Node at hand.
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, delimiter, join, sep } from "node:path"
import { root } from "../src/Repository.ts"

const names = ["codec", "session", "sml", "messages", "cli"]
const place = mkdtempSync(join(tmpdir(), "effect-secs-"))

/** Where the repository's tools and its Node are found, and what a stranger has: no `node_modules` in `PATH`. */
const ours = { ...process.env, NO_COLOR: "1" }
const theirs = {
  ...ours,
  PATH: (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.split(sep).includes("node_modules"))
    .join(delimiter)
}

const run = (cwd: string, env: NodeJS.ProcessEnv, command: string, ...args: ReadonlyArray<string>): string => {
  const line = `${basename(command)} ${args.join(" ").replaceAll(place + sep, "")}`
  console.log(`> ${line}`)
  const { error, status, stderr, stdout } = spawnSync(command, args, { cwd, env, encoding: "utf8" })
  if (status !== 0) throw new Error([`${line} failed`, error?.message ?? "", stdout, stderr].join("\n"))
  return stdout
}

const demand = (condition: boolean, message: string): void => {
  if (!condition) throw new Error(message)
}

/** The modules users may import by name. */
const modules = (name: string): ReadonlyArray<string> => {
  const { exports } = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, unknown>>
  }
  return readdirSync(join(root, "packages", name, "src"))
    .filter((file) => file.endsWith(".ts") && file !== "index.ts")
    .map((file) => basename(file, ".ts"))
    .filter((module) => exports[`./${module}`] !== null)
}

const tarballFolder = join(root, "tarballs")

/** The tarball of a package, looked into. */
const packedAs = (name: string): string => {
  const target = join(place, name)
  mkdirSync(target)
  const tarball = join(
    tarballFolder,
    readdirSync(tarballFolder).find((file) => file.startsWith(`effect-secs-${name}-`)) ?? name
  )

  const packed = run(target, ours, "tar", "-tzf", tarball).trim().split("\n")
  for (const file of ["LICENSE", "README.md", "dist/index.js", "dist/index.d.ts", "src/index.ts"]) {
    demand(packed.includes(`package/${file}`), `${name}: the tarball lacks ${file}`)
  }
  const wanted = /^package\/(LICENSE|README\.md|package\.json|src\/.*\.ts|dist\/.*(\.js|\.d\.ts|\.map))$/
  const strays = packed.filter((file) => !wanted.test(file))
  demand(strays.length === 0, `${name}: the tarball also packs ${strays.join(", ")}`)
  const manifest = run(target, ours, "tar", "-xzOf", tarball, "package/package.json")
  demand(!/"source":|workspace:|catalog:/.test(manifest), `${name}: the packed manifest speaks of the workspace`)

  run(root, ours, "publint", tarball, "--strict")
  run(root, ours, "attw", tarball, "--profile", "esm-only", "--include-entrypoints", ...modules(name))
  return tarball
}

/** Every module by name is one `export`, so that `tsc` and Node both load it. */
const reexports = (specifiers: ReadonlyArray<string>): string =>
  specifiers.map((specifier, index) => `export * as m${index} from "${specifier}"\n`).join("")

const use = (tarballs: ReadonlyArray<string>): void => {
  const project = join(place, "stranger")
  const write = (file: string, text: string) => writeFileSync(join(project, file), text)
  const version = (name: string): string => {
    const manifest = readFileSync(join(root, "node_modules", name, "package.json"), "utf8")
    return `${name}@${(JSON.parse(manifest) as { readonly version: string }).version}`
  }
  mkdirSync(project)
  write("package.json", JSON.stringify({ private: true, type: "module" }))

  // What must compile and run without Node's types: all but the modules that stand on Node's.
  const pure = ["codec", "sml", "messages"].flatMap((name) =>
    modules(name).map((module) => `@effect-secs/${name}/${module}`)
  )
  write(
    "anywhere.ts",
    `${reexports(["@effect-secs/session", "@effect-secs/sml", "@effect-secs/messages", "@effect-secs/cli", ...pure])}
import { Item, ItemCodec } from "@effect-secs/codec"
import * as SameCodec from "@effect-secs/codec/ItemCodec"
import * as Result from "effect/Result"
const bytes: Uint8Array = Result.getOrThrow(SameCodec.encode(Item.U1(7)))
if (bytes.join() !== "165,1,7" || ItemCodec.encode !== SameCodec.encode) throw new Error("U1 7 is " + bytes.join())
`
  )
  const onNode = ["session", "cli"].flatMap((name) => modules(name).map((module) => `@effect-secs/${name}/${module}`))
  write("node.ts", reexports(onNode))
  for (const [file, types] of Object.entries({ anywhere: [], node: ["node"] })) {
    const compilerOptions = { module: "nodenext", target: "es2023", strict: true, types }
    write(`tsconfig.${file}.json`, JSON.stringify({ compilerOptions, files: [`${file}.ts`] }))
  }

  const packages = [...tarballs, version("effect"), version("@types/node")]
  run(project, theirs, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error", ...packages)
  const installed = readdirSync(join(project, "node_modules"))
  demand(!installed.includes("redis"), "installing the packages brings redis")
  for (const file of ["anywhere", "node"]) {
    run(project, ours, "tsc", "-p", `tsconfig.${file}.json`)
    for (const env of [theirs, ours]) run(project, env, "node", `${file}.js`)
  }
  for (const env of [theirs, ours]) {
    const line = run(project, env, "npx", "secs", "decode", "a50107").trim()
    demand(line === "<U1 [1] 7>", `secs decode prints ${line}`)
  }
  const { version: ours_ } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8")) as {
    readonly version: string
  }
  demand(run(project, theirs, "npx", "secs", "--version") === `secs ${ours_}\n`, "secs does not know its version")

  const prefix = join(place, "global")
  const install = ["install", "--global", "--prefix", prefix, "--no-audit", "--no-fund", "--loglevel=error"]
  run(project, theirs, "npm", ...install, ...tarballs)
  const installedSecs = process.platform === "win32" ? join(prefix, "secs.cmd") : join(prefix, "bin", "secs")
  demand(run(project, theirs, installedSecs, "decode", "a50107").trim() === "<U1 [1] 7>", "secs is not installed")

  for (const env of [theirs, ours]) console.log(`  loaded under Node ${run(project, env, "node", "--version").trim()}`)
}

try {
  for (const name of names) rmSync(join(root, "packages", name, "dist"), { recursive: true, force: true })
  rmSync(tarballFolder, { recursive: true, force: true })
  run(root, ours, process.env["npm_execpath"] ?? "pnpm", "pack:all")
  use(names.map(packedAs))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
} finally {
  rmSync(place, { recursive: true, force: true })
}
