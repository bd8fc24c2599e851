output "authorizer_function_arn" {
  value = aws_lambda_function.authorizer.arn
}

output "invoke_role_arn" {
  value = aws_iam_role.invoke.arn
}

output "rest_authorizer_id" {
  value = one(aws_api_gateway_authorizer.rest[*].id)
}

output "http_authorizer_id" {
  value = one(aws_apigatewayv2_authorizer.http[*].id)
}
