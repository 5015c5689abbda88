import { definePlugin } from 'tapline'

/** Stands in the golden configurations, and taps what a guardrail taps. */
export default definePlugin({
  name: 'guardrail',
  schema: { type: 'object', properties: { word: { type: 'string', default: 'none', description: 'A word.' } } },
  setup: () => ({ prompt() {}, response() {}, stream: { lookbehind: 10, text: (text: string) => text } }),
})
