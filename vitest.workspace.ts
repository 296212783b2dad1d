import { defineConfig } from "vitest/config"

/** The one Vitest configuration; Vitest does not find this name by itself, so it is passed with `--config`. */
export default defineConfig({
  ssr: { resolve: { conditions: ["source", "node", "import", "default"] } },
  resolve: { conditions: ["source", "node", "import", "default"] },
  test: {
    // Tests that say so run side by side: scenarios over TCP, which mostly wait for timers.
    maxConcurrency: 24,
    // Sessions log the faults their tests provoke. Everything else that is printed has to be seen.
    onConsoleLog: (log) => (/\(#\d+\)[^\n]*session (?:\d+|unknown): /.test(log) ? false : undefined),
    projects: [
      ...["codec", "sml", "messages", "session", "conformance", "demo"].map((name) => ({
        extends: true as const,
        test: {
          name,
          root: `packages/${name}`,
          include: ["test/**/*.test.ts", "scenarios/**/*.test.ts"]
        }
      })),
      {
        // Tests of the command run what users run: its bundle.
        extends: true as const,
        test: {
          name: "cli",
          root: "packages/cli",
          include: ["test/**/*.test.ts"],
          globalSetup: ["test/support/bundle.ts"]
        }
      },
      {
        // The codec's tests once more, on a host without the global `Buffer`, as a browser is.
        extends: true as const,
        test: {
          name: "codec-no-buffer",
          root: "packages/codec",
          include: ["test/**/*.test.ts"],
          setupFiles: ["test/support/hide-buffer.ts"],
          env: { SECS_CODEC_WITHOUT_BUFFER: "1" }
        }
      }
    ]
  }
})
