// npm ci && npm run build in the project, npm ci here, then: npx cdk deploy --app "node app.ts" (Node.js 22.18 or newer)
import { fileURLToPath } from "node:url"
import { CfnGuardValidator } from "@cdklabs/cdk-validator-cfnguard"
import { App, Validations } from "aws-cdk-lib"
import { ExampleStack } from "./stack.ts"

const rules = fileURLToPath(new URL("../../guard/hallpass.guard", import.meta.url))
const app = new App()
Validations.of(app).addPlugins(new CfnGuardValidator({ controlTowerRulesEnabled: false, rules: [rules] }))
const { HALLPASS_BUNDLE } = process.env
new ExampleStack(app, "HallpassExample", HALLPASS_BUNDLE === undefined ? {} : { bundle: HALLPASS_BUNDLE })
app.synth()
