/** What signing depends on, so that tests can put something else there. */

import type { defaultProvider, DefaultProviderInit } from '@aws-sdk/credential-provider-node'
import { smallCall, type SmallFetch } from '../../core/upstream/small-call.ts'

/** Gives credentials, renewed in time; asks once for all who wait. */
export type Chain = () => ReturnType<ReturnType<typeof defaultProvider>>

export interface BedrockDeps {
  /** Milliseconds since 1970. */
  now(): number
  /** For calls to AWS's token services. */
  readonly fetch: SmallFetch
  /** AWS's own search for credentials: profiles, web identity, containers, machines. */
  chain(init: DefaultProviderInit): Promise<Chain>
}

/** AWS's libraries are loaded when a call first needs them. */
export const real: BedrockDeps = {
  now: () => Date.now(),
  fetch: smallCall,
  async chain(init) {
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node')
    return defaultProvider(init)
  },
}
