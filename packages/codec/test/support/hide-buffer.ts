/**
 * Setup of the project `codec-no-buffer`: the codec decides at its first import whether the host has `Buffer`, so it is
 * hidden while that import runs. What stands around the tests may use it again afterwards.
 */
const hidden = globalThis.Buffer
Reflect.deleteProperty(globalThis, "Buffer")
try {
  await import("../../src/internal/platform.ts")
} finally {
  globalThis.Buffer = hidden
}
