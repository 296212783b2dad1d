/**
 * Wireshark's dissector as a referee: what `tshark` reads in a capture file, as data.
 *
 * The user's own Wireshark settings are left out of it. Items are given as the dissector shows them, raw bytes and
 * printed value side by side; what it cannot read is simply not there, so compare with what must be there.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** One value of an item: a number, a boolean, or all bytes of an `A` or `B`. */
export interface Value {
  /** Name of the dissector's field without its prefix: `uint32`, `string`. */
  readonly kind: string
  /** As it is printed; floats at 6 and 15 digits. */
  readonly shown: string
  /** Its bytes in hexadecimal, lower case. */
  readonly raw: string
}

/** One SECS-II item. */
export interface Item {
  /** Six-bit format code. */
  readonly format: number
  readonly lengthBytes: number
  /** What the length bytes say: bytes, or items of a list. */
  readonly length: number
  /** The whole item in hexadecimal, its header included. */
  readonly raw: string
  readonly values: ReadonlyArray<Value>
  readonly items: ReadonlyArray<Item>
}

/** One HSMS message. */
export interface Message {
  /** Number of the packet that completes it, from 1. */
  readonly packet: number
  /** Of the side that sent it. */
  readonly fromPort: number
  readonly length: number
  readonly sessionId: number
  /** The header byte with the W-bit, whole. */
  readonly byte2: number
  readonly byte3: number
  /** Data messages only. */
  readonly data: { readonly stream: number; readonly function: number; readonly replyExpected: boolean } | undefined
  readonly pType: number
  readonly sType: number
  /** Name of the SType, as in `Select.req`. */
  readonly sTypeName: string
  readonly systemBytes: number
  /** More than one where the dissector finds one behind another. */
  readonly items: ReadonlyArray<Item>
}

export interface Reading {
  readonly messages: ReadonlyArray<Message>
  /** What the dissector complains of, one line each: malformed packets, warnings of any kind. */
  readonly complaints: ReadonlyArray<string>
}

/** `tshark` could not be run, or did not end well. */
export class TsharkError extends Schema.TaggedError<TsharkError>("@effect-secs/conformance/TsharkError")(
  "TsharkError",
  {
    reason: Schema.Literals(["Missing", "Failed"]),
    detail: Schema.String
  }
) {
  override get message(): string {
    return this.reason === "Missing" ? "tshark is not installed" : `tshark failed: ${this.detail}`
  }
}

/** Output of half a million fields and more. */
const maxBuffer = 400 * 1024 * 1024

const run = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Effect.Effect<string, TsharkError> =>
  Effect.callback((resume) => {
    const options = { maxBuffer, encoding: "utf8" as const, env: { ...process.env, LC_ALL: "C", ...env } }
    const child = execFile("tshark", args, options, (error, stdout, stderr) => {
      if (error === null) return resume(Effect.succeed(stdout))
      const missing = error.code === "ENOENT"
      resume(Effect.fail(new TsharkError({ reason: missing ? "Missing" : "Failed", detail: stderr || error.message })))
    })
    return Effect.sync(() => {
      child.kill()
    })
  })

/** First line of `tshark --version`. */
export const version: Effect.Effect<string, TsharkError> = Effect.map(
  run(["--version"]),
  (text) => text.split("\n", 1)[0]!
)

/** Runs on a capture file with a clean configuration, both in a directory that is removed again. */
const runOn = (capture: Uint8Array, args: ReadonlyArray<string>): Effect.Effect<string, TsharkError> =>
  Effect.acquireUseRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "effect-secs-"))),
    (directory) => {
      const file = join(directory, "capture.pcap")
      return Effect.andThen(
        Effect.promise(() => writeFile(file, capture)),
        run(["-n", "-r", file, ...args], { WIRESHARK_CONFIG_DIR: directory })
      )
    },
    (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
  )

/**
 * The HSMS messages of a capture whose passive side has the given port, in the order in which they are complete.
 */
export const read = (capture: Uint8Array, port: number): Effect.Effect<Reading, TsharkError> =>
  Effect.map(
    runOn(capture, ["-d", `tcp.port==${port},hsms`, "-T", "pdml", "-J", "hsms _ws.malformed _ws.expert"]),
    readPdml
  )

const faulty = "ip.checksum.status != 1 || tcp.checksum.status != 1 || tcp.analysis.flags"

/**
 * What is wrong with the packets below HSMS: checksums that do not add up, sequence numbers that leave gaps, repeat or
 * cross. One line for each packet.
 */
