/**
 * Addresses that may connect, from single ones and CIDR ranges.
 */
import * as Result from "effect/Result"
import * as net from "node:net"
import { InvalidOption } from "../SessionError.ts"

/** An IPv4 peer of a socket that listens on IPv6 has the address `::ffff:10.0.0.1`; it is on the list as `10.0.0.1`. */
export type AllowList = (address: string | undefined) => boolean

const wrong = (index: number, entry: unknown): InvalidOption =>
  new InvalidOption({
    option: `allow[${index}]`,
    value: typeof entry === "string" ? JSON.stringify(entry) : String(entry),
    expected: "an address or a range such as 192.0.2.10, 192.0.2.0/24 or fd00::/8"
  })

/** An empty list lets nobody in. */
export const make = (entries: ReadonlyArray<string>): Result.Result<AllowList, InvalidOption> => {
  const list = new net.BlockList()
  for (const [index, entry] of entries.entries()) {
    const [, address = "", prefix] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? []
    const version = net.isIP(address)
    const bits = version === 4 ? 32 : 128
    if (version === 0 || Number(prefix ?? bits) > bits) return Result.fail(wrong(index, entry))
    list.addSubnet(address, Number(prefix ?? bits), version === 4 ? "ipv4" : "ipv6")
  }
  return Result.succeed(
    (address) => address !== undefined && list.check(address, net.isIPv6(address) ? "ipv6" : "ipv4")
  )
}
