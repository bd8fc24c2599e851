export { formatExecuteApiArn, parseExecuteApiArn } from "./event/arn.ts"
export type { ExecuteApiArn } from "./shared/request.ts"
