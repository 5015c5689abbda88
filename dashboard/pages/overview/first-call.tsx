/** Says how the gateway is called, as long as nobody does. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useEffect, useRef } from 'preact/hooks'
import { Link } from 'wouter-preact'
import type { AuthKeyView } from '../../../schemas/admin/auth-keys.schema.ts'
import type { Models } from '../../../schemas/admin/models.schema.ts'
import type { UsageLog } from '../../../schemas/admin/usage.schema.ts'
import type { Reach } from '../../data/access.ts'
import { gatewayBase, get } from '../../data/api.ts'
import { key } from '../../data/key.ts'
import { curl, inShell } from '../../data/shell.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Section } from '../../parts/section.tsx'

const days = 30
const lookEveryMs = 3000

export function FirstCall({ reach }: { readonly reach: Reach }) {
  return useNoCall(reach) ? <Example reach={reach} /> : null
}

function Example({ reach: { global, userPath: below } }: { readonly reach: Reach }) {
  const { data } = useQuery({
    queryKey: ['first-call', 'with'],
    queryFn: async () => await Promise.all([get<Models>('/models', { category: 'text_generation' }), get<AuthKeyView[]>('/auth-keys')]),
  })
  if (data === undefined) return null
  const [models, keys] = data
  const model = models.find(({ access }) => access.enabled)
  if (model === undefined) return <NoModel global={global} />
  const needsKey = key.value !== undefined || keys.some(({ active }) => active)
  const base = `${location.origin}${gatewayBase}`
  const call = curl(`${base}/v1/chat/completions`, [
    ...(needsKey ? ["-H 'Authorization: Bearer YOUR-KEY'"] : []),
    "-H 'Content-Type: application/json'",
    `-d ${inShell(JSON.stringify({ model: model.selector, messages: [{ role: 'user', content: 'Hello' }] }))}`,
  ])
  return (
    <Section title="Send a call" tools={<CopyButton text={() => call} />}>
      <p>
        No call{below === undefined ? '' : ` for ${below}`} was recorded in the last {days} days. This is one, from a terminal:
      </p>
      <pre>{call}</pre>
      <p>
        SDKs of OpenAI take <code>{base}/v1</code> as their base URL, those of Anthropic <code>{base}</code>. Or ask in the{' '}
        <Link href="/playground">playground</Link>.
      </p>
      {needsKey && (
        <p>
          Callers need a key: <Link href="/keys">create one</Link>.
        </p>
      )}
      {global && models.every(({ provider_type: type }) => type === 'demo') && (
        <p>
          The built-in demo answers, by repeating what it is told, until there is a real provider: <Link href="/providers">providers</Link>.
        </p>
      )}
    </Section>
  )
}

/** @param global whether the page of the providers is within reach */
function NoModel({ global }: { readonly global: boolean }) {
  return (
    <Section title="Nobody answers">
      <p>
        No provider offers a model that generates text.{' '}
        {global && (
          <>
            Their state is under <Link href="/providers">providers</Link>.
          </>
        )}
      </p>
    </Section>
  )
}

/** Looks for a call until there is one, and has all read again then. */
function useNoCall(reach: Reach): boolean {
  const queries = useQueryClient()
  const { data } = useQuery({
    queryKey: ['first-call'],
    queryFn: async () => (await get<UsageLog>('/usage/log', { days, cache_mode: 'all', limit: 1 })).total === 0,
    refetchInterval: ({ state }) => state.data === true && lookEveryMs,
    staleTime: ({ state }) => (state.data === false ? Infinity : 0),
    enabled: reach.isOn('USAGE_ENABLED'),
  })
  const was = useRef(data)
  useEffect(() => {
    if (was.current === true && data === false) void queries.invalidateQueries()
    was.current = data
  }, [queries, data])
  return data === true
}
