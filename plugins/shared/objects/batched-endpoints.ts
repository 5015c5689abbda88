/** What the lines of a batch may be for, in OpenAI's dialect. */

export const batchedEndpoints = ['/v1/chat/completions', '/v1/responses', '/v1/embeddings', '/v1/moderations', '/v1/images/generations']
