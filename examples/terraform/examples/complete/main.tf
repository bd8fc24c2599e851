# An HTTP API whose routes all name the authorizer.

module "hallpass" {
  source        = "../.."
  http_api_id   = aws_apigatewayv2_api.orders.id
  configuration = local.configuration
}

locals {
  configuration = {
    issuers = [{ provider = "okta", domain = "acme.okta.com", audience = "api://orders" }]
    routes  = { "GET /orders" = { scopes = ["orders:read"] } }
  }
}

resource "aws_apigatewayv2_api" "orders" {
  name          = "orders"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "orders" {
  api_id             = aws_apigatewayv2_api.orders.id
  integration_type   = "HTTP_PROXY"
  integration_method = "ANY"
  integration_uri    = "https://backend.example"
}

resource "aws_apigatewayv2_route" "orders" {
  for_each           = local.configuration.routes
  api_id             = aws_apigatewayv2_api.orders.id
  route_key          = each.key
  authorization_type = "CUSTOM"
  authorizer_id      = module.hallpass.http_authorizer_id
  target             = "integrations/${aws_apigatewayv2_integration.orders.id}"
}

resource "aws_apigatewayv2_stage" "orders" {
  api_id      = aws_apigatewayv2_api.orders.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = 100
    throttling_burst_limit = 200
  }
}
