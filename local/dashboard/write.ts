import { writeFileSync } from "node:fs"
import { readDashboard } from "./body.ts"
import { drawDashboard } from "./draw.ts"

// Draws the dashboard of template.yaml for the documentation. A test compares the two.
const root = new URL("../../", import.meta.url)
writeFileSync(new URL("docs/dashboard.svg", root), drawDashboard(readDashboard(new URL("template.yaml", root))))
console.info("docs/dashboard.svg is the layout of the dashboard in template.yaml")
