variable "name" {
  description = "Name of the function and of what belongs to it"
  type        = string
  default     = "hallpass"
}

variable "bundle" {
  description = "The folder that `npm run build` writes"
  type        = string
  default     = "../../build"
}

variable "configuration" {
  description = "The whole configuration; docs/configuration.md explains it"
  type        = any
}

variable "log_retention_days" {
  description = "How long logs are kept"
  type        = number
  default     = 30
}

variable "rest_api_id" {
  description = "Id of a REST API to attach the authorizer to; empty: none"
  type        = string
  default     = ""
}

variable "http_api_id" {
  description = "Id of an HTTP API to attach the authorizer to; empty: none"
  type        = string
  default     = ""
}

variable "invoke_role_demands_account" {
  description = "Whether the invoke role demands aws:SourceAccount. Only if you have tried it: if API Gateway does not send that key, every request gets 500"
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of everything that can be tagged"
  type        = map(string)
  default     = {}
}

locals {
  tags = merge({ Application = "hallpass" }, var.tags)
}
