/** The plugin `auth-oidc`, set up to trust an issuer. */

import { hash } from 'node:crypto'
import pino from 'pino'
import type { IdentitySource, Recognition, Services, Taps } from '../../../core/index.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import plugin from '../../../plugins/auth-oidc/index.ts'
import type { Issuer } from '../../support/issuer.ts'

export const audience = 'the gateway'

export interface TrustOptions {
  readonly audience?: string
  readonly claims?: Readonly<Record<string, string>>
}

export class Trusting {
  readonly clock: TurnedClock
  /** What was logged, as text. */
  readonly log: string[]
  readonly taps: Taps<'identities'>

  private constructor(deps: { readonly clock: TurnedClock; readonly log: string[]; readonly taps: Taps<'identities'> }) {
    this.clock = deps.clock
    this.log = deps.log
    this.taps = deps.taps
  }

  /** @throws whatever the plugin's set-up throws */
  static async setUp(options: Readonly<Record<string, unknown>>): Promise<Trusting> {
    const [clock, lines]: [TurnedClock, string[]] = [new TurnedClock(), []]
    const log = pino(
      { level: 'info' },
      {
        write: (line: string) => {
          lines.push(line)
        },
      },
    )
    const taps = (await plugin.setup?.({
      options: { claims: {}, clock_skew: 30_000, ...options },
      name: 'auth-oidc',
      log,
      services: { clock } as unknown as Services,
      signal: new AbortController().signal,
      regex: () => {
        throw new Error('not asked for')
      },
      warnInStream: () => {},
    })) as Taps<'identities'>
    return new Trusting({ clock, log: lines, taps })
  }

  /** As a gateway that begins to serve. */
  static async in(issuer: Issuer, options: TrustOptions = {}): Promise<Trusting> {
    const trusting = await Trusting.setUp({ issuer: issuer.url, audience, ...options })
    await trusting.taps.open?.()
    trusting.taps.start?.()
    return trusting
  }

  get sources(): readonly IdentitySource[] {
    return this.taps.service ?? []
  }

  recognise(token: string | undefined): Recognition | Promise<Recognition> {
    return this.sources[0]?.recognise({ token, tokenHash: hash('sha256', token ?? ''), request: {} as never })
  }

  /** What is known of a token without waiting for anything. */
  known(token: string): Recognition | 'not at once' {
    const said = this.recognise(token)
    return said instanceof Promise ? 'not at once' : said
  }

  /** Claims of a token that is good for an hour. */
  claims(issuer: Issuer, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return { iss: issuer.url, aud: audience, sub: 'jane', exp: this.seconds + 3600, ...more }
  }

  /** Since 1970. */
  get seconds(): number {
    return this.clock.now() / 1000
  }
}
