/** Which session a call belongs to: as its client says, or as its beginning tells. */

import { hash } from 'node:crypto'
import type { Exchange, JsonNode } from '../../core/index.ts'
import { memoize } from '../../core/memoize.ts'
import type { SessionHeader } from './configured.ts'
import { factsOf, joined, type KnownBeginnings } from './known-beginnings.ts'

interface Options {
  readonly builtin_rules: boolean
  readonly auto_detect: boolean
  readonly headers: readonly SessionHeader[]
}

const knownHeaders = ['x-session-id', 'x-claude-code-session-id', 'session-id', 'session_id', 'x-litellm-session-id', 'helicone-session-id', 'agent-session-id']
const knownMembers = ['session_id', 'litellm_session_id', 'prompt_cache_key', 'conversation']

/** Larger bodies are not looked into. */
const inspectedBytes = 1024 * 1024
/** Digests of longer texts are not remembered, as these would be, too. */
const rememberedLength = 1024
const conversational: ReadonlySet<string> = new Set(['chat', 'messages', 'responses'])
const sessionUuid = /session_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/i

/** The session's id, in a form that no other tenant's can have; undefined if the call seems to stand alone. */
export function sessionId(exchange: Exchange, options: Options, known: KnownBeginnings): string | undefined {
  const named = namedByHeader(exchange, options) ?? (options.builtin_rules ? namedInBody(exchange) : undefined)
  if (named !== undefined) return `scoped-${digest([exchange.userPath, named])}`
  return options.auto_detect ? detected(exchange, known) : undefined
}

function namedByHeader({ request: { headers } }: Exchange, { headers: own, builtin_rules: builtin }: Options): string | undefined {
  for (const name of builtin ? knownHeaders : []) {
    const id = textOf(headers[name])
    if (id !== undefined) return id
  }
  for (const { header, transform } of own) {
    const said = textOf(headers[header.toLowerCase()])
    const id = transform === undefined || said === undefined ? said : sessionUuid.exec(said)?.[1]
    if (id !== undefined) return id
  }
  return undefined
}

function namedInBody({ body, bytes }: Exchange): string | undefined {
  if (body === undefined || (bytes?.length ?? 0) > inspectedBytes) return undefined
  const user = stringOf(body.root.get('metadata')?.get('user_id'))
  const embedded = user === undefined ? undefined : embeddedSession(user)
  return embedded ?? knownMembers.map(name => memberText(body.root.get(name))).find(text => text !== undefined)
}

/** Claude Code puts its session into the user's id: behind `session_`, or as a member of JSON. */
function embeddedSession(user: string): string | undefined {
  const uuid = sessionUuid.exec(user)?.[1]
  if (uuid !== undefined) return uuid
  try {
    return textOf((JSON.parse(user) as { session_id?: string } | null)?.session_id)
  } catch {
    return undefined
  }
}

/** A conversation is named by its id, or by an object that has one. */
function memberText(node: JsonNode | undefined): string | undefined {
  return stringOf(node) ?? stringOf(node?.get('id'))
}

/** Chats that begin alike: the same model, instructions, tools, and messages up to the first of the user. */
function detected(exchange: Exchange, known: KnownBeginnings): string | undefined {
  const { operation, model, userPath, bytes, readable } = exchange
  if (!readable || !conversational.has(operation) || (bytes?.length ?? 0) > inspectedBytes) return undefined
  const { messages, spelledTools } = exchange.conversation
  const first = messages.findIndex(({ role }) => role === 'user')
  const message = messages[first]
  return message === undefined ? undefined : `auto-${digest([userPath, model, known.mark(messages.slice(0, first), spelledTools), ...factsOf(message)])}`
}

function digest(facts: readonly string[]): string {
  const text = joined(facts)
  return text.length > rememberedLength ? digestOf(text) : digestOfKnown(text)
}

function digestOf(text: string): string {
  return hash('sha256', text).slice(0, 32)
}

/** Every call of a session has the same digest. */
const digestOfKnown = memoize(digestOf)

function stringOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'string' ? textOf(node.string()) : undefined
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
