/** What the bench sends, and what its upstreams answer. */

import { chatCompletion, sampleStream } from '../../core/testing/chat-samples.ts'

export const model = 'gpt-bench'

/** The reply of a plain call. */
export const completion = JSON.stringify(chatCompletion({ model, content: 'A gateway stands between an application and the models it calls.' }))

/** The 37 events of a streamed reply; its last but one carries usage, as it does for a gateway that asks. */
export const streamEvents = sampleStream.map(event => event.replace('gpt-test', model))

const question = { role: 'user', content: 'What does an AI gateway do? Answer in one sentence, please.' }
const paragraph = 'The "gateway" checks who is asking,\nthen picks a target — and passes the words on, unchanged. '.repeat(160)

/** The bodies that clients post. */
export const requestBodies = {
  small: JSON.stringify({ model, messages: [{ role: 'system', content: 'You are brief.' }, question], temperature: 0.2 }),
  streamed: JSON.stringify({ model, messages: [{ role: 'system', content: 'You are brief.' }, question], temperature: 0.2, stream: true }),
  /** A conversation of about 1 MB in 67 messages. */
  large: JSON.stringify({ model, messages: [...Array.from({ length: 66 }, (_, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content: paragraph })), question] }),
} as const

export type BodyName = keyof typeof requestBodies
