/** Any provider package of the Vercel AI SDK, within this process. Facts: https://ai-sdk.dev/providers */

import { defineProvider } from '../../core/index.ts'
import { answer } from './answer.ts'
import { findPackage } from './package.ts'
import { schema } from './schema.ts'

export default defineProvider({
  name: 'ai-sdk',
  description: 'A provider package of the Vercel AI SDK',
  dialects: ['ai-sdk'],
  operations: { generate: 'POST /generate', embed: 'POST /embed' },
  namesPackages: true,
  schema,
  /** Whether the package is there is said at the start; it is loaded with the first call. */
  resolve(settings) {
    findPackage(settings)
    return {}
  },
  traits: (_model, { package: name }) => ({ vendor: vendorOf(name) }),
  answer,
})

/** Whose opaque state the package's models issue and read. */
function vendorOf(name: string): string {
  const [, last = name] = /([^/]+)$/.exec(name) ?? []
  if (last === 'azure') return 'openai'
  return last.startsWith('google') ? 'google' : last
}
