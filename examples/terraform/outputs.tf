output "authorizer_function_arn" {
  description = "The function; authorizers of other APIs may call it, too"
  value       = aws_lambda_function.authorizer.arn
}

output "invoke_role_arn" {
  description = "The role with which API Gateway calls the function"
  value       = aws_iam_role.invoke.arn
}

output "rest_authorizer_id" {
  description = "For methods of the REST API; null without one"
  value       = one(aws_api_gateway_authorizer.rest[*].id)
}

output "http_authorizer_id" {
  description = "For routes of the HTTP API; null without one"
  value       = one(aws_apigatewayv2_authorizer.http[*].id)
}
