/**
 * All that a start of the deployed function loads. What is loaded later shares it: see `shareStart` in
 * build-plugins.mjs.
 */
export {
  type Authorizer,
  ConfigurationError,
  loadFromEnvironment,
  Unavailable,
} from "../src/index.ts"
export { createPowertoolsObserver } from "../src/observe.ts"
