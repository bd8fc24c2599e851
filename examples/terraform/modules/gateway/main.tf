# What the authorizers must be set to, derived from the configuration: the same that `hallpass check` prints under "API
# Gateway must be set to". A test compares the two. What cannot be derived is refused.

variable "configuration" {
  description = "The whole configuration; docs/configuration.md explains it"
  type        = any

  validation {
    condition = alltrue([
      for source in try(var.configuration.gateway.identitySources, ["token"]) :
      can(regex("^(?:token|route|(?:\\$|method\\.|route\\.)?request\\.(?:header|querystring)\\.[^\\s,]+|\\$?(?:context|stageVariables)\\.[\\w.]+)$", source))
    ])
    error_message = "gateway.identitySources must hold \"token\", \"route\" or what API Gateway knows, such as $context.identity.sourceIp."
  }

  validation {
    condition     = can(tonumber(try(var.configuration.gateway.resultTtlSeconds, 300)) >= 0)
    error_message = "gateway.resultTtlSeconds must be a number of seconds."
  }
}

locals {
  gateway         = try(var.configuration.gateway, {})
  credential      = try(var.configuration.credential, {})
  ttl_seconds     = try(local.gateway.resultTtlSeconds, 300)
  authorizer_type = try(local.gateway.authorizerType, "request")
  api             = try(local.gateway.api, local.authorizer_type == "token" ? "rest" : "")

  # Where the token may be. Without a place of its own it is in the header Authorization.
  named_places = compact([
    try("request.header.${local.credential.header}", ""),
    try("${local.credential.cookie}", "") == "" ? "" : "request.header.Cookie",
    try("request.querystring.${local.credential.query}", ""),
    try("${local.credential.subprotocol}", "") == "" ? "" : "request.header.Sec-WebSocket-Protocol",
  ])
  places = coalescelist(local.named_places, ["request.header.Authorization"])

  # API Gateway answers 401 to a request without an identity source, so the token is one only if every request has it there.
  only_subprotocol = !local.edge_is_identity && join(",", local.named_places) == "request.header.Sec-WebSocket-Protocol"
  edge_is_identity = try(var.configuration.edge.role, "") == "identity"
  token            = [for place in local.places : place if !local.edge_is_identity && length(local.places) == 1]

  # Without a cache, a source is only a header without which the function is not even asked.
  configured = local.ttl_seconds == 0 ? ["token"] : try(local.gateway.identitySources, ["token"])
  plain = flatten([
    for source in local.configured : source == "token" ? local.token : [replace(source, "/^(?:\\$|method\\.|route\\.)/", "")]
  ])

  # The route, the method and everything else, in the words of each kind of API. Only HTTP APIs have the route key.
  route  = ["route", "context.routekey", "context.resourcepath"]
  method = "context.httpmethod"
  rest_sources = distinct(flatten([
    for source in local.plain :
    contains(local.route, lower(source)) ? ["context.httpMethod", "context.resourcePath"] :
    lower(source) == local.method ? ["context.httpMethod"] :
    [startswith(source, "request.") ? "method.${source}" : trimprefix(source, "$")]
  ]))
  http_sources = distinct(flatten([
    for source in local.plain :
    contains(local.route, lower(source)) ? ["$context.routeKey"] :
    lower(source) == local.method ? ["$context.httpMethod"] :
    [format("$%s", source)]
  ]))
  endpoints = [for source in local.configured : source if can(regex("(?i)^\\$?context\\.identity\\.vpce?id$", source))]
}

output "result_ttl_seconds" {
  value = local.ttl_seconds
}

# `impossible` says why this kind of API cannot use the configuration. An authorizer for it is refused then.
output "rest" {
  value = {
    type            = upper(local.authorizer_type)
    identity_source = join(",", local.rest_sources)
    impossible = (
      local.api == "http" ? "gateway.api is \"http\"" :
      local.only_subprotocol ? "credential.subprotocol is read on WebSocket APIs only" :
      ""
    )
  }
}

output "http" {
  value = {
    identity_sources        = local.http_sources
    enable_simple_responses = try(local.gateway.responses, "policy") == "simple"
    impossible = (
      local.authorizer_type == "token" ? "gateway.authorizerType is \"token\", which REST APIs have only" :
      local.api == "rest" ? "gateway.api is \"rest\"" :
      local.only_subprotocol ? "credential.subprotocol is read on WebSocket APIs only" :
      length(local.endpoints) > 0 ? "gateway.identitySources holds \"${local.endpoints[0]}\", and HTTP APIs have no VPC endpoint" :
      ""
    )
  }
}
