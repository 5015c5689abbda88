/** What came back: the words, the calls of tools, and what it took. */

import type { Reach } from '../../data/access.ts'
import type { Answer } from './call.ts'
import { count, duration } from '../../data/words.ts'
import { Badge, Status } from '../../parts/badge.tsx'
import { Recorded } from './recorded.tsx'

interface AnswerViewProps {
  readonly answer: Answer
  readonly running: boolean
  readonly reach: Reach
  /** Undefined where that was done. */
  readonly goOn: (() => void) | undefined
}

export function AnswerView({ answer, running, reach, goOn }: AnswerViewProps) {
  const { status, headers, text, reasoning, toolCalls, error, pieces, inputTokens, outputTokens, firstMs, tookMs } = answer
  const requestId = headers.find(([name]) => name === 'x-request-id')?.[1]
  return (
    <>
      <p>
        <Status code={status} />
        {headers
          .filter(([name]) => name in told)
          .map(([name, value]) => (
            <Badge key={name} kind={name === 'x-tapline-guardrail' ? 'warn' : 'plain'}>
              {told[name]} {value}
            </Badge>
          ))}
      </p>
      {error !== undefined && <p role="alert">{error}</p>}
      {reasoning !== '' && (
        <details>
          <summary>Reasoning</summary>
          <pre>{reasoning}</pre>
        </details>
      )}
      {text !== '' && <pre aria-label="Text">{text}</pre>}
      {toolCalls.map(({ id, name, arguments: given }, at) => (
        <pre key={at} aria-label={`Call of ${name}`} title={id}>
          {name}({given})
        </pre>
      ))}
      <dl class="facts">
        <dt>First token</dt>
        <dd>{firstMs === undefined ? '–' : duration(firstMs)}</dd>
        <dt>Latency</dt>
        <dd>{tookMs === undefined ? (running ? '…' : '–') : duration(tookMs)}</dd>
        {(inputTokens !== undefined || outputTokens !== undefined) && [
          <dt key="tokens">Tokens</dt>,
          <dd key="tokens value">
            {count(inputTokens ?? null)} in, {count(outputTokens ?? null)} out
          </dd>,
        ]}
        {requestId !== undefined && !running && <Recorded key={requestId} requestId={requestId} reach={reach} />}
      </dl>
      <details>
        <summary>{pieces.length === 1 ? 'Raw answer' : `Raw events (${count(pieces.length)})`}</summary>
        <pre>{pieces.map(({ atMs, data }) => (pieces.length === 1 ? data : `${atMs.toFixed(0).padStart(6)} ms  ${data}`)).join('\n')}</pre>
      </details>
      <details>
        <summary>Headers</summary>
        <pre>{headers.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre>
      </details>
      {!running && goOn !== undefined && (text !== '' || toolCalls.length > 0) && (
        <p class="answers">
          <button type="button" onClick={goOn}>
            Go on with this answer
          </button>
        </p>
      )}
    </>
  )
}

/** Headers by which the gateway says what it did. */
const told: Readonly<Record<string, string>> = {
  'x-tapline-provider': 'provider',
  'x-cache': 'cache',
  'x-tapline-guardrail': 'guardrail',
  'x-tapline-dropped': 'dropped',
}
