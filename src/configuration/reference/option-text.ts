/** What an option means; and its default in words, if it is no value of its own. */
export type OptionText = string | { readonly text: string; readonly default: string }
