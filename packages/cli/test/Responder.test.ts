import { Item, SecsMessage } from "@effect-secs/codec"
import { SmlParser } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import * as Responder from "../src/talk/Responder.ts"

const { A, F4, L, U4 } = Item

const responder = (...texts: ReadonlyArray<string>): Responder.Responder =>
  Responder.make(
    texts.map((text, index) => {
      const document = SmlParser.parse(text)
      assert.deepStrictEqual(document.errors, [])
      return { name: `${index + 1}.sml`, document }
    })
  )

/** The name of the message that answers, and of those that are sent. */
const found = ({ find }: Responder.Responder, message: SecsMessage.SecsMessage) => {
  const { reply, sends } = find(message)
  return { reply: reply?.name ?? (reply && `S${reply.stream}F${reply.function}`), sends: sends.map(({ name }) => name) }
}

const s1f3 = (item?: Item.Item) => SecsMessage.primary(1, 3, item)

const temperature = `
  temperature: S1F4 <L <F4 181.5>>.
  pressure: S1F4 <L <F4 90>>.
  nothing: S1F4 <L>.
  poll: S1F1 W.
  denied: S1F0.
`

describe("Responder", () => {
  it("answers with the first message of the next function where there is no rule", () => {
    assert.deepStrictEqual(found(responder(temperature), s1f3()), { reply: "temperature", sends: [] })
  })

  it("finds nothing for a primary of which no file says anything", () => {
    assert.deepStrictEqual(found(responder(temperature), SecsMessage.primary(2, 13)), { reply: undefined, sends: [] })
  })

  it("does not answer with a message that the file's owner receives, and takes it for its stream", () => {
    const templates = responder("S6F12 = in INPUT <B 0x01>. S6F12 = out OUTPUT <B 0x00>. S7F4 = ack INPUT <B 0x00>.")
    assert.deepStrictEqual(found(templates, SecsMessage.primary(6, 11)), { reply: "out", sends: [] })
    assert.deepStrictEqual(found(templates, SecsMessage.primary(7, 3)), { reply: undefined, sends: [] })
    assert.isTrue(templates.knowsStream(7))
  })

  it("answers from a file of the peer's with what the peer receives", () => {
    const document = SmlParser.parse("S6F12 = in INPUT <B 0x01>. S6F12 = out OUTPUT <B 0x00>.")
    const templates = Responder.make([{ name: "host.sml", document }], "OUTPUT")
    assert.deepStrictEqual(found(templates, SecsMessage.primary(6, 11)), { reply: "in", sends: [] })
  })

  it("knows all that may be sent: replies, and what rules name", () => {
    const { sendable } = responder(
      "S1F1 = ask W. S1F2 = one. S1F2 = two. S1F4 = in INPUT. S6F1 = poll. every 1 send poll."
    )
    assert.deepStrictEqual(
      Array.from(sendable, ({ name }) => name),
      ["one", "poll"]
    )
  })

  it("answers by the first rule that fits, before any message", () => {
    const rules = responder(
      `${temperature} if (s1f3 (2)==<U4 1001>) pressure. if (s1f3 (2)==<U4 1002>) nothing. if (s1f3 (2)==<U4 1001>) temperature.`
    )
    assert.strictEqual(found(rules, s1f3(L(U4(1001)))).reply, "pressure")
    assert.strictEqual(found(rules, s1f3(L(U4(1002)))).reply, "nothing")
  })

  it("does not answer what no condition fits with a message that conditions are put on", () => {
    const text = "one: S1F4 <A '1'>. two: S1F4 <A '2'>. if (s1f3 (1)==<A 'x'>) one. if (s1f3 (1)==<A 'y'>) two."
    const none = responder(text)
    assert.deepStrictEqual(none.find(s1f3(A("z"))), { reply: undefined, sends: [], isRuled: true })
    assert.strictEqual(found(responder(text, "rest: S1F4 <L>."), s1f3(A("z"))).reply, "rest")
    assert.strictEqual(found(responder(`${text} if (s1f3) two.`), s1f3(A("z"))).reply, "two")
    assert.strictEqual(found(none, s1f3(A("y"))).reply, "two")
  })

  it("compares format and value, not value alone", () => {
    const rules = responder(`${temperature} if (s1f3 (1)==<F4 0.5>) pressure.`)
    assert.strictEqual(found(rules, s1f3(F4(0.5))).reply, "pressure")
    assert.strictEqual(found(rules, s1f3(Item.F8(0.5))).reply, "temperature")
    assert.strictEqual(found(rules, s1f3()).reply, "temperature")
  })

  it("takes a rule without condition for every message of its function", () => {
    assert.strictEqual(found(responder(`${temperature} if (s1f3) nothing.`), s1f3(A("x"))).reply, "nothing")
  })

  it("takes the name of a message for its stream and function, with or without its case", () => {
    const rules = responder(`Ask: S1F3 W <L>. ${temperature} if (ask) NOTHING.`)
    assert.strictEqual(found(rules, s1f3()).reply, "nothing")
    assert.deepStrictEqual(rules.problems, [])
  })

  it("aborts where a rule answers with SxF0", () => {
    assert.strictEqual(found(responder(`${temperature} if (s1f3) denied.`), s1f3()).reply, "denied")
  })

  it("sends the primaries that rules name, and goes on looking for the reply", () => {
    const rules = responder(`${temperature} if (s1f3) poll. if (s1f3) pressure. if (s1f3) poll.`)
    assert.deepStrictEqual(found(rules, s1f3()), { reply: "pressure", sends: ["poll"] })
  })

  it("looks at files in their order", () => {
    const files = responder("S1F4 <A 'first'>.", temperature, "if (s1f3) pressure.")
    assert.strictEqual(found(files, s1f3()).reply, "pressure")
    assert.strictEqual(found(responder("S1F4 <A 'first'>.", temperature), s1f3()).reply, "S1F4")
  })

  it("gives the messages that are sent every so often", () => {
    const { every } = responder(`${temperature} every 5 send poll. every 0.5 send s1f1.`)
    assert.deepStrictEqual(
      every.map(({ message, seconds }) => [message.name, seconds]),
      [
        ["poll", 5],
        ["poll", 0.5]
      ]
    )
  })

  it("knows the streams of its messages and rules, and no others", () => {
    const rules = responder(`${temperature} if (s2f41) poll.`)
    assert.deepStrictEqual(
      [1, 2, 3].map((stream) => rules.knowsStream(stream)),
      [true, true, false]
    )
  })

  it.each([
    ["if (s1f1) lost.", "1.sml:1: expected the name of a message to send, found lost"],
    ["\nevery 5 send lost.", "1.sml:2: expected the name of a message to send, found lost"],
    ["S1F2. every 5 send s1f2.", "1.sml:1: expected a primary to send every 5 s, found S1F2"],
    ["S1F2.\n\nif (nobody) s1f2.", "1.sml:3: expected the name of a message to wait for, or SxFy, found nobody"],
    ["S1F2 = me. if (s1f3) me.", "1.sml:1: expected S1F4 or a primary, sent when S1F3 comes in, found S1F2 me"]
  ])("names what is wrong with %s", (text, problem) => {
    const { find, problems } = responder(text)
    assert.deepStrictEqual(problems, [problem])
    assert.deepStrictEqual(find(SecsMessage.primary(1, 11)), { reply: undefined, sends: [], isRuled: false })
  })
})

describe("Responder.itemAt", () => {
  const root = L(U4(1), L(A("x"), L()), F4(2))

  it.each([
    [1, root],
    [2, U4(1)],
    [3, L(A("x"), L())],
    [4, A("x")],
    [5, L()],
    [6, F4(2)],
    [7, undefined],
    [0, undefined]
  ])("finds item %d in the order in which items are written", (place, item) => {
    assert.deepStrictEqual(Responder.itemAt(root, place), item)
  })

  it("finds nothing in a header only", () => {
    assert.isUndefined(Responder.itemAt(undefined, 1))
  })

  it("finds an item 100 000 lists deep", () => {
    let item: Item.Item = A("deep")
    for (let depth = 0; depth < 100_000; depth++) item = L(item)
    assert.strictEqual(Responder.itemAt(item, 100_001)?._tag, "A")
  })
})
