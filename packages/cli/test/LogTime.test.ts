import { assert, describe, it } from "@effect/vitest"
import * as LogTime from "../src/logs/LogTime.ts"
import { Natural, Texts } from "./support/draw.ts"

describe("LogTime", () => {
  // Milliseconds since 1970 of 2019-06-08 15:14:37.402, worked out with `date -u`.
  const at = 1_560_006_877_402

  it.each([
    ["2019-06-08 15:14:37,402", "dated", at],
    ["2019-06-08 15:14:37.402", "dated", at],
    ["2019-06-08 15:14:37:402", "dated", at],
    ["2019-06-08T15:14:37.402", "dated", at],
    ["2019-06-08T15:14:37.402Z", "zoned", at],
    ["2019-06-08T17:14:37.402+02:00", "zoned", at],
    ["2019-06-08 10:44:37.402 -0430", "zoned", at],
    ["2019-06-08 15:14:37.402 UTC", "zoned", at],
    ["2019/06/08 15:14:37.402", "dated", at],
    ["2019.06.08 15:14:37.402", "dated", at],
    ["2019-6-8 15:14:37.402", "dated", at],
    ["2019-06-08_15:14:37.402", "dated", at],
    ["2019-06-08 - 15:14:37.402", "dated", at],
    ["2019-06-08 03:14:37.402 PM", "dated", at],
    ["2019-06-08 15:14:37", "dated", at - 402],
    ["2019-06-08 15:14:37.402123", "dated", at + 0.123],
    ["2019-06-08 15:14:37.4", "dated", at - 2],
    ["20190608 15:14:37.402", "dated", at],
    ["20190608151437402", "dated", at],
    ["20190608-151437.402", "dated", at],
    ["20190608T151437", "dated", at - 402],
    ["08.06.2019 15:14:37.402", "dated", at],
    ["06/08/2019 15:14:37.402", "dated", at],
    ["06/08/2019 3:14:37.402 pm", "dated", at],
    ["13/06/2019 15:14:37.402", "dated", at + 5 * LogTime.day],
    ["08 Jun 2019 15:14:37.402", "dated", at],
    ["08-Jun-2019 15:14:37.402", "dated", at],
    ["Jun 08 15:14:37 2019", "dated", at - 402],
    ["15:14:37.402", "clock", 54_877_402],
    ["15:14:37,402", "clock", 54_877_402],
    ["15:14:37:402", "clock", 54_877_402],
    ["3:14:37.402 PM", "clock", 54_877_402],
    ["12:00:00 am", "clock", 0],
    ["15:14:37", "clock", 54_877_000],
    ["1560006877402", "zoned", at],
    ["1560006877", "zoned", at - 402],
    ["1560006877.402", "zoned", at],
    ["1560006877402123", "zoned", at + 0.123]
  ] as const)("reads %j as %s", (text, kind, at) => {
    for (const [before, behind] of [
      ["", ""],
      ["[", "] "],
      ["INFO  [85] ", " - SECS. "],
      ["ts=", ";"]
    ] as const) {
      const found = LogTime.find(before + text + behind)
      assert.strictEqual(found?.time.kind, kind)
      assert.closeTo(found!.time.at, at, 0.001)
      assert.strictEqual(found!.start, before.length)
      assert.strictEqual(found!.end, before.length + text.length)
    }
    assert.strictEqual(LogTime.parse(text)?.kind, kind)
  })

  it.each([
    "",
    "no time at all",
    "2019-13-08",
    "2019-02-29 10:00:00 was no day".slice(0, 10),
    "25:00:00",
    "10:60:00",
    "1:2",
    "S6F11",
    "127.0.0.1:5000",
    "119643",
    "99 CF 01 00",
    "13:00:00 PM"
  ])("finds no time in %j", (text) => {
    assert.isUndefined(LogTime.find(text))
  })

  it.each([
    ["2024-02-29 00:00:00", 1_709_164_800_000],
    ["2100-02-28 00:00:00", 4_107_456_000_000],
    ["1970-01-01 00:00:00", 0]
  ] as const)("knows the calendar: %s is %d", (text, at) => {
    assert.strictEqual(LogTime.find(text)?.time.at, at)
  })

  it("takes a day that the calendar does not have for no day, and its clock alone", () => {
    assert.deepStrictEqual(LogTime.find("2019-02-29 10:00:00")?.time, { kind: "clock", at: 36_000_000 })
  })

  it("reads a date alone as its midnight, and hours and minutes alone as a clock", () => {
    assert.deepStrictEqual(LogTime.parse("2019-06-08"), { kind: "dated", at: at - 54_877_402 })
    assert.deepStrictEqual(LogTime.parse("15:14"), { kind: "clock", at: 54_840_000 })
    assert.isUndefined(LogTime.parse("yesterday"))
    assert.isUndefined(LogTime.parse("15:14:37 or so"))
  })

  it("writes what it read", () => {
    for (const text of [
      "2019-06-08 15:14:37.402",
      "2019-06-08 15:14:37.402Z",
      "00:00:00.007",
      "2000-12-31 23:59:59.999"
    ]) {
      assert.strictEqual(LogTime.format(LogTime.find(text)!.time), text)
    }
    assert.strictEqual(LogTime.toIso({ kind: "zoned", at }), "2019-06-08T15:14:37.402Z")
  })

  it.prop("writes every time of two centuries so that it reads the same", [Natural(7.25e12)], ([at]) => {
    const time = { kind: "zoned", at } as const
    assert.deepStrictEqual(LogTime.parse(LogTime.format(time)), time)
    assert.strictEqual(LogTime.toIso(time), new Date(at).toISOString())
  })

  it("goes to the next day when the clock goes back more than twelve hours, and not for less", () => {
    const clock = (at: number) => ({ kind: "clock", at }) as const
    assert.deepStrictEqual(LogTime.after(clock(1000), clock(LogTime.day - 1000)), clock(LogTime.day + 1000))
    assert.deepStrictEqual(LogTime.after(clock(1000), clock(3 * LogTime.day - 1000)), clock(3 * LogTime.day + 1000))
    assert.deepStrictEqual(LogTime.after(clock(1000), clock(5000)), clock(1000))
    assert.deepStrictEqual(LogTime.after(clock(1000), undefined), clock(1000))
  })

  it("compares by the clock alone where one of two times has no date", () => {
    const noon = { kind: "clock", at: LogTime.day / 2 } as const
    assert.strictEqual(LogTime.since(noon, { kind: "dated", at: 10 * LogTime.day + LogTime.day / 2 + 5 }), 5)
    assert.strictEqual(LogTime.since({ kind: "dated", at: 10 * LogTime.day + LogTime.day / 2 }, noon), 0)
    assert.strictEqual(LogTime.since({ kind: "dated", at: 7 }, { kind: "dated", at: 9 }), 2)
  })

  it.prop("finds a time or none in any text", [Texts], ([text]) => {
    const found = LogTime.find(text)
    if (found !== undefined) assert.isTrue(found.start < found.end && Number.isFinite(found.time.at))
  })
})
