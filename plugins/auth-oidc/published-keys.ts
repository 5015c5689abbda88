/** What an issuer publishes of itself: where its keys are, and the keys (OpenID Connect Discovery 1.0, section 4). */

import type { JSONWebKeySet } from 'jose'
import { serviceUrl } from '../../core/upstream/service-client.ts'
import { smallCall } from '../../core/upstream/small-call.ts'

const timeoutMs = 5_000

/** @throws Error saying what is wrong; nothing of it is secret */
export async function publishedKeys(issuer: string): Promise<JSONWebKeySet> {
  const metadata = await read(serviceUrl(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, true))
  if (metadata['issuer'] !== issuer) throw new Error(`the issuer calls itself ${JSON.stringify(metadata['issuer'])}: auth.oidc.issuer must say the same`)
  return (await read(serviceUrl(String(metadata['jwks_uri']), true))) as unknown as JSONWebKeySet
}

async function read({ href }: URL): Promise<Readonly<Record<string, unknown>>> {
  const { status, body } = await smallCall({ method: 'GET', url: href, headers: { accept: 'application/json' }, timeoutMs })
  if (status !== 200) throw new Error(`${href} answered ${status}`)
  return objectOf(body) ?? fail(`${href} answered with something else than a JSON object`)
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

function fail(message: string): never {
  throw new Error(message)
}
