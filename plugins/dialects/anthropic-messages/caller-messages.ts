/** Reads the system and the messages: what leads them and stands between them, and the turns. */

import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import type { Block, SystemText, TextBlock, ToolCallBlock, ToolResultBlock, Turn } from '../../../core/neutral/request.ts'
import { readCache } from '../../../core/neutral/cache-mark.ts'
import { defined, Members, wrongType } from '../../../core/neutral/members.ts'
import { dropUnknown, knownMembers } from '../../../core/neutral/unknown.ts'
import { dropUnknownOf, readBlocks } from './caller-blocks.ts'
import { joinSealed } from './sealed.ts'

const known = knownMembers(['role', 'content'])

export interface ReadMessages {
  readonly system: readonly SystemText[]
  readonly turns: readonly Turn[]
}

/** @throws GatewayError 400 for roles and blocks that no other dialect has */
export function readMessages(body: Members, losses: Losses): ReadMessages {
  const system: SystemText[] = readSystem(body, 'system', 0, losses)
  const turns: Turn[] = []
  const names = new Map<string, string>()
  for (const message of body.objects('messages')) {
    dropUnknown(message, known, losses)
    const role = message.text('role')
    switch (role) {
      case 'system':
        system.push(...readSystem(message, 'content', turns.length, losses))
        break
      case 'user':
        turns.push(...readUser(message, names, losses))
        break
      case 'assistant':
        turns.push(readAssistant(message, names, losses))
        break
      default:
        throw refusal(message.path('role'), `a message of role ${JSON.stringify(role ?? null)} cannot be translated`)
    }
  }
  return { system, turns }
}

/** A string, or blocks of text. */
function readSystem(holder: Members, member: string, before: number, losses: Losses): SystemText[] {
  const text = holder.any(member)
  const at = holder.path(member)
  if (text === undefined) return []
  if (typeof text === 'string') return [{ text, kind: 'system', before, at }]
  return holder.objects(member).map(block => {
    if (block.text('type') !== 'text') throw refusal(block.at, 'instructions can only have text')
    dropUnknownOf(block, losses)
    return defined<SystemText>({ text: block.text('text') ?? '', kind: 'system', before, cache: readCache(block), at: block.at })
  })
}

/** Results come before what else the user says. */
function readUser(message: Members, names: ReadonlyMap<string, string>, losses: Losses): Turn[] {
  const blocks = readContent(message, losses)
  const results = blocks.filter(block => block.type === 'tool_result').map(result => named(result, names))
  const others = blocks.filter(block => block.type !== 'tool_result')
  return [
    ...(results.length === 0 ? [] : [{ role: 'tool', blocks: results, at: message.at } as const]),
    ...(others.length === 0 && results.length > 0 ? [] : [{ role: 'user', blocks: others, at: message.at } as const]),
  ]
}

function named(result: ToolResultBlock, names: ReadonlyMap<string, string>): ToolResultBlock {
  const name = names.get(result.callId)
  return name === undefined ? result : { ...result, name }
}

function readAssistant(message: Members, names: Map<string, string>, losses: Losses): Turn {
  const blocks = joinSealed(readContent(message, losses))
  for (const { id, name } of blocks.filter((block): block is ToolCallBlock => block.type === 'tool_call')) names.set(id, name)
  return { role: 'assistant', blocks, at: message.at }
}

function readContent(message: Members, losses: Losses): readonly Block[] {
  const content = message.any('content')
  const at = message.path('content')
  if (content === undefined) return []
  if (typeof content === 'string') return [{ type: 'text', text: content, at } satisfies TextBlock]
  if (!Array.isArray(content)) throw wrongType(at, 'a string or an array of blocks')
  return readBlocks(message, losses)
}
