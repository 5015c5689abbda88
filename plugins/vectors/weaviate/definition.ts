/** What the class is like in Weaviate. */

export const metric = 'cosine'

/** Compared as they are, not by their words. */
const name = (property: string) => ({ name: property, dataType: ['text'], tokenization: 'field', indexFilterable: true, indexSearchable: false })
/** Only given back. */
const kept = (property: string) => ({ name: property, dataType: ['text'], tokenization: 'field', indexFilterable: false, indexSearchable: false })

export function definitionOf(className: string) {
  return {
    class: className,
    description: 'Answers that Tapline keeps, by the meaning of the questions.',
    vectorizer: 'none',
    vectorIndexConfig: { distance: metric },
    properties: [
      name('namespace'),
      name('model'),
      name('modelId'),
      { name: 'expiresAt', dataType: ['number'], indexFilterable: true },
      kept('entry'),
      kept('body'),
    ],
  }
}
