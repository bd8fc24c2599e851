# An authorizer for each API. Their methods and routes name it: authorization CUSTOM, authorizer_id from the outputs.
# Type, TTL, identity sources and form of answers follow from the configuration.

module "gateway" {
  source        = "./modules/gateway"
  configuration = var.configuration
}

resource "aws_api_gateway_authorizer" "rest" {
  count                            = var.rest_api_id == "" ? 0 : 1
  rest_api_id                      = var.rest_api_id
  name                             = var.name
  type                             = module.gateway.rest.type
  authorizer_uri                   = aws_lambda_function.authorizer.invoke_arn
  authorizer_credentials           = aws_iam_role.invoke.arn
  authorizer_result_ttl_in_seconds = module.gateway.result_ttl_seconds
  identity_source                  = module.gateway.rest.identity_source

  lifecycle {
    precondition {
      condition     = module.gateway.rest.impossible == ""
      error_message = "A REST API cannot use this configuration: ${module.gateway.rest.impossible}."
    }
  }
}

resource "aws_apigatewayv2_authorizer" "http" {
  count                             = var.http_api_id == "" ? 0 : 1
  api_id                            = var.http_api_id
  name                              = var.name
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = aws_lambda_function.authorizer.invoke_arn
  authorizer_credentials_arn        = aws_iam_role.invoke.arn
  authorizer_payload_format_version = "2.0"
  enable_simple_responses           = module.gateway.http.enable_simple_responses
  authorizer_result_ttl_in_seconds  = module.gateway.result_ttl_seconds
  identity_sources                  = module.gateway.http.identity_sources

  lifecycle {
    precondition {
      condition     = module.gateway.http.impossible == ""
      error_message = "An HTTP API cannot use this configuration: ${module.gateway.http.impossible}."
    }
  }
}
