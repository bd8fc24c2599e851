import { checkBlock, checkOption, type Option } from "../../problems/declaration.ts"

/** A block of a sound configuration, with the declared defaults. Problems of another one are not reported here. */
export function withDefaults<T, C>(block: Option<T, "optional", C>, value: T | undefined): C {
  return checkBlock(block, value, "", () => undefined)
}

/** An option of a sound configuration, or its declared default. */
export function orDefault<T, O>(option: Option<T, "default", O>, value: T | undefined): O {
  return checkOption(option, value, "", () => undefined)
}
