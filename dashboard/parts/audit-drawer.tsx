/** One call, whole: its attempts, what guardrails and rewriters did, what was sent and answered, and the conversation that it is part of. */

import { useQuery } from '@tanstack/preact-query'
import type { ComponentChildren } from 'preact'
import type { AuditConversation, AuditEntry } from '../../schemas/admin/audit.schema.ts'
import { get } from '../data/api.ts'
import { count, duration, time } from '../data/words.ts'
import { Badge, Status } from './cards.tsx'
import { Dialog } from './dialog.tsx'
import { Failed, Loading } from './states.tsx'

interface DrawerProps {
  readonly id: string
  readonly close: () => void
  /** Goes to another call of the same conversation. */
  show(id: string): void
}

export function AuditDrawer({ id, close, show }: DrawerProps) {
  const { data, error, refetch } = useQuery({ queryKey: ['audit', 'detail', id], queryFn: async () => await get<AuditEntry>('/audit/detail', { log_id: id }) })
  return (
    <Dialog title="Call" drawer close={close}>
      {data === undefined ? error === null ? <Loading /> : <Failed error={error} retry={refetch} /> : <Call entry={data} show={show} />}
    </Dialog>
  )
}

function Call({ entry, show }: { readonly entry: AuditEntry; readonly show: (id: string) => void }) {
  const { data } = entry
  return (
    <>
      <Summary entry={entry} />
      {data.error_message !== undefined && <p class="state failed">{data.error_message}</p>}
      {data.attempts !== undefined && data.attempts.length > 0 && (
        <Part title="Attempts">
          <ol>
            {data.attempts.map(attempt => (
              <li key={attempt.seq}>
                {attempt.status_code === null ? <Badge kind="bad">{attempt.error_type ?? 'failed'}</Badge> : <Status code={attempt.status_code} />}{' '}
                {attempt.kind === 'primary' ? '' : `${attempt.kind}: `}
                {attempt.provider_name}/{attempt.model} in {duration(attempt.duration_ns / 1e6)}
                {attempt.error_message !== null && <small class="faint"> {attempt.error_message}</small>}
              </li>
            ))}
          </ol>
        </Part>
      )}
      {data.guardrails !== undefined && data.guardrails.length > 0 && (
        <Part title="Guardrails">
          <ol>
            {data.guardrails.map(({ seq, phase, instance, action, edited, message }) => (
              <li key={seq}>
                <Badge kind={kindOf(action)}>{edited && action === 'allow' ? 'edited' : action}</Badge> {instance} on the {phase}
                {message !== null && <small class="faint"> {message}</small>}
              </li>
            ))}
          </ol>
        </Part>
      )}
      {data.losses !== undefined && data.losses.length > 0 && (
        <Part title="Not in the provider's dialect">
          <ul>
            {data.losses.map(({ field, done }) => (
              <li key={field}>
                <code>{field}</code> {done}
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Body title="Request" body={data.request_body} headers={data.request_headers} tooBig={data.request_body_too_big_to_handle} />
      {data.request_revisions?.map(({ seq, rewriter, bytes_before: before, bytes_after: after, body }) => (
        <Body key={seq} title={`Rewritten by ${rewriter} (${count(before)} → ${count(after)} bytes)`} body={body} />
      ))}
      <Body title="Response" body={data.response_body} headers={data.response_headers} tooBig={data.response_body_too_big_to_handle} />
      {entry.conversation_payload && <Conversation id={entry.id} show={show} />}
    </>
  )
}

function kindOf(action: string): 'good' | 'warn' | 'bad' {
  return action === 'allow' ? 'good' : action === 'warn' ? 'warn' : 'bad'
}

function Summary({ entry }: { readonly entry: AuditEntry }) {
  const facts: readonly (readonly [string, string | null])[] = [
    ['Time', time(entry.timestamp)],
    ['Took', duration(entry.duration_ns / 1e6)],
    ['Route', `${entry.method} ${entry.path}`],
    [
      'Model',
      entry.resolved_model === null || entry.resolved_model === entry.requested_model
        ? entry.requested_model
        : `${entry.requested_model} → ${entry.resolved_model}`,
    ],
    ['Provider', entry.provider_name],
    ['User path', entry.user_path],
    ['Key', entry.auth_key_id],
    ['Request id', entry.request_id],
    ['Session', entry.session_id],
    ['Client', entry.client_ip],
    ['Tokens', entry.usage === undefined ? null : `${count(entry.usage.input_tokens)} in, ${count(entry.usage.output_tokens)} out`],
    ['Cache', entry.cache_type],
  ]
  return (
    <dl class="facts">
      <dt>Status</dt>
      <dd>
        <Status code={entry.status_code} />
      </dd>
      {facts.flatMap(([name, value]) => (value === null ? [] : [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>]))}
    </dl>
  )
}

interface BodyProps {
  readonly title: string
  readonly body: unknown
  readonly headers?: unknown
  readonly tooBig?: boolean | undefined
}

function Body({ title, body, headers, tooBig = false }: BodyProps) {
  if (body === undefined && headers === undefined && !tooBig) return null
  return (
    <Part title={title}>
      {tooBig && <p class="faint">Too long to be kept.</p>}
      {headers !== undefined && (
        <details>
          <summary>Headers</summary>
          <pre>{JSON.stringify(headers, undefined, 2)}</pre>
        </details>
      )}
      {body !== undefined && <pre>{typeof body === 'string' ? body : JSON.stringify(body, undefined, 2)}</pre>}
    </Part>
  )
}

function Conversation({ id, show }: { readonly id: string; readonly show: (id: string) => void }) {
  const { data } = useQuery({
    queryKey: ['audit', 'conversation', id],
    queryFn: async () => await get<AuditConversation>('/audit/conversation', { log_id: id }),
  })
  if (data === undefined || data.entries.length < 2) return null
  return (
    <Part title="Conversation">
      {data.truncated && <p class="faint">Only the calls nearest to this one are shown.</p>}
      <ol>
        {data.entries.map(entry => (
          <li key={entry.id}>
            <button type="button" class="plain" disabled={entry.id === id} onClick={() => show(entry.id)}>
              {time(entry.timestamp)} <Status code={entry.status_code} /> {entry.requested_model}
            </button>
          </li>
        ))}
      </ol>
    </Part>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  )
}
