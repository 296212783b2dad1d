import { describe, expect, it } from "@effect/vitest"
import { imports, manifest, packageOf, packages, scope, sources } from "../../src/Repository.ts"

interface Row {
  readonly dependencies: ReadonlyArray<string>
  readonly peers: ReadonlyArray<string>
  readonly optionalPeers: ReadonlyArray<string>
  /** The only files that may import the module on the left. Whatever is not listed here, no file may. */
  readonly onlyFrom: Readonly<Record<string, ReadonlyArray<string>>>
}

/** What each published package may depend on. A package that is not here does not exist. */
const published: Readonly<Record<string, Row>> = {
  codec: { dependencies: [], peers: ["effect"], optionalPeers: [], onlyFrom: {} },
  sml: { dependencies: ["@effect-secs/codec"], peers: ["effect"], optionalPeers: [], onlyFrom: {} },
  messages: { dependencies: ["@effect-secs/codec"], peers: ["effect"], optionalPeers: [], onlyFrom: {} },
  session: {
    dependencies: ["@effect-secs/codec"],
    peers: ["effect", "@effect/platform-node"],
    optionalPeers: ["@effect/platform-node"],
    onlyFrom: {
      "node:net": ["NodeTransport.ts", "internal/AllowList.ts", "internal/NodeChannel.ts", "internal/Tls.ts"],
      "node:tls": ["internal/Tls.ts", "internal/TlsOptions.ts"],
      "effect/socket": ["SocketTransport.ts"]
    }
  },
  cli: {
    dependencies: ["@effect-secs/codec", "@effect-secs/messages", "@effect-secs/session", "@effect-secs/sml", "effect"],
    peers: [],
    optionalPeers: [],
    onlyFrom: {
      "node:buffer": ["NodeShell.ts"],
      "node:fs": ["NodeShell.ts"],
      "node:fs/promises": ["NodeShell.ts"],
      "node:module": ["main.ts"],
      "node:path": ["NodeShell.ts"],
      "node:process": ["NodeShell.ts", "main.ts"],
      "node:tty": ["NodeShell.ts"],
      "node:v8": ["NodeShell.ts"]
    }
  }
}

/** Packages for ourselves: they may use all, nothing uses them. */
const own = ["conformance", "demo"]

const names = (record: Readonly<Record<string, unknown>> = {}) => Object.keys(record)

describe("topology", () => {
  it("knows every package", () => {
    expect(packages.length).toBeGreaterThan(0)
    expect([...names(published), ...own].toSorted()).toEqual([...packages].toSorted())
  })

  it.each(own)("keeps %s private", (name) => {
    expect(manifest(name).private).toBe(true)
  })

  describe.each(names(published))("%s", (name) => {
    const row = published[name]!
    const read = manifest(name)

    it("declares the dependencies the table allows and no others", () => {
      expect(read.private).toBeUndefined()
      expect(names(read.dependencies)).toEqual(row.dependencies)
      expect(names(read.peerDependencies).toSorted()).toEqual([...row.peers].toSorted())
      expect(names(read.peerDependenciesMeta).filter((peer) => read.peerDependenciesMeta?.[peer]?.optional)).toEqual(
        row.optionalPeers
      )
    })

    it("imports only what it declares, and Node only where the table says", () => {
      const files = sources(name)
      expect(files.length).toBeGreaterThan(0)
      const declared = [...row.dependencies, ...row.peers]
      const strays = files.flatMap((path) =>
        imports(path).flatMap(({ specifier }) => {
          if (specifier.startsWith(".")) return []
          const restricted = names(row.onlyFrom).find((key) => specifier === key || specifier.startsWith(`${key}/`))
          const allowed =
            restricted === undefined
              ? declared.includes(packageOf(specifier)) && !specifier.startsWith("effect/socket")
              : row.onlyFrom[restricted]!.some((file) => path === `packages/${name}/src/${file}`)
          return allowed ? [] : [`${path} imports ${specifier}`]
        })
      )
      expect(strays).toEqual([])
    })

    it("reaches its own files by relative path and another package's internals not at all", () => {
      const strays = sources(name).flatMap((path) =>
        imports(path)
          .map(({ specifier }) => specifier)
          .filter(
            (specifier) =>
              (specifier.startsWith(scope) &&
                (packageOf(specifier) === read.name || specifier.includes("/internal/"))) ||
              (specifier.startsWith(".") &&
                !new URL(specifier, `file:///${path}`).pathname.startsWith(`/packages/${name}/src/`))
          )
          .map((specifier) => `${path} imports ${specifier}`)
      )
      expect(strays).toEqual([])
    })
  })
})
