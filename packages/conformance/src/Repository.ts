/**
 * The repository as data, for the house tests: its files, its packages and what each source file imports.
 *
 * Files are those git tracks or would track, as paths from the root with forward slashes.
 *
 * @since 0.1.0
 */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { posix } from "node:path"
import { fileURLToPath } from "node:url"
import { literalOrComment } from "./literals.ts"

/** One `import` or `export … from`. `names` is what `{ … }` lists, by its name in the imported module. */
export interface Import {
  readonly specifier: string
  readonly names: ReadonlyArray<string>
  readonly typeOnly: boolean
}

export interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

export const scope = "@effect-secs/"

export const root = fileURLToPath(new URL("../../..", import.meta.url))

export const exists = (path: string): boolean => existsSync(root + path)

export const read = (path: string): string => readFileSync(root + path, "utf8")

export const files: ReadonlyArray<string> = execFileSync(
  "git",
  ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
  { cwd: root, encoding: "utf8" }
)
  .split("\0")
  .filter((path) => path !== "" && exists(path))

/** The text of a file in every commit that changed it and still had it, the newest first. Knows what the clone knows. */
export const versions = (path: string): ReadonlyArray<string> => {
  const git = (...args: ReadonlyArray<string>) => execFileSync("git", args, { cwd: root, encoding: "utf8" })
  const commits = git("log", "--format=%H", "--diff-filter=AMR", "--", path)
  return commits.split("\n").flatMap((commit) => (commit === "" ? [] : [git("show", `${commit}:${path}`)]))
}

/** The directory names under `packages/`. */
export const packages: ReadonlyArray<string> = files.flatMap((path) => {
  const match = /^packages\/([^/]+)\/package\.json$/.exec(path)
  return match === null ? [] : [match[1]!]
})

export const manifest = (name: string): Manifest => JSON.parse(read(`packages/${name}/package.json`)) as Manifest

/** The TypeScript files of a package below one of its folders. */
export const sources = (name: string, folder: "src" | "test" | "scenarios" = "src"): ReadonlyArray<string> =>
  files.filter((path) => path.startsWith(`packages/${name}/${folder}/`) && path.endsWith(".ts"))

/** The comment a file opens with; empty when it opens with code. */
export const header = (path: string): string => /^\s*\/\*[\s\S]*?\*\//.exec(read(path))?.[0] ?? ""

/** A file without its comments. */
export const code = (path: string): string =>
  read(path).replace(literalOrComment, (_, literal?: string) => literal ?? "")

const clause = /^(?:import|export)\s+(type\s+)?(?:([\w$*{}\s,]+?)\s+from\s+)?"([^"]+)"/gm

/** Everything a file imports; throws on an import it cannot read, so that none is overlooked. */
export const imports = (path: string): ReadonlyArray<Import> => {
  const text = code(path)
  const found: Array<Import> = []
  let statements = 0
  for (const [statement, type, names = "", specifier] of text.matchAll(clause)) {
    if (statement.startsWith("import")) statements++
    found.push({
      specifier: specifier!,
      names: (/\{([^}]*)\}/.exec(names)?.[1] ?? "")
        .split(",")
        .map((name) =>
          name
            .trim()
            .replace(/^type\s+/, "")
            .replace(/\s+as\s.*$/s, "")
        )
        .filter((name) => name !== ""),
      typeOnly: type !== undefined
    })
  }
  for (const [, specifier] of text.matchAll(/\bimport\(\s*"([^"]+)"/g)) {
    found.push({ specifier: specifier!, names: [], typeOnly: false })
  }
  const expected = text.match(/^import\b(?!\s*[.(])/gm)?.length ?? 0
  if (statements !== expected) throw new Error(`${path}: read ${statements} of ${expected} imports`)
  return found
}

/** The package a specifier names: `effect/Schema` is `effect`, `node:net` is `node:net`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")

/** The file of this repository that a specifier leads to; `undefined` when it leads elsewhere. */
export const resolve = (from: string, specifier: string): string | undefined => {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(from), specifier)
  if (!specifier.startsWith(scope)) return undefined
  const [name, ...rest] = specifier.slice(scope.length).split("/")
  return `packages/${name}/src/${rest.length === 0 ? "index" : rest.join("/")}.ts`
}

/** A file and all it imports, directly or not, each with the path that led there. Imports outside the repository keep their specifier. */
export const closure = (
  entry: string,
  follow: (one: Import) => boolean = () => true
): ReadonlyMap<string, ReadonlyArray<string>> => {
  const seen = new Map<string, ReadonlyArray<string>>([[entry, [entry]]])
  for (const [path, trail] of seen) {
    if (!path.startsWith("packages/")) continue
    for (const one of imports(path).filter(follow)) {
      for (const target of [resolve(path, one.specifier) ?? modules(one)].flat()) {
        if (!seen.has(target)) seen.set(target, [...trail, target])
      }
    }
  }
  return seen
}

/** An import of the `effect` barrel as the modules it picks: `{ Schema }` from `effect` is `effect/Schema`. */
export const modules = (one: Import): ReadonlyArray<string> =>
  one.specifier === "effect" && one.names.length > 0 ? one.names.map((name) => `effect/${name}`) : [one.specifier]
