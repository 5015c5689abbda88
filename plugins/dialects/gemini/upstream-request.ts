/** Spells a neutral request as the body of `generateContent`. The model and whether it streams stand in the URL. */

import type { Json, JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import { spellJson } from '../../../core/neutral/spell-json.ts'
import type { Destination, SpelledRequest } from '../../../core/neutral/translation.ts'
import { ToolNames } from '../../../core/neutral/tool-names.ts'
import { contentsOf } from './contents.ts'
import { generationConfigOf } from './generation-config.ts'
import { googleExtras, withExtras } from './google-extras.ts'
import { noteUntaken } from './hints.ts'
import { toolsOf } from './tools.ts'

/** Longer lists are served by Tapline. */
const longestStopList = 5

const nameRule = { pattern: /[A-Za-z0-9_.:-]/, maxLength: 128, startsWithLetter: true }

/** @throws GatewayError 400 for what can neither be carried nor dropped */
export function writeRequest(request: NeutralRequest, destination: Destination, losses: Losses): SpelledRequest {
  const to = { ...destination, traits: { vendor: 'google', ...destination.traits } }
  const names = new ToolNames(
    nameRule,
    request.tools.map(({ name }) => name),
  )
  const stop = request.stop.filter(sequence => sequence !== '')
  const { google: _google, ...unknown } = request.extras
  const extras = googleExtras(request)
  noteUntaken(request, to, extras, losses)
  const body: JsonObject = {
    ...unknown,
    ...systemInstruction(request, losses),
    ...toolsOf(request, to, names, losses),
    contents: contentsOf(request, to, names, losses),
    ...generationConfigOf(request, to, stop.slice(0, longestStopList), losses),
    ...labels(request, to),
  }
  return {
    body: spellJson(withExtras(body, extras)),
    ...(names.changed.size === 0 ? {} : { toolNames: names.changed }),
    ...(stop.length <= longestStopList ? {} : { emulatedStop: stop.slice(longestStopList) }),
  }
}

/** One part per text. Where later ones stood is lost. */
function systemInstruction({ system }: NeutralRequest, losses: Losses): JsonObject {
  const texts = system.filter(({ text }) => text !== '')
  const late = texts.find(({ before }) => before > 0)
  if (late !== undefined) losses.drop('system_position', 'moved to the front', late.at)
  return texts.length === 0 ? {} : { systemInstruction: { parts: texts.map(({ text }): Json => ({ text })) } }
}

/** Only Vertex has a place for metadata. */
function labels({ hints: { metadata } }: NeutralRequest, { type }: Destination): JsonObject {
  return type === 'vertex' && metadata !== undefined && metadata !== null ? { labels: metadata } : {}
}
