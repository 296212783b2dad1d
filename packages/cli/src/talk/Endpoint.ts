/**
 * Where to dial or to listen: `HOST:PORT`. Pure.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"

/** @since 0.1.0 */
export interface Endpoint {
  /** Undefined where none was given: all addresses of this machine, for who listens. */
  readonly host: string | undefined
  readonly port: number
}

/**
 * Reads `192.0.2.10:5000`, `tool-7:5000`, `[::1]:5000`, `:5000` and `5000`.
 *
 * Fails    with what was expected
 *
 * @since 0.1.0
 */
export const parse = (text: string, minimumPort: number): Result.Result<Endpoint, string> => {
  const match = /^(?:(?:\[([^\]\s]+)\]|([^:\s[\]]*)):)?(\d{1,5})$/.exec(text.trim())
  const port = Number(match?.[3])
  if (match === null || !(port >= minimumPort && port <= 65_535)) {
    return Result.fail(`an address as HOST:PORT or [IPv6]:PORT, with a port from ${minimumPort} to 65535`)
  }
  return Result.succeed({ host: match[1] ?? (match[2] === "" ? undefined : match[2]), port })
}

/**
 * `192.0.2.10:5000`, `[::1]:5000`.
 *
 * @since 0.1.0
 */
export const format = (host: string, port: number): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
