/** Bundles the command once before the tests of this package, which run it as users do. */
import { rolldown } from "rolldown"
import options from "../../rolldown.config.ts"

export default async function setup(): Promise<void> {
  const { output, ...input } = options
  const bundle = await rolldown(input)
  await bundle.write(output)
  await bundle.close()
}
