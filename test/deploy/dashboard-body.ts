import { readFileSync } from "node:fs"
import { parseDocument } from "yaml"

/** One graph line, or an expression over others: namespace, name and dimensions, then how it is drawn. */
export type Metric = readonly (string | MetricOptions)[]
interface MetricOptions {
  readonly label?: string
  readonly color?: string
  readonly visible?: boolean
}
interface Axis {
  readonly label?: string
  readonly max?: number
}

/**
 * A widget as CloudWatch reads it; columns and rows of a grid that is 24 wide.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export interface Widget {
  readonly type: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly properties: {
    readonly title?: string
    readonly markdown?: string
    readonly query?: string
    readonly alarms?: readonly string[]
    readonly metrics?: readonly Metric[]
    readonly stacked?: boolean
    readonly yAxis?: { readonly left?: Axis; readonly right?: Axis }
    readonly annotations?: { readonly horizontal?: readonly { readonly label: string; readonly value: number }[] }
  }
}

/** Placeholders for the values that only a deployment knows. */
const deployed: { readonly [name: string]: string } = {
  "AWS::StackName": "hallpass",
  "AWS::Region": "eu-west-1",
  "AWS::AccountId": "123456789012",
  MetricsService: "hallpass",
  FunctionName: "hallpass-AuthorizerFunction",
  LogGroupName: "hallpass-AuthorizerLogGroup",
}

/**
 * The dashboard's widgets as a stack named `hallpass` would have them.
 *
 * @throws when the template has no such dashboard
 */
export function readDashboard(template: URL): readonly Widget[] {
  const document = parseDocument(readFileSync(template, "utf8"), { logLevel: "silent" }) // short forms are just tags here
  const body = document.getIn(["Resources", "Dashboard", "Properties", "DashboardBody"])
  if (typeof body !== "string") throw new Error(`${template.pathname} has no text at Resources.Dashboard.DashboardBody`)
  return (JSON.parse(substituted(body)) as { widgets: Widget[] }).widgets
}

/** What `Fn::Sub` makes of a text; a resource is named as CloudFormation names it, without the random end. */
function substituted(text: string): string {
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_all, literal: string, name: string) => {
    if (literal === "!") return `\${${name}}`
    const [resource = "", attribute] = name.split(".")
    return deployed[name] ?? (attribute === undefined ? `hallpass-${resource}` : `arn:aws:cloudwatch:::${resource}`)
  })
}
