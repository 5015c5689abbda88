/** How a model may be named by those who forget its entries. */

/** The id of a model that is spelled `provider/model`; ids may have slashes of their own. */
export function modelId(model: string): string {
  return model.slice(model.indexOf('/') + 1)
}
