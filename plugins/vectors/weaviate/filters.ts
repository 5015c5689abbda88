/** Which objects are meant, as Weaviate wants it said. */

export type Where =
  | { readonly operator: 'And' | 'Or'; readonly operands: Where[] }
  | { readonly operator: 'Equal'; readonly path: string[]; readonly valueText: string }
  | { readonly operator: 'Equal' | 'GreaterThan' | 'GreaterThanEqual' | 'LessThanEqual'; readonly path: string[]; readonly valueNumber: number }

const isText = (property: string, valueText: string): Where => ({ operator: 'Equal', path: [property], valueText })
const expiry = (operator: 'Equal' | 'GreaterThan' | 'GreaterThanEqual' | 'LessThanEqual', valueNumber: number): Where => ({ operator, path: ['expiresAt'], valueNumber })

/** 0 says: never. */
export function expiredAt(nowSeconds: number): Where {
  return { operator: 'And', operands: [expiry('GreaterThan', 0), expiry('LessThanEqual', nowSeconds)] }
}

export function aliveIn(namespace: string, nowSeconds: number): Where {
  return { operator: 'And', operands: [isText('namespace', namespace), { operator: 'Or', operands: [expiry('Equal', 0), expiry('GreaterThan', nowSeconds)] }] }
}

/** Weaviate forgets nothing without a filter: all have a time. */
export function ofModel(model: string | undefined): Where {
  return model === undefined ? expiry('GreaterThanEqual', 0) : { operator: 'Or', operands: [isText('model', model), isText('modelId', model)] }
}
