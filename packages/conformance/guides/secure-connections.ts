import { HsmsSession } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Console, Layer } from "effect"
import { readFileSync } from "node:fs"

// Options take what is in a file, not its name.
export const read = (folder: string, name: string) => ({
  ca: readFileSync(`${folder}/ca.pem`, "utf8"),
  cert: readFileSync(`${folder}/${name}.pem`, "utf8"),
  key: readFileSync(`${folder}/${name}.key.pem`, "utf8")
})

// The side that dials trusts one CA, and shows who it is.
export const Host = (address: string, port: number, { ca, cert, key }: ReturnType<typeof read>) =>
  HsmsSession.layerActive({ sessionId: 0 }).pipe(
    Layer.provide(NodeTransport.layerConnect({ host: address, port, tls: { ca, cert, key } }))
  )

// The side that is dialled shows who it is, and lets in machines of one network with a certificate of the same CA.
export const Equipment = (port: number, network: string, { ca, cert, key }: ReturnType<typeof read>) =>
  HsmsSession.layerPassive({ sessionId: 0 }).pipe(
    Layer.provideMerge(
      NodeTransport.layerListen({
        port,
        tls: { cert, key, clientCa: ca },
        allow: [network],
        onRefused: (error) => Console.error(`alarm: ${error.message}`)
      })
    )
  )
