# An authorizer for each API. Their methods and routes name it: authorization CUSTOM, authorizer_id from the outputs.

resource "aws_api_gateway_authorizer" "rest" {
  count                            = var.rest_api_id == "" ? 0 : 1
  rest_api_id                      = var.rest_api_id
  name                             = var.name
  type                             = "REQUEST"
  authorizer_uri                   = aws_lambda_function.authorizer.invoke_arn
  authorizer_credentials           = aws_iam_role.invoke.arn
  authorizer_result_ttl_in_seconds = local.ttl_seconds
  identity_source = join(",", concat(
    ["method.request.header.Authorization"],
    local.with_route ? ["context.httpMethod", "context.resourcePath"] : [],
  ))
}

resource "aws_apigatewayv2_authorizer" "http" {
  count                             = var.http_api_id == "" ? 0 : 1
  api_id                            = var.http_api_id
  name                              = var.name
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = aws_lambda_function.authorizer.invoke_arn
  authorizer_credentials_arn        = aws_iam_role.invoke.arn
  authorizer_payload_format_version = "2.0"
  enable_simple_responses           = try(local.gateway.responses, "policy") == "simple"
  authorizer_result_ttl_in_seconds  = local.ttl_seconds
  identity_sources = concat(
    ["$request.header.Authorization"],
    local.with_route ? ["$context.routeKey", "$context.httpMethod"] : [],
  )
}
