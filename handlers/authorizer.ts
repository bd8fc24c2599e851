import bundledConfiguration from "./authorizer.config.ts"
import compiled from "./compiled.ts"
import keySnapshot from "./key-snapshot.ts"
import {
  type Authorizer,
  ConfigurationError,
  createPowertoolsObserver,
  loadFromEnvironment,
  Unavailable,
} from "./start.ts"

const observer = createPowertoolsObserver()
const decide = await start()

// Lambda tells a function that it is about to end only where an extension is registered; what waits is written then.
process.once("SIGTERM", () => void observer.flush().finally(() => process.exit(0)))

/** The Lambda handler for every API kind: `authorizer.handler`. */
export const handler: Authorizer["handler"] = (event, context) => {
  // The check of a new version. No event of API Gateway has such a member: only the deployment calls this.
  if ((event as { readonly hallpass?: unknown } | null)?.hallpass === "deployment-check")
    return import("./deployment-check.ts").then(({ reportOf }) => reportOf(bundledConfiguration, keySnapshot)) as never
  return observer.writesAtOnce ? decide(event, context) : recorded(event, context)
}

/** The answer, once what is to be recorded is written. To wait for it takes 0.1 µs even if it is nothing. */
const recorded: Authorizer["handler"] = async (event, context) => {
  try {
    return await decide(event, context)
  } finally {
    await observer.recorded() // the environment may freeze soon after this function has returned
  }
}

/**
 * A wrong configuration is logged once, whole; then every request is undecided, and none is allowed. Any other fault
 * ends the start: it may be over soon, and Lambda starts the environment again.
 */
async function start(): Promise<Authorizer["handler"]> {
  try {
    const parts = { observer, ...(keySnapshot && { keySnapshot }) }
    return (await loadFromEnvironment(process.env, bundledConfiguration, parts, compiled)).handler
  } catch (error) {
    observer.fault?.(error)
    await observer.recorded()
    if (!(error instanceof ConfigurationError)) throw new Unavailable("internal") // the record has the rest
    return async () => {
      observer.decision?.({ outcome: "unavailable", reason: "configuration_invalid" })
      throw new Unavailable("configuration_invalid")
    }
  }
}
