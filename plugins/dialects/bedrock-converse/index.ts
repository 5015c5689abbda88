/** Amazon Bedrock's Converse. Facts: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */

import { defineDialect } from '../../../core/index.ts'
import { usageIn } from './facts.ts'
import { promptCaching } from './prompt-caching.ts'
import { readReply } from './upstream-reply.ts'
import { writeRequest } from './upstream-request.ts'
import { ConverseReader } from './upstream-stream.ts'

export default defineDialect({
  name: 'bedrock-converse',
  upstream: {
    operation: isStream => (isStream ? 'converse_stream' : 'converse'),
    request: writeRequest,
    reply: readReply,
    stream: from => new ConverseReader(from),
    usage: usageIn,
    framing: 'aws-event-stream',
    imageAsData: () => true,
    promptCaching,
  },
})
