import { assert, describe, it } from "@effect/vitest"
import { Hsms, SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { connect } from "node:net"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { frame } from "./support/captures.ts"
import { listening, ran, start } from "./support/start.ts"

const live = (title: string, test: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => Effect.timeout(test(), "40 seconds"), 60_000)

const file = (text: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "secs-listen-"))
      writeFileSync(join(folder, "replies.sml"), text)
      return join(folder, "replies.sml")
    }),
    (path) => Effect.sync(() => rmSync(join(path, ".."), { recursive: true }))
  )

/** The messages of a transcript, without comments and line ends. */
const bare = (transcript: string): string =>
  transcript
    .replaceAll(/ \/\*.*?\*\//g, "")
    .split("\n")
    .filter((line) => !line.startsWith("//"))
    .join(" ")
    .replaceAll(/\s+/g, " ")
    .trim()

describe("secs listen", () => {
  live("prints what comes and what it answers, until the first peer has left where told so", () =>
    Effect.gen(function* () {
      const listen = yield* listening("--once")
      assert.strictEqual((yield* ran(["send", listen.address, "S1F1 W.", "S2F25."])).code, 0)
      const { code, stderr, stdout } = yield* listen.ended
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(bare(stdout), /^S1F1 W \. S1F2 <L \[2\] <A (?:\[4\] )?"SECS"> <A (?:\[1\] )?"0"> ?> \. S2F25 \.$/)
      assert.match(stdout, /\/\/ \S+ disconnected: the peer separated\n$/)
    })
  )

  live("answers by rule, else by message, else by default, else with SxF0 and stream 9", () =>
    Effect.gen(function* () {
      const path = yield* file(`
        /* a simulator's file */
        all: S1F4 <L <U4 1> <U4 2>>.
        one: S1F4 <L <U4 1>>.
        if (s1f3 (2)==<U4 1001>) one.
      `)
      const { address } = yield* listening("--replies", path)
      const reply = (message: string) => Effect.map(ran(["send", address, message, "-q"]), ({ stdout }) => bare(stdout))
      const uncounted = (text: string) => text.replaceAll(/ \[\d+\]/g, "").replaceAll("> >", ">>")
      assert.strictEqual(uncounted(yield* reply("S1F3 W <L <U4 1001>>.")), "S1F4 <L <U4 1>> .")
      assert.strictEqual(uncounted(yield* reply("S1F3 W <L <U4 1002>>.")), "S1F4 <L <U4 1> <U4 2>> .")
      assert.strictEqual(uncounted(yield* reply("S1F15 W.")), "S1F16 <B 0x00> .")
      const unknown = yield* ran(["send", address, "S1F5 W <B 0>."])
      assert.match(unknown.stderr, /an unrecognized function \(S9F5\)/)
    })
  )

  live("tells of a file from the peer's side, and answers with it when told whose it is", () =>
    Effect.gen(function* () {
      const path = yield* file(`
        S1F1 = ask OUTPUT W.
        S1F2 = me INPUT <L <A "M"> <A "1">>.
        S2F41 = start OUTPUT W <L <A LOT>>.
        S2F42 = done INPUT <B 0x04>.
        S6F12 = ack OUTPUT <B ACKC6>.
      `)
      const unaware = yield* listening("--once", "--replies", path)
      const silent = yield* ran(["send", unaware.address, "S2F41 W <L <A 'x'> <L>>.", "-q"])
      assert.notInclude(silent.stdout, "0x04")
      assert.deepStrictEqual((yield* unaware.ended).stderr.split("\n"), [
        `secs: ${path}: 5 messages and 0 rules, 2 marked INPUT left out`,
        `secs: ${path}: it is written as the host sees it: --owner host sends what is marked INPUT`,
        `secs: ${path}:6: S6F12 ack: slot ACKC6 at the root has no value and no default: expected B; give it with --set ACKC6=VALUE`,
        ""
      ])
      const aware = yield* listening("--once", "--replies", path, "--owner", "host")
      const answered = yield* ran(["send", aware.address, "S2F41 W <L <A 'x'> <L>>.", "-q"])
      assert.include(answered.stdout, "0x04")
      assert.strictEqual(
        (yield* aware.ended).stderr,
        `secs: ${path}: 5 messages and 0 rules, 3 marked OUTPUT left out\n`
      )
    })
  )

  live("shows with --quiet what it aborts and why, and says before anybody dials what has no value", () =>
    Effect.gen(function* () {
      const path = yield* file("S1F4 = status <L <U4 ONE> <U4 TWO>>.")
      const listen = yield* start(["listen", "127.0.0.1:0", "-q", "--once", "--replies", path])
      const [, address] = yield* listen.until(/listening on (127\.0\.0\.1:\d+)/)
      assert.strictEqual((yield* ran(["send", address!, "S1F1 W.", "S1F3 W <L>."])).code, 1)
      const { stderr, stdout } = yield* listen.ended
      const why =
        "slot ONE at [0] has no value and no default: expected U4; give it with --set ONE=VALUE (as well as TWO)"
      assert.strictEqual(stderr, `secs: ${path}:1: S1F4 status: ${why}\n`)
      assert.strictEqual(bare(stdout), "S1F0 .")
      assert.include(stdout, `: S1F4 status: ${why}\n`)
    })
  )

  live("sends as its rules say while a peer is selected", () =>
    Effect.gen(function* () {
      const path = yield* file("poll: S1F1 W. hello: S1F13 W <L>. every 0.2 send poll. if (s1f1) hello.")
      const { address } = yield* listening("--replies", path, "--role", "host")
      const sending = yield* start(["send", address, "S1F1 W.", "--role", "equipment", "--wait", "1h"])
      yield* sending.until(/\nS1F13 W[^]*\nS1F14[^]*\nS1F1 W\n[^]*\nS1F1 W\n/)
      yield* sending.signal("SIGINT")
      assert.strictEqual((yield* sending.ended).code, 130)
    })
  )

  live("separates on ^C and ends with 130", () =>
    Effect.gen(function* () {
      const listen = yield* listening("--json")
      const sending = yield* start(["send", listen.address, "S1F1 W.", "--wait", "1h", "--trace"])
      yield* sending.until(/reply after/)
      yield* listen.signal("SIGINT")
      const { code, stderr } = yield* listen.ended
      assert.deepStrictEqual([code, stderr], [130, ""])
      assert.match((yield* sending.ended).stdout, /received SeparateReq/)
    })
  )

  live("ends quietly when nobody reads its output any more", () =>
    Effect.gen(function* () {
      const listen = yield* listening()
      yield* listen.leave
      yield* ran(["send", listen.address, "S1F1 W.", "-n", "3"])
      const { code, stderr } = yield* listen.ended
      assert.deepStrictEqual([code, stderr], [0, ""])
    })
  )

  live("turns a second peer away, and takes as many as told", () =>
    Effect.gen(function* () {
      const one = yield* listening()
      const first = yield* start(["send", one.address, "S1F1 W.", "--wait", "1h"])
      yield* first.until(/reply after/)
      const refused = yield* ran(["send", one.address, "S1F1 W."])
      assert.strictEqual(refused.code, 1)
      assert.match(refused.stderr, /the peer refused Select: another connection has the session \(status 3\)/)

      const two = yield* listening("--peers", "2", "--json")
      const staying = yield* start(["send", two.address, "S1F1 W.", "--wait", "1h"])
      yield* staying.until(/reply after/)
      assert.strictEqual((yield* ran(["send", two.address, "S1F13 W <L>."])).code, 0)
      yield* two.until(/PeerDisconnected/)
      yield* two.signal("SIGTERM")
      const lines = (yield* two.ended).stdout.trimEnd().split("\n")
      const received = lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ event }) => event === "Received")
      assert.deepStrictEqual(
        received.flatMap(({ function: function_, stream }) => (stream === undefined ? [] : [[stream, function_]])),
        [
          [1, 1],
          [1, 13]
        ]
      )
      assert.strictEqual(new Set(received.map(({ peer }) => peer)).size, 2)
    })
  )

  live("takes any device id unless one is given, and then no other", () =>
    Effect.gen(function* () {
      const any = yield* listening()
      assert.strictEqual((yield* ran(["send", any.address, "S1F1 W.", "--device", "7"])).code, 0)
      const seven = yield* listening("--device", "7")
      assert.strictEqual((yield* ran(["send", seven.address, "S1F1 W.", "--session-id", "7"])).code, 0)
      const { code, stderr } = yield* ran(["send", seven.address, "S1F1 W.", "--device", "8"])
      assert.strictEqual(code, 1)
      assert.match(stderr, /S9F1/)
    })
  )

  live("names the port that another program has, and ends with 1", () =>
    Effect.gen(function* () {
      const { address } = yield* listening()
      const { code, stderr, stdout } = yield* ran(["listen", address])
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.strictEqual(stderr, `secs: listen ${address}: the port is in use by another program\n`)
    })
  )

  live("prints 30 000 messages that come at once, or says how many it left out", () =>
    Effect.gen(function* () {
      const listen = yield* listening("--once")
      const total = 30_000
      const message = new SecsMessage.SecsMessage(6, 1, false, undefined)
      const bytes = Buffer.concat([
        frame(Hsms.selectReq(1)),
        ...Array.from({ length: total }, (_, number) => frame(Hsms.data(0, message, 10 + number))),
        frame(Hsms.separateReq(2))
      ])
      const socket = connect(Number(listen.address.split(":")[1]), "127.0.0.1")
      socket.on("error", () => {}).resume()
      socket.write(bytes)
      const { stderr, stdout } = yield* listen.ended
      const shown = stdout.match(/^S6F1$/gm)?.length ?? 0
      const leftOut = Array.from(stderr.matchAll(/(\d+) events? missing/g), ([, count]) => Number(count))
      assert.isAtLeast(shown + leftOut.reduce((sum, count) => sum + count, 0), total)
      assert.match(stdout, /disconnected: the peer separated/)
    })
  )

  it.each([
    [["nowhere"], /:PORT/],
    [[":70000"], /port from 0 to 65535/],
    [["127.0.0.1:0", "--peers", "0"], /--peers.*from 1/],
    [["127.0.0.1:0", "--tls"], /give --tls-cert and --tls-key/]
  ])("says in one line what is wrong with %j, and ends with 2", async (args, line) => {
    const { code, stderr, stdout } = await Effect.runPromise(ran(["listen", ...args]))
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, /^secs[^\n]*\n$/)
    assert.match(stderr, line)
  })

  live("names the rule that cannot be followed, and ends with 1", () =>
    Effect.gen(function* () {
      const path = yield* file("S1F2. if (s1f1) lost.")
      const { code, stderr } = yield* ran(["listen", "127.0.0.1:0", "--replies", path])
      assert.deepStrictEqual(
        [code, stderr],
        [1, `secs: ${path}:1: expected the name of a message to send, found lost\n`]
      )
    })
  )
})
