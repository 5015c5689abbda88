/** A gateway whose audit log is read as an administrator reads it, and rows of it that a test writes. */

import type { AuditEntry } from '../../schemas/admin/audit.schema.ts'
import type { Storage } from '../../core/storage/storage.ts'
import { auditJournal, type AuditRow } from '../../plugins/audit/journal.ts'
import { AdminGateway, type AdminAnswer } from './admin.ts'
import type { Served, ServeOptions } from './serve.ts'
import { eventually } from './until.ts'

// eslint-disable-next-line typescript/no-explicit-any -- the shape of bodies is the test's to know
export type Entry = Omit<AuditEntry, 'data'> & { readonly data: any }

export class Audited {
  readonly admin: AdminGateway
  readonly served: Served

  private constructor(admin: AdminGateway) {
    this.admin = admin
    this.served = admin.served
  }

  /** @param logging the block of that name; bodies are logged unless it says otherwise */
  static async start({ config = {}, ...options }: ServeOptions = {}, logging: Readonly<Record<string, unknown>> = {}): Promise<Audited> {
    return new Audited(
      await AdminGateway.start({
        ...options,
        config: { storage: { sqlite: { path: ':memory:' } }, media: { type: 'memory' }, ...config, logging: { log_bodies: true, ...logging } },
      }),
    )
  }

  read(path: string, options: { readonly as?: string; readonly headers?: Readonly<Record<string, string>> } = {}): Promise<AdminAnswer> {
    return this.admin.call('GET', path, options)
  }

  /** What the log has when there are so many rows, the oldest first and whole. @throws Error if there are never */
  async rows(count: number, query = ''): Promise<readonly Entry[]> {
    const entries = async () => {
      const { json } = await this.read(`/audit/log?limit=100&${query}`)
      if (json.total < count) throw new Error(`the log never had ${count} rows, but ${json.total}`)
      return json.entries as readonly Entry[]
    }
    return await Promise.all((await eventually(entries)).toReversed().map(async ({ id }) => (await this.read(`/audit/detail?log_id=${id}`)).json as Entry))
  }

  /** The one row that there is. */
  async row(query = ''): Promise<Entry> {
    return (await this.rows(1, query))[0] as Entry
  }

  /** Writes rows as they are. */
  async seed(rows: readonly AuditRow[]): Promise<void> {
    const instance = [...this.served.gateway.gateway.current.instances.values()].find(({ spec }) => spec.definition.provides === 'storage')
    const storage = instance?.taps.service as Storage
    await (await storage.journal(auditJournal)).append(rows)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.admin[Symbol.asyncDispose]()
  }
}

/** A row as it is stored. */
export function auditRow(facts: Partial<AuditRow> & { readonly id: string }): AuditRow {
  return {
    timestamp: Date.UTC(2026, 2, 10),
    duration_ns: 1e6,
    requested_model: 'gpt-test',
    resolved_model: 'gpt-test',
    provider: 'openai',
    provider_name: 'openai',
    alias_used: false,
    workflow_version_id: null,
    cache_type: null,
    status_code: 200,
    request_id: `req-${facts.id}`,
    principal_id: null,
    auth_key_id: null,
    auth_method: 'master_key',
    client_ip: '127.0.0.1',
    method: 'POST',
    path: '/v1/chat/completions',
    user_path: '/',
    session_id: null,
    thread: facts.session_id ?? facts.id,
    stream: false,
    error_type: null,
    error_message: null,
    labels: [],
    failover_from: null,
    failover_to: null,
    response_id: null,
    previous_response_id: null,
    conversation_payload: false,
    data: {},
    request_body: null,
    response_body: null,
    details: null,
    ...facts,
  }
}
