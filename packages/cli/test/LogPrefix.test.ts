import * as Catalogue from "@effect-secs/messages/Catalogue"
import { assert, describe, it } from "@effect/vitest"
import * as LogPrefix from "../src/logs/LogPrefix.ts"
import { Texts } from "./support/draw.ts"

describe("LogPrefix", () => {
  it.each([
    // whoever writes the log sends
    ["SEND ", "local"],
    ["[Snd] ", "local"],
    ["Sent: ", "local"],
    ["15:14:37.402 Sending ", "local"],
    ["TX: ", "local"],
    ["[TX]", "local"],
    ["--> ", "local"],
    ["2019-06-08 15:14:37 -> ", "local"],
    ["=> ", "local"],
    [">> ", "local"],
    ["→ ", "local"],
    ["OUT ", "local"],
    ["[out] ", "local"],
    ["out: ", "local"],
    ["Dir=OUT ", "local"],
    ['direction="outgoing" ', "local"],
    ["INFO Message sent ", "local"],
    ["[S] ", "local"],
    ["ETCH-07: sent ", "local"],
    // whoever writes the log receives
    ["RECV ", "peer"],
    ["[Rcv] ", "peer"],
    ["Received: ", "peer"],
    ["Receiving ", "peer"],
    ["RX: ", "peer"],
    ["<-- ", "peer"],
    ["<- ", "peer"],
    ["<= ", "peer"],
    ["<< ", "peer"],
    ["← ", "peer"],
    ["IN ", "peer"],
    ["(in) ", "peer"],
    ["Dir=IN ", "peer"],
    ["(R) ", "peer"],
    // by the sides of a session
    ["H->E ", "host"],
    ["H -> E ", "host"],
    ["Host -> Equip ", "host"],
    ["HOST --> EQP ", "host"],
    ["host to equipment ", "host"],
    ["MES => TOOL ", "host"],
    ["[H→E] ", "host"],
    ["E<-H ", "host"],
    ["EQ <-- HOST ", "host"],
    ["Received from host: ", "host"],
    ["Send to EQ ", "host"],
    ["E->H ", "equipment"],
    ["H<-E ", "equipment"],
    ["Host <-- Equip ", "equipment"],
    ["EQUIPMENT ==> HOST ", "equipment"],
    ["Sent to the host ", "equipment"],
    ["Recv from equipment ", "equipment"],
    // nothing is said
    ["", undefined],
    ["2019-06-08 15:14:37,402 INFO  [85] - SECS. ", undefined],
    ["logged in as operator ", undefined],
    ["Dir=2 ", undefined],
    ["sender/receiver.ts ", undefined],
    ["input.queue ", undefined],
    ["a <b> c ", undefined]
  ] as const)("%j was sent by %s", (text, from) => {
    assert.strictEqual(LogPrefix.read(text).from, from)
  })

  it("takes the word nearest to the message where both directions are named", () => {
    assert.strictEqual(LogPrefix.read("Receiver thread: SEND ").from, "local")
    assert.strictEqual(LogPrefix.read("send queue: received ").from, "peer")
  })

  it.each([
    ["SystemBytes=0x0000002A", 42],
    ["SystemBytes=0x2a ", 42],
    ["SystemBytes=0000002A", 42],
    ["SystemBytes: 42 ", 42],
    ["System Bytes = 42", 42],
    ["systemByte=42,", 42],
    ["sysbytes: 42", 42],
    ["SysBytes=[00 00 00 2A]", 42],
    ["SB=0x2A", 42],
    ["SB=00-00-00-2A ", 42],
    ["sb(42)", 42],
    ["TxnId=42 ", 42],
    ["transaction id 42 ", 42],
    ['"systemBytes":"0000002a"', 42],
    ["[0000002A]", 42],
    ["(0000002a)", 42],
    ["[0x0000002A]", 42],
    ["id 0x0000002A ", 42],
    ["SystemBytes=4294967295", 4_294_967_295],
    ["SystemBytes=FFFFFFFF", 4_294_967_295],
    ["Header=[99 CF 01 00]", 0x0001cf99],
    ["Name= SMSD=SMSD Header=[5B D3 01 00] ", 119_643],
    ["header : 119643 : 5B D3 01 00", 119_643],
    ["Header=[00 00 81 01 00 00 00 00 00 2A]", 42],
    ["SystemBytes=4294967296", undefined],
    ["[85] - SECS. ", undefined],
    ["[0000002] ", undefined],
    ["Header=[01 02 03 04 05]", undefined],
    ["", undefined]
  ] as const)("%j has the system bytes %s", (text, systemBytes) => {
    assert.strictEqual(LogPrefix.read(text).systemBytes, systemBytes)
  })

  it.each([
    ["DeviceID=1 ", 1],
    ["device id: 0x0001", 1],
    ["session 10 [0a0b0c0d] ", 10],
    ["SessionId=65535", 65_535],
    ["SessionId=65536", undefined],
    ["Header=[00 07 81 01 00 00 00 00 00 2A]", 7],
    ["Header=[5B D3 01 00]", undefined],
    ["sessions: none", undefined]
  ] as const)("%j is of session %s", (text, sessionId) => {
    assert.strictEqual(LogPrefix.read(text).sessionId, sessionId)
  })

  it("reads a whole prefix", () => {
    assert.deepStrictEqual(LogPrefix.read("[2019-06-08 15:14:37,402] INFO (12) >> DeviceID=3 SB=0x2A "), {
      time: { kind: "dated", at: 1_560_006_877_402 },
      from: "local",
      systemBytes: 42,
      sessionId: 3
    })
  })

  it("does not take digits of the time for system bytes", () => {
    assert.isUndefined(LogPrefix.read("[20190608151437] ").systemBytes)
    assert.isUndefined(LogPrefix.read("(20190608 15:14:37) ").systemBytes)
  })

  it.each([
    ["Name=CEID Keyword=CarrierIDRead", "CEID", "CarrierIDRead"],
    ["Name= SMSD=SMSD Header=[99 CF 01 00]", undefined, undefined],
    ["Name=ERA SMSD=SMSD Header=[5B D3 01 00]", "ERA", undefined],
    [' name="Carrier ID" keyword = Read', "Carrier ID", "Read"],
    ["DATAID", "DATAID", undefined],
    ["  the wafer  ", "the wafer", undefined],
    ["", undefined, undefined]
  ] as const)("comment %j names %s, %s", (text, name, keyword) => {
    assert.deepStrictEqual(LogPrefix.readComment(text), { name, keyword })
  })

  it("fills what one text does not say from another", () => {
    const both = LogPrefix.orElse(LogPrefix.read("15:00:00 SB=1"), LogPrefix.read("16:00:00 RECV SB=2"))
    assert.deepStrictEqual(both, {
      time: { kind: "clock", at: 54_000_000 },
      from: "peer",
      systemBytes: 1,
      sessionId: undefined
    })
  })

  it("takes the name of no message for who sent it, neither as transcripts write it nor as decode does", () => {
    assert.isAbove(Catalogue.registry.definitions.length, 500)
    for (const { name } of Catalogue.registry.definitions) {
      const read = (text: string) => LogPrefix.read(` 15:14:37.402 ${text} [0000002a], reply after 2.0 ms`)
      assert.deepInclude(read(`${name} sent`), { from: "local", systemBytes: 42 }, name)
      assert.deepInclude(read(`${name} received`), { from: "peer", systemBytes: 42 }, name)
      const decoded = LogPrefix.read(`// "${name}", session 7, system bytes 0000002a`)
      assert.deepStrictEqual(decoded, { time: undefined, from: undefined, systemBytes: 42, sessionId: 7 }, name)
    }
  })

  it.prop("reads any text", [Texts], ([text]) => {
    const { from, systemBytes } = LogPrefix.read(text)
    assert.isTrue(from === undefined || from in LogPrefix.opposite)
    assert.isTrue(systemBytes === undefined || (systemBytes >= 0 && systemBytes <= 0xffff_ffff))
    LogPrefix.readComment(text)
  })

  it.each([..."0aA <>-=[](:.\t".split(""), "00 ", "in ", "sb=", "H-", "header:", "a=", "15:14:37 "])(
    "reads a million times %j without taking for ever",
    (one) => {
      LogPrefix.read(one.repeat(1_000_000))
      LogPrefix.readComment(one.repeat(1_000_000))
    }
  )
})
