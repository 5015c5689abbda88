/**
 * Stands in for the analyzer of Presidio, which is too large for tests: takes and gives what its API documents (`POST /analyze`), counts characters of Unicode as
 * Python does, and recognises e-mail addresses, telephone numbers and some names. Not the real one: what that finds in which language is its own affair.
 */

import type { Cue } from '../../core/testing/script.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'

interface Recognizer {
  readonly supported_entity: string
  readonly patterns?: readonly { readonly name: string; readonly regex: string; readonly score: number }[]
  readonly deny_list?: readonly string[]
}

export interface AnalyzeRequest {
  readonly text: string
  readonly language: string
  readonly entities?: readonly string[]
  readonly score_threshold?: number
  readonly allow_list?: readonly string[]
  readonly ad_hoc_recognizers?: readonly Recognizer[]
}

const known: readonly Recognizer[] = [
  { supported_entity: 'EMAIL_ADDRESS', patterns: [{ name: 'email', regex: '[\\w.]+@[\\w.]+\\.\\w+', score: 1 }] },
  { supported_entity: 'PHONE_NUMBER', patterns: [{ name: 'phone', regex: '\\+\\d[\\d ]{6,}\\d', score: 0.4 }] },
  { supported_entity: 'PERSON', deny_list: ['Ada', 'Grace', 'Ada Lovelace', 'PERSON_1'] },
]

export class FakeAnalyzer {
  readonly server: ScriptedUpstream

  private constructor(server: ScriptedUpstream) {
    this.server = server
  }

  static async start(): Promise<FakeAnalyzer> {
    const server = await ScriptedUpstream.start()
    server.always(analyze)
    return new FakeAnalyzer(server)
  }

  get url(): string {
    return new URL(this.server.url).origin
  }

  /** What it was asked, in order. */
  get asked(): readonly AnalyzeRequest[] {
    return this.server.requests.map(({ body }) => JSON.parse(body.toString()) as AnalyzeRequest)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.close()
  }
}

const analyze: Cue = ({ path, body }) => {
  if (path !== '/analyze') return { status: 404, body: '' }
  const request = JSON.parse(body.toString()) as AnalyzeRequest
  if (!request.text) return { status: 500, body: { error: 'No text provided' } }
  if (!request.language) return { status: 500, body: { error: 'No language provided' } }
  return { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(results(request))) }
}

function results({
  text,
  entities,
  score_threshold: threshold = 0,
  allow_list: allowed = [],
  ad_hoc_recognizers: more = [],
}: AnalyzeRequest): readonly object[] {
  return [...known, ...more]
    .filter(({ supported_entity: entity }) => entities === undefined || entities.includes(entity))
    .flatMap(recognizer => matches(recognizer, text))
    .filter(({ score, found }) => score >= threshold && !allowed.includes(found))
    .map(({ entity, score, start, found }) => {
      const first = Array.from(text.slice(0, start)).length
      return {
        entity_type: entity,
        score,
        start: first,
        end: first + [...found].length,
        analysis_explanation: null,
        recognition_metadata: { recognizer_name: entity },
      }
    })
    .toSorted((one, other) => other.score - one.score)
}

function matches({ supported_entity: entity, patterns = [], deny_list: words = [] }: Recognizer, text: string) {
  const all = [...patterns, ...words.map(word => ({ regex: `\\b${word}\\b`, score: 0.85 }))]
  return all.flatMap(({ regex, score }) => [...text.matchAll(new RegExp(regex, 'g'))].map(({ index: start, 0: found }) => ({ entity, score, start, found })))
}
