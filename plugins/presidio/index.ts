/** Has Presidio find personal data in prompts and replies, and puts something in its place, which can be turned back. */

import { definePlugin, type Conversation, type Role, type Verdict } from '../../core/index.ts'
import type { Finding } from '../shared/guard/findings.ts'
import { onceEach } from '../shared/guard/once-each.ts'
import { rolesOf } from '../shared/guard/properties.ts'
import { react } from '../shared/guard/reaction.ts'
import { guardWhole } from '../shared/guard/whole-guard.ts'
import { ServiceClient, serviceUrl } from '../../core/upstream/service-client.ts'
import { Analyzer } from './analyzer.ts'
import { Anonymizer, type Analyzed } from './anonymizer.ts'
import { schema } from './schema.ts'

/** Of an answer of the analyzer. */
const mostBytes = 16 * 1024 * 1024

export default definePlugin({
  name: 'presidio',
  description: 'Has Presidio find personal data in prompts and replies: anonymizes, blocks, answers or warns.',
  schema,
  phases: ['prompt', 'response', 'stream'],
  // Each analysis has its own deadline, and nothing is edited before the last is there.
  timeoutMs: 0,
  setup({ options, services: { clock } }) {
    const client = new ServiceClient(
      analyzeUrl(options.analyzer_url, options.api_key !== undefined),
      { timeoutMs: options.timeout_ms, maxBytes: mostBytes },
      clock,
    )
    const analyzer = new Analyzer(client, options)
    const anonymizer = new Anonymizer(options)
    const roles = rolesOf(options.roles)
    const blocked = new Set(options.block_entities)
    const found = onceEach<readonly Finding[]>()

    const taps = guardWhole(async ({ phase, conversation, exchange, signal }): Promise<Verdict> => {
      const texts = textsOf(conversation, phase === 'prompt' ? roles : undefined)
      const findings = await Promise.all(texts.map(({ part }) => found(exchange, part.text, () => analyzer.find(part.text, signal))))
      const analyzed = texts.map((text, i): Analyzed => ({ ...text, findings: findings[i] ?? [] }))
      const all = findings.flat()
      const facts = { message: options.message, status: options.block_status, detail: countsOf(all) }
      if (all.some(({ entity }) => blocked.has(entity))) return react('block', facts)
      if (options.action !== 'anonymize') return all.length === 0 ? undefined : react(options.action, facts)
      if (phase === 'prompt') anonymizer.prompt(exchange, conversation, analyzed)
      else anonymizer.reply(exchange, conversation, analyzed)
    })
    return { ...taps, close: () => client.close() }
  },
})

/** @throws Error if the address cannot be used */
function analyzeUrl(address: string, isSecret: boolean): URL {
  const url = serviceUrl(address, isSecret)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/analyze`
  return url
}

function textsOf({ messages }: Conversation, roles: readonly Role[] | undefined): readonly Omit<Analyzed, 'findings'>[] {
  return messages
    .filter(({ role }) => roles?.includes(role) !== false)
    .flatMap(message => message.parts.flatMap(part => (part.type === 'text' && part.text.trim() !== '' ? [{ message, part }] : [])))
}

/** Kinds and counts are all that the audit record is told. */
function countsOf(findings: readonly Finding[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(findings, ({ entity }) => entity)].map(([entity, { length }]) => [entity, length]))
}
