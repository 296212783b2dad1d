/**
 * Messages that others published. They belong to their authors, so they are read where they stand beside the checkout
 * and are no part of the project.
 */
import { assert, describe, it } from "@effect/vitest"
import { StreamFunction } from "@effect-secs/codec"
import { SmlDocument, SmlParser } from "@effect-secs/sml"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { registry } from "../src/Catalogue.ts"

const beside = fileURLToPath(new URL("../../../../shared/corpus", import.meta.url))
const path = `${process.env["SECS_CORPUS"] ?? beside}/secs4net/common.sml`

const known = 189

const empty = "a number is left to be filled in: an item of no value"
const vendor = "a vendor's own message, not of the standard"

/** What the definitions do not read, with the reason. */
const unread: { readonly [name: string]: string } = {
  "CR S1F65": vendor,
  "CR_H S1F65": vendor,
  "CRA S1F66": vendor,
  "CRA_H S1F66": vendor,
  "DisableSpoolingForFunctions S2F43": empty,
  "RSSF S2F43": empty,
  "DVLA S2F45": empty,
  "DVLA_3 S2F45": empty,
  "VLAA_Nak S2F46": empty,
  "MSD S3F2": empty,
  "CSR S3F81": vendor,
  "CSRR S3F82": vendor,
  "RTL S4F81": vendor,
  "SM S4F83": vendor,
  "HC S4F85": vendor,
  "MR S4F87": vendor,
  "SIR S4F89": vendor,
  "PCE S4F91": vendor,
  "AL S4F93": vendor,
  "RTUP S4F95": vendor,
  "ARS S5F1": empty,
  "EAS S5F3": empty,
  "LAD S5F6": empty,
  "LEAD S5F8": empty,
  "ARBS S5F71": vendor,
  "ABRA S5F72": vendor,
  "AN S5F73": vendor,
  "ANA S5F74": vendor,
  "S6F1TDS S6F1": empty,
  "PPI S7F1": empty,
  "PVS S7F27": empty,
  "PVI S7F29": empty,
  "SVNR S1F11": empty,
  "SVNRR S1F12": empty,
  "ECR S2F13": empty,
  "TIS S2F23": empty,
  "ECNR S2F29": empty,
  "ECN S2F30": empty,
  "DVLA_2 S2F45": empty,
  "VLAR S2F47": empty,
  "ERR S6F15": empty,
  "ERD S6F16": empty,
  "IRR S6F19": empty,
  "FPD S7F26": empty
}

/** What they read leniently only, with the deviation that is taken. */
const deviating: { readonly [name: string]: string } = {
  "OLD S1F2": "ExtraMembers",
  "CA S2F50": "OtherNumberFormat",
  "UDN S9F1": "OtherLength",
  "USN S9F3": "OtherLength",
  "UFN S9F5": "OtherLength",
  "IDN S9F7": "OtherLength",
  "TTN S9F9": "OtherLength",
  "DLN S9F11": "OtherLength",
  "GTD S14F6": "OtherNumberFormat",
  "CreateControlJob S14F9": "ExtraMembers"
}

describe("corpus of secs4net", () => {
  if (!existsSync(path)) {
    it.live(`corpus not found beside the checkout: ${known} messages not read`, () => {
      if (process.env["CI"] === "true") assert.fail(`no corpus at ${path}`)
      return Effect.logWarning(`${known} messages were not read: there is no corpus. Set SECS_CORPUS to its folder.`)
    })
    return
  }

  const document = SmlParser.parse(readFileSync(path, "utf8").replace(/^\ufeff/, ""))
  const all = document.messages.map((message) => {
    const received = SmlDocument.toSecsMessage(message)
    return { name: `${message.name} ${received.name}`, received }
  })
  const read = all.filter(({ name }) => unread[name] === undefined)
  const definitionOf = ({ stream, function: function_ }: (typeof all)[number]["received"]) =>
    registry.get(stream, function_)

  it("has 189 messages: 135 are read strictly, 10 leniently, 26 lack a number and 18 are no standard messages", () => {
    assert.strictEqual(all.length, known)
    assert.strictEqual(read.length, 135 + Object.keys(deviating).length)
    const reasons = Object.values(unread)
    assert.deepStrictEqual(
      [
        Object.keys(deviating).length,
        reasons.filter((one) => one === empty).length,
        reasons.filter((one) => one === vendor).length
      ],
      [10, 26, 18]
    )
  })

  it.each(read)("$name is read by its definition", ({ name, received }) => {
    const definition = definitionOf(received)
    if (definition === undefined) return assert.fail(`${received.name} is not defined`)
    const expected = deviating[name]
    assert.strictEqual(Result.isSuccess(StreamFunction.fromMessage(definition, received)), expected === undefined)
    const { body, deviations } = StreamFunction.capture(definition, received)
    if (Result.isFailure(body)) return assert.fail(String(body.failure))
    assert.deepStrictEqual([...new Set(deviations.map((deviation) => deviation.kind))], expected?.split(" ") ?? [])
  })

  it.each(all.filter(({ name }) => unread[name] === empty))("$name lacks a number", ({ received }) => {
    const result = StreamFunction.fromMessage(definitionOf(received)!, received, { mode: "lenient" })
    if (Result.isSuccess(result)) return assert.fail("it was read")
    assert.include(["WrongLength", "WrongFormat"], result.failure.reason._tag)
    assert.match(received.item!.toString(), /<(?:[UIF]\d|B)(?: \[0\])?>/)
  })

  it.each(all.filter(({ name }) => unread[name] === vendor))("$name is not defined", ({ received }) => {
    assert.isUndefined(definitionOf(received))
  })
})
