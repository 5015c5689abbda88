/** Sets a guardrail up as a trial, and tries it on a text. */

import { GatewayError, gatewayError, type Caller, type TrialResult, type Variant, type Variants } from '../../core/index.ts'
import { checkOptions } from '../../core/config/schema/options.ts'
import { invalidValue } from '../../core/errors.ts'
import { actionOf } from '../../core/pipeline/trace.ts'
import { Warning } from '../../core/pipeline/warning.ts'
import { ruleOptions, type GuardrailRule } from '../../core/services/guardrail-rule.ts'
import { VariantError } from '../../core/services/variants.ts'
import type { GuardrailTestResult } from '../../schemas/admin/guardrails.schema.ts'
import type { GuardrailType } from './types.ts'

/** The pipeline whose dialect the text is put into. */
const pipeline = 'chat'
const step = 'guardrail on trial'

interface Tried {
  readonly variants: Variants
  readonly type: GuardrailType
  readonly rule: GuardrailRule
  readonly caller: Caller | undefined
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal
}

interface Sample {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: string
}

type Message = GuardrailTestResult['messages'][number]

/** Checks the options, and sets the plugin up with them; to be released. @throws GatewayError that points */
export async function setUpOnce(variants: Variants, name: string, { use, definition: { schema } }: GuardrailType, rule: GuardrailRule): Promise<Variant> {
  const { fail_mode: onError, timeout_ms: timeout } = rule
  const config = ruleOptions(rule)
  const [problem] = checkOptions(schema, config, () => undefined).problems
  if (problem !== undefined) throw invalidValue(`config${problem.pointer.replaceAll('/', '.')}`, problem.message)
  try {
    return await variants.compile([
      { insert: { use, name, options: config, ...(onError === undefined ? {} : { on_error: onError }), ...(timeout === undefined ? {} : { timeout }) } },
    ])
  } catch (cause) {
    if (!(cause instanceof VariantError)) throw cause
    throw invalidValue('config', cause.problems.map(({ message }) => message).join('; '))
  }
}

/** @throws GatewayError that points */
export async function tried({ variants, type, rule, caller = { method: 'extension' }, signal }: Tried, { role, text }: Sample): Promise<GuardrailTestResult> {
  if (!variants.pipelines.includes(pipeline)) throw gatewayError('feature_unavailable', 'a text is tried as a chat, which this gateway does not serve')
  const phase = role === 'assistant' ? 'response' : 'prompt'
  if (!type.phases.includes(phase)) throw invalidValue('role', `${type.type} does not act on ${phase}, but on ${type.phases.join(', ')}`)
  const variant = await setUpOnce(variants, step, type, rule)
  try {
    const request = { model: step, messages: [role === 'assistant' ? { role: 'user', content: 'Hello.' } : { role, content: text }] }
    const answer = role === 'assistant' ? { answer: json(completion(text)) } : {}
    const result = await variant.tryOut({ pipeline, step, request: json(request), ...answer, caller, signal })
    if (result.outcome === undefined && result.failure === undefined) {
      throw result.left instanceof GatewayError ? result.left : invalidValue('role', `${type.type} does not act on ${phase}`)
    }
    return told(result)
  } finally {
    await variant.release()
  }
}

function json(body: object): Buffer {
  return Buffer.from(JSON.stringify(body))
}

function completion(content: string): object {
  return {
    id: 'trial',
    object: 'chat.completion',
    created: 0,
    model: step,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  }
}

function told({ outcome, failure, left }: TrialResult): GuardrailTestResult {
  const said = outcome?.said
  const words = said instanceof GatewayError || said instanceof Warning ? said : undefined
  return {
    action: failure === undefined ? actionOf(said) : 'failure',
    edited: outcome?.edited !== undefined,
    code: failure === undefined ? (words?.code ?? null) : null,
    message: failure === undefined ? (words?.message ?? null) : messageOf(failure.cause),
    messages: left instanceof GatewayError ? [] : messagesIn(left),
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** Of a request, or of an answer. */
function messagesIn(body: Buffer): Message[] {
  const { messages, choices = [] } = JSON.parse(body.toString()) as { messages?: readonly Message[]; choices?: readonly { readonly message: Message }[] }
  return (messages ?? choices.map(({ message }) => message)).map(({ role, content }) => ({
    role,
    content: typeof content === 'string' ? content : JSON.stringify(content),
  }))
}
