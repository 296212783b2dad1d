/** Where a structure keeps its layout among the annotations of its Schema. */
export const layoutKey = "~effect-secs/codec/layout"
