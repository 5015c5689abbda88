/** One call, whole: its way, its attempts, what guardrails and rewriters did, what was sent and answered. */

import { useQuery } from '@tanstack/preact-query'
import type { AuditEntry } from '../../../schemas/admin/audit.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get } from '../../data/api.ts'
import { count, duration, time } from '../../data/words.ts'
import { Status } from '../../parts/badge.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Facts, type Fact } from '../../parts/facts.tsx'
import { Waiting } from '../../parts/states.tsx'
import { Part } from '../../parts/section.tsx'
import { Attempts } from './attempts.tsx'
import { Body } from './body.tsx'
import { curlOf } from './curl.ts'
import { Flow } from './flow.tsx'
import { OpenInPlayground } from './open-in-playground.tsx'
import { Guardrails, Revisions } from './policy.tsx'

interface DrawerProps {
  readonly id: string
  readonly reach: Reach
  readonly close: () => void
  openConversation(id: string): void
}

export function CallDrawer({ id, close, ...shown }: DrawerProps) {
  const { data, error, refetch } = useQuery({ queryKey: ['audit', 'detail', id], queryFn: async () => await get<AuditEntry>('/audit/detail', { log_id: id }) })
  return (
    <Dialog title="Call" drawer close={close}>
      {data === undefined ? <Waiting error={error} retry={refetch} /> : <Call entry={data} {...shown} />}
    </Dialog>
  )
}

function Call({ entry, reach, openConversation }: Omit<DrawerProps, 'id' | 'close'> & { readonly entry: AuditEntry }) {
  const { data } = entry
  return (
    <>
      <Summary entry={entry} />
      {entry.conversation_payload && (
        <p class="actions">
          <button type="button" onClick={() => openConversation(entry.id)}>
            Conversation
          </button>
          {data.request_body !== undefined && <OpenInPlayground id={entry.id} />}
        </p>
      )}
      {data.error_message !== undefined && (
        <p class="error">
          {data.error_message}
          {data.error_code !== undefined && data.error_code !== null && <code> {data.error_code}</code>}
        </p>
      )}
      <Flow entry={entry} global={reach.global} />
      <Attempts entry={entry} />
      <Guardrails {...(data.guardrails === undefined ? {} : { guardrails: data.guardrails })} />
      <Losses entry={entry} />
      <Body title="What was written" body={data.event} />
      <Body title="Request" body={data.request_body} headers={data.request_headers} tooBig={data.request_body_too_big_to_handle}>
        {data.request_body !== undefined && <CopyButton text={() => curlOf(entry)}>Copy as curl</CopyButton>}
      </Body>
      <Revisions data={data} />
      <Body title="Response" body={data.response_body} headers={data.response_headers} tooBig={data.response_body_too_big_to_handle} />
    </>
  )
}

function Summary({ entry }: { readonly entry: AuditEntry }) {
  const { requested_model: asked, resolved_model: got, usage, data } = entry
  const facts: readonly Fact[] = [
    ['Status', <Status code={entry.status_code} />],
    ['Time', `${time(entry.timestamp)}, took ${duration(entry.duration_ns / 1e6)}`],
    ['Route', `${entry.method} ${entry.path}${entry.stream ? ', as a stream' : ''}`],
    ['Model', got === null || got === asked ? asked : `${asked} → ${got}`],
    ['Provider', entry.provider_name],
    ['User path', entry.user_path],
    ['Session', entry.session_id],
    ['Labels', data.labels?.join(', ')],
    ['Tokens', usage && `${count(usage.input_tokens)} in (${count(usage.cached_input_tokens)} cached), ${count(usage.output_tokens)} out`],
    ['Cache', entry.cache_type],
    ['Key', entry.auth_key_id ?? entry.auth_method],
    ['User', entry.principal_id],
    ['Client', [entry.client_ip, data.user_agent].filter(part => part !== null && part !== undefined).join(', ')],
    ['Request id', entry.request_id],
  ]
  return <Facts facts={facts} />
}

function Losses({ entry: { data } }: { readonly entry: AuditEntry }) {
  if (data.losses === undefined || data.losses.length === 0) return null
  return (
    <Part title="What the provider's dialect does not have" label="Not carried over">
      <ul>
        {data.losses.map(({ field, done }) => (
          <li key={field}>
            <code>{field}</code> {done}
          </li>
        ))}
      </ul>
    </Part>
  )
}
