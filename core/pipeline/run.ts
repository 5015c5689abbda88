/** The whole life of an exchange: phases until one answers, attempts until one succeeds, the reply, the end. */

import { GatewayError, gatewayError } from '../errors.ts'
import { isPromise } from '../promise.ts'
import type { Outcome } from '../upstream/bodies/reading.ts'
import { forgetRelayed } from '../upstream/headers/relayed-headers.ts'
import { send } from '../upstream/send.ts'
import type { Target } from '../upstream/provider/target.ts'
import { asRefusal } from './as-refusal.ts'
import { askPrompt } from './ask-prompt.ts'
import { Attempt, type Failure } from './attempt.ts'
import { complete } from './complete.ts'
import { CopyingSink } from './delivery/copying-sink.ts'
import { abandon, deliver } from './delivery/deliver.ts'
import type { Exchange } from './exchange.ts'
import type { IncomingRequest } from './incoming-request.ts'
import { ClientGone } from './stoppable.ts'
import { readBody } from './body.ts'
import { Reply } from '../upstream/reply.ts'
import { review, spelled } from './review.ts'
import type { Sink } from './delivery/sink.ts'

/** Runs one exchange to its end. Never rejects. */
export async function run(exchange: Exchange, sink: Sink): Promise<void> {
  let said: Reply | GatewayError
  try {
    said = await answer(exchange)
  } catch (cause) {
    if (exchange.gone) return abandon(exchange)
    said = asRefusal(exchange, cause)
  }
  try {
    const delivered = deliver(exchange, exchange.copy === undefined ? sink : new CopyingSink(sink, exchange.copy), said)
    if (delivered !== undefined) await delivered
  } catch (cause) {
    exchange.log.error({ err: cause }, 'the answer could not be delivered')
    complete(exchange)
    sink.destroy()
  }
}

async function answer(exchange: Exchange): Promise<Reply | GatewayError> {
  let said = exchange.plan.request?.fire(exchange)
  if (isPromise(said)) said = await said
  if (said !== undefined) return said instanceof Reply && said.turn !== undefined ? await spelledUnread(exchange, said) : said
  const reading = readBody(exchange)
  if (reading !== undefined) await reading
  said = exchange.plan.route?.fire(exchange)
  if (isPromise(said)) said = await said
  if (said === undefined) said = askPrompt(exchange)
  if (isPromise(said)) said = await said
  if (said === undefined) said = exchange.plan.lookup?.fire(exchange)
  if (isPromise(said)) said = await said
  return reviewed(exchange, said ?? (await callTargets(exchange)))
}

/** An answer from before the body was read: how it is to be spelled stands there. */
async function spelledUnread(exchange: Exchange, said: Reply): Promise<Reply> {
  await readBody(exchange)
  return spelled(exchange, said)
}

/** Tries the targets in order; what follows a failure is for the taps on `recover` to say. */
async function callTargets(exchange: Exchange): Promise<Reply | GatewayError> {
  const [first, ...further] = exchange.targets
  if (first === undefined) return nothingHere(exchange.request)
  let target: Target | undefined = first
  let retry = 0
  for (;;) {
    const attempt = begin(exchange, target, retry)
    const outcome = await make(exchange, attempt)
    exchange.throwIfStopped()
    if (outcome instanceof Reply) return outcome
    let recovery = exchange.plan.recover?.fire(exchange, attempt)
    if (isPromise(recovery)) recovery = await recovery
    if (recovery?.do === 'answer') {
      discard(outcome)
      return recovery.reply
    }
    if (recovery?.do === 'retry') {
      discard(outcome)
      await exchange.sleep(recovery.afterMs)
      retry += 1
    } else if (recovery?.do === 'next' && (target = further.shift()) !== undefined) {
      discard(outcome)
      retry = 0
    } else {
      return outcome.reply ?? outcome.error
    }
  }
}

function nothingHere({ method, path, basePath = '', allow, meant }: IncomingRequest): GatewayError {
  const hint = meant === undefined ? '' : `; did you mean ${basePath}${meant}?`
  if (allow === undefined) return gatewayError('unknown_url', `nothing answers ${method} ${path}${hint}`)
  return gatewayError('method_not_allowed', `${path} does not take ${method}, but ${allow}`, { headers: ['Allow', allow] })
}

/** What an attempt reported is no other's. */
const noUsage = (): undefined => undefined

function begin(exchange: Exchange, target: Target, retry: number): Attempt {
  const kind = retry > 0 ? 'retry' : exchange.attempts.length === 0 ? 'primary' : 'failover'
  const attempt = new Attempt(target, retry, kind, exchange.clock.elapsed())
  const previous = exchange.attempts.at(-1)
  attempt.key = keyFor(exchange, target, previous)
  // A retry that is kept back repeats the failure before it, with its headers.
  if (retry === 0) forgetRelayed(exchange)
  if (previous !== undefined && exchange.forward === undefined) exchange.readUsageFrom(noUsage)
  exchange.attempts.push(attempt)
  exchange.attempted?.(attempt)
  return attempt
}

/** The session's own key, else the next in turn. */
function keyFor(exchange: Exchange, { provider: { keys }, provider }: Target, previous: Attempt | undefined): string | undefined {
  if (keys.size < 2 || !keys.isSticky) return keys.take()
  if (previous?.target.provider === provider) return keyAfter(previous, exchange.session)
  const { session } = exchange
  return session === undefined ? keys.take() : keys.of(session)
}

/** The same key within one request, unless the provider refused it. */
function keyAfter({ key, failure, target }: Attempt, session?: string): string | undefined {
  const refused = failure?.status === 401 || failure?.status === 429
  return key !== undefined && refused ? target.provider.keys.after(key, session) : key
}

/** One attempt, settled in exactly one way. */
async function make(exchange: Exchange, attempt: Attempt): Promise<Reply | Failure> {
  let outcome: Outcome
  try {
    let refused = exchange.plan.attempt?.fire(exchange, attempt)
    if (isPromise(refused)) refused = await refused
    outcome = refused === undefined ? await send(exchange, attempt) : refusal(exchange, attempt, refused)
  } catch (cause) {
    settle(exchange, attempt, undefined)
    throw cause
  }
  settle(exchange, attempt, outcome)
  if (outcome === undefined) throw new ClientGone()
  return outcome
}

function settle(exchange: Exchange, attempt: Attempt, outcome: Outcome): void {
  attempt.settledAt = exchange.clock.elapsed()
  attempt.outcome = outcome === undefined ? 'cancelled' : outcome instanceof Reply ? 'established' : 'failed'
  if (outcome !== undefined && !(outcome instanceof Reply)) attempt.failure = outcome
  for (const settled of exchange.plan.settled) settled(exchange, attempt)
}

/** A retry that is kept back ends with what the provider said before. */
function refusal(exchange: Exchange, attempt: Attempt, error: GatewayError): Failure {
  const before = exchange.attempts.at(-2)
  if (attempt.retry > 0 && before?.failure !== undefined) return { ...before.failure, kind: 'refused' }
  return { kind: 'refused', error, text: error.message.toLowerCase() }
}

function discard(failure: Failure): void {
  failure.reply?.stream?.abort()
}

/** Lets the `response` taps above the step that answered see a plain reply. A stream is seen as it flows. */
function reviewed(exchange: Exchange, said: Reply | GatewayError): ReturnType<typeof review> {
  return said instanceof GatewayError || said.stream !== undefined ? said : review(exchange, said)
}