export const faults = (capture: Uint8Array): Effect.Effect<ReadonlyArray<string>, TsharkError> =>
  Effect.map(runOn(capture, ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-Y", faulty]), (text) =>
    text.split("\n").filter((line) => line.trim() !== "")
  )

// --- PDML ----------------------------------------------------------------------------------------------------------

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" }

/** A `proto` or `field` element of PDML. There are half a million, of which few attributes are ever looked at. */
class Node {
  readonly attributes: string
  readonly children: Array<Node> = []

  constructor(attributes: string) {
    this.attributes = attributes
  }

  get name(): string {
    return this.#attribute(' name="')
  }
  get show(): string {
    return this.#attribute(' show="')
  }
  get value(): string {
    return this.#attribute(' value="')
  }
  /** The bytes a bit field is part of. */
  get unmasked(): string {
    return this.#attribute(' unmaskedvalue="')
  }
  get label(): string {
    return this.#attribute(' showname="')
  }

  #attribute(start: string): string {
    const at = this.attributes.indexOf(start)
    if (at < 0) return ""
    const from = at + start.length
    const text = this.attributes.slice(from, this.attributes.indexOf('"', from))
    return text.includes("&") ? text.replaceAll(/&(#?\w+);/g, (all, entity: string) => entities[entity] ?? all) : text
  }
}

const tag = /<(\/?)(?:packet|proto|field)([^>]*?)(\/?)>/g

/** The packets, each with its protocols as children. */
const parse = (pdml: string): ReadonlyArray<Node> => {
  const root = new Node("")
  const open: Array<Node> = [root]
  for (const [, end, attributes, empty] of pdml.matchAll(tag)) {
    if (end === "/") {
      open.pop()
      continue
    }
    const node = new Node(attributes!)
    open.at(-1)!.children.push(node)
    if (empty !== "/") open.push(node)
  }
  return root.children
}

/** Every node below, in the order of the text. */
const all = function* (node: Node): Generator<Node> {
  for (const child of node.children) {
    yield child
    yield* all(child)
  }
}

const first = (node: Node, name: string): Node | undefined => {
  for (const found of all(node)) if (found.name === name) return found
  return undefined
}

const numberOf = (node: Node, name: string): number => Number(first(node, name)?.show ?? Number.NaN)

const valuePrefix = "hsms.data.item.value."

const isItem = (node: Node): boolean => node.children.some(({ name }) => name === "hsms.data.item.length")

const readItem = (node: Node): Item => ({
  format: numberOf(node.children[0]!, "hsms.data.item.format"),
  lengthBytes: numberOf(node.children[0]!, "hsms.data.item.length_bytes"),
  length: Number(node.children.find(({ name }) => name === "hsms.data.item.length")!.show),
  raw: node.value,
  values: node.children
    .filter(({ name }) => name.startsWith(valuePrefix))
    .map(({ name, show, unmasked, value }) => ({
      kind: name.slice(valuePrefix.length),
      shown: show,
      raw: unmasked === "" ? value : unmasked
    })),
  items: node.children.filter(isItem).map(readItem)
})

const readMessage = (packet: number, fromPort: number, node: Node): Message => {
  const header = node.children.find((child) => first(child, "hsms.header.sessionid") !== undefined)!
  const stream = first(header, "hsms.header.stream")
  const bytes = Buffer.from(header.value, "hex")
  const sType = first(header, "hsms.header.stype")!
  return {
    packet,
    fromPort,
    length: numberOf(node, "hsms.length"),
    sessionId: numberOf(header, "hsms.header.sessionid"),
    byte2: stream === undefined ? numberOf(header, "hsms.header.statusbyte2") : Number.parseInt(stream.unmasked, 16),
    byte3: stream === undefined ? numberOf(header, "hsms.header.statusbyte3") : bytes[3]!,
    data:
      stream === undefined
        ? undefined
        : {
            stream: Number(stream.show),
            function: numberOf(header, "hsms.header.function"),
            replyExpected: /^(1|true)$/i.test(first(header, "hsms.header.wbit")!.show)
          },
    pType: numberOf(header, "hsms.header.ptype"),
    sType: Number(sType.show),
    sTypeName: /: (.*) \(\d+\)$/.exec(sType.label)?.[1] ?? "",
    systemBytes: numberOf(header, "hsms.header.system"),
    items: node.children.filter(isItem).map(readItem)
  }
}

/** Chats and notes, below which nothing is wrong. */
const warning = 0x60_0000

const readPdml = (pdml: string): Reading => {
  const messages: Array<Message> = []
  const complaints: Array<string> = []
  parse(pdml).forEach((packet, index) => {
    const tcp = packet.children.find(({ name }) => name === "tcp")
    const fromPort = Number(/Src Port: (\d+)/.exec(tcp?.label ?? "")?.[1])
    for (const protocol of packet.children) {
      if (protocol.name === "hsms") messages.push(readMessage(index + 1, fromPort, protocol))
      if (protocol.name === "_ws.malformed") complaints.push(`packet ${index + 1}: ${protocol.label}`)
      if (protocol.name === "_ws.malformed") continue
      for (const { label, name, children } of all(protocol)) {
        const severity = children.find((child) => child.name === "_ws.expert.severity")
        if (name === "_ws.expert" && Number(severity?.show) >= warning) complaints.push(`packet ${index + 1}: ${label}`)
      }
    }
  })
  return { messages, complaints }
}
