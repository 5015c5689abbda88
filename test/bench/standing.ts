/** What stands in a gateway that is measured beside one without: what is recorded, and policy. */

import { request } from 'undici'
import { masterKey, type TaplineOptions } from './contenders.ts'
import { model } from './samples.ts'

const nothingRecorded = { usage: { enabled: false }, logging: { enabled: false } }

export const recording = {
  none: { config: nothingRecorded },
  usage: { config: { logging: { enabled: false } } },
  bodies: { config: { logging: { enabled: true, log_bodies: true } } },
} as const satisfies Record<string, TaplineOptions>

const counted = (count: number) => Array.from({ length: count }, (_, index) => index)
const generous = 1_000_000_000

/** None of them is met by the call that is measured, but each has to be ruled out. The limits of its own path are met. */
export const policies: TaplineOptions = {
  config: {
    virtual_models: counted(200).map(index => ({ source: `alias-${index}`, target: `upstream/${model}` })),
    workflows: {
      rules: counted(500).map(index => ({
        name: `workflow-${index}`,
        scope_user_path: `/company/team-${index}`,
        workflow_payload: { schema_version: 2, features: { audit: true, usage: true, guardrails: index % 2 === 0 } },
      })),
    },
    budgets: {
      user_paths: counted(100).map(index => ({ path: index === 0 ? '/' : `/company/team-${index}`, limits: [{ period: 'monthly', amount: generous }] })),
    },
    rate_limits: {
      user_paths: counted(50).map(index => ({ path: index === 0 ? '/' : `/company/team-${index}`, limits: [{ period: 'minute', max_requests: generous }] })),
    },
  },
  async prepare(origin) {
    for (const index of counted(1000)) await makeKey(origin, index)
  },
}

export const guardrails = [
  { name: 'no-keys', type: 'secrets' },
  { name: 'no-names', type: 'pii', order: 1 },
  { name: 'no-word', type: 'string_replace', order: 2, config: { rules: 'forbidden => allowed' } },
]

export const guarded: TaplineOptions = { config: { guardrails: { rules: guardrails } } }

async function makeKey(origin: string, index: number): Promise<void> {
  const { statusCode, body } = await request(`${origin}/admin/auth-keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: `key-${index}`, user_path: `/company/team-${index % 500}` }),
  })
  const said = await body.text()
  if (statusCode >= 300) throw new Error(`no key was made: ${statusCode} ${said}`)
}
