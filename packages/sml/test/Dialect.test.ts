import { Dialect } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"

describe("a dialect is detected", () => {
  it.each([
    ["pfile", "S2F41=start"],
    ["pfile", "a: S1F1 W.S2F41\n= /* name */ start"],
    ["pfile", "S2F41 /* a */ H -> E [W] = start"],
    ["pfile", "S1F1W= x"],
    ["pfile", "S1F1 <A [max\n5]>."],
    ["pfile", "S1F1 <A [MAX/* n */ 5]>."],
    ["itri", "S1F1 W.if // when\n( s1f1) b."],
    ["itri", "every 0.5\nsend a."],
    ["secs4go", "S6F11 H <- E."],
    ["secs4go", "S6F11 /* <L> . */\n h->e."],
    ["ezsim", "S1F4 <VAR\nSV>."],
    ["ezsim", "S1F4 </* a */VARIANT>."],
    ["secs4net", "AreYouThere\t: /* ? */ 'S1F1'"],
    ["go-secs", "S1F1 <BOOLEAN [1] /* is */\n True>."]
  ] as const)("as %s however the text is laid out: %j", (name, text) => {
    assert.strictEqual(Dialect.detect(text).name, name)
  })

  it.each([
    ["in a comment", "S1F1 W. // S2F41 = start"],
    ["in a line of stars", "* every 5 send a\nS1F1 W."],
    ["in a comment of several lines", "/*\nif (a) b.\nS2F41 = start\n*/ S1F1 W."],
    ["in text in quotes", "S1F2 <A 'S2F41 = x H->E [MAX 5] <VAR x> every 5 send x'>."],
    ["in a longer word", "xS1F1 = y. S1F1 <A [MAXIMUM] 'x'> . notif (x"]
  ])("as peer where the sign of another stands %s", (_, text) => {
    assert.strictEqual(Dialect.detect(text), Dialect.peer)
  })

  it("in spite of an apostrophe before its sign", () => {
    assert.strictEqual(Dialect.detect("it's: S1F1 W.\nS2F41 = start.").name, "pfile")
    assert.strictEqual(Dialect.detect("/* it's */ S2F41 = start. /*").name, "pfile")
  })
})
