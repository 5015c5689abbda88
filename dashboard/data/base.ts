/** Where the gateway is that served the page: below whatever base path it has. */

/** The path of the page. */
export const pageBase = location.pathname.replace(/(\/admin\/dashboard).*$/, '$1')
/** The path of the admin API. */
export const apiBase = pageBase.replace(/\/dashboard$/, '')
/** Where callers' routes begin. */
export const gatewayBase = apiBase.replace(/\/admin$/, '')
