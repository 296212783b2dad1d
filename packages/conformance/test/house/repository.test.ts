import { describe, expect, it } from "@effect/vitest"
import { posix } from "node:path"
import { code, exists, files, packages, read, sources } from "../../src/Repository.ts"

/** The lines of a text that match, as `path:line: text`. */
const matches = (path: string, text: string, pattern: RegExp): ReadonlyArray<string> =>
  text.split("\n").flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []))

describe("repository", () => {
  it("names no path of anybody's machine", () => {
    const machine = new RegExp(`(?<![\\w.)}\\]-])/(${["work", "tmp", "home", "root", "Users"].join("|")})(/|\\b(?!-))`)
    const texts = files.map((path) => [path, read(path)] as const).filter(([, text]) => !text.includes("\0"))
    expect(texts.length).toBeGreaterThan(0)
    expect(texts.flatMap(([path, text]) => matches(path, text, machine))).toEqual([])
  })

  it("leaves time, chance and output to Effect in the sources of published packages", () => {
    const global =
      /(?:(?<![.\w])|\bglobalThis\.)(Date|Math\.random|setTimeout|setInterval|setImmediate|console)\b(?!\s*:)/
    const looked = ["codec", "sml", "messages", "session", "cli"].map((name) => sources(name))
    for (const paths of looked) expect(paths.length).toBeGreaterThan(0)
    expect(
      looked.flat().flatMap((path) => matches(path, code(path).replaceAll(/"(?:\\.|[^"\\\n])*"/g, '""'), global))
    ).toEqual([])
  })

  it("runs every test it has", () => {
    const modifier = /\b(it|test|describe|suite|layer|bench)(\.\w+)*\.(skip|only|todo|fails|skipIf|runIf)\b/
    const tests = packages.flatMap((name) => [...sources(name, "test"), ...sources(name, "scenarios")])
    expect(tests.length).toBeGreaterThan(0)
    expect(tests.flatMap((path) => matches(path, code(path), modifier))).toEqual([])
  })

  it.each(["session", "cli"])("names every file of %s in docs/architecture.md, and none that is not there", (name) => {
    const [, section = ""] = read("docs/architecture.md").split(`\n## ${name}\n`)
    const rows = section.split("\n## ", 1)[0]!
    const named = [...rows.matchAll(/^\| `(\w+\.ts)`/gm)].map((match) => match[1]!)
    const there = sources(name)
      .filter((path) => !path.includes("/commands/"))
      .map((path) => posix.basename(path))
    expect(named.toSorted()).toEqual(there.filter((name) => name !== "index.ts").toSorted())
  })

  it("resolves every relative link of its documents", () => {
    const documents = files.filter((path) => /^(docs\/.*|packages\/[^/]+\/README|README|AGENTS)\.md$/.test(path))
    const links = documents.flatMap((path) =>
      [...prose(path).matchAll(/\]\(<?([^)>\s]+)>?(?:\s+"[^"]*")?\)/g)]
        .map((match) => match[1]!)
        .filter((target) => !/^[a-z]+:/i.test(target))
        .map((target) => ({ path, target }))
    )
    expect(documents).toContain("README.md")
    expect(links.length).toBeGreaterThan(0)
    expect(
      links.filter(({ path, target }) => !leads(path, target)).map(({ path, target }) => `${path}: ${target}`)
    ).toEqual([])
  })
})

/** A Markdown file without its fenced and inline code. */
const prose = (path: string): string =>
  read(path)
    .replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, "")
    .replaceAll(/`[^`\n]*`/g, "")

const leads = (path: string, target: string): boolean => {
  const [file = "", fragment] = target.split("#")
  const to = file === "" ? path : posix.join(posix.dirname(path), decodeURI(file))
  return exists(to) && (fragment === undefined || !to.endsWith(".md") || anchors(to).includes(fragment))
}

const anchors = (path: string): ReadonlyArray<string> =>
  [...read(path).matchAll(/^#+\s+(.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-")
  )
