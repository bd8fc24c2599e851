# The authorizer as template.yaml deploys it: the same bundle, its role, and the role that API Gateway calls it with.

data "aws_caller_identity" "current" {}

data "archive_file" "bundle" {
  type        = "zip"
  source_dir  = var.bundle
  output_path = "${path.module}/.terraform/hallpass.zip"
}

resource "aws_cloudwatch_log_group" "authorizer" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "execution" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.authorizer.arn}:*"]
  }
  statement {
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    resources = ["*"] # X-Ray knows no resources here
  }
}

resource "aws_iam_role" "execution" {
  name_prefix        = "${var.name}-"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "execution" {
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

resource "aws_lambda_function" "authorizer" {
  function_name    = var.name
  description      = "hallpass, a Lambda authorizer for API Gateway"
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  filename         = data.archive_file.bundle.output_path
  source_code_hash = data.archive_file.bundle.output_base64sha256
  handler          = "authorizer.handler"
  memory_size      = 512
  timeout          = 9 # HTTP APIs give up after 10 seconds, whatever is configured
  role             = aws_iam_role.execution.arn

  environment {
    variables = {
      HALLPASS_CONFIG              = jsonencode(var.configuration)
      POWERTOOLS_SERVICE_NAME      = var.name
      POWERTOOLS_METRICS_NAMESPACE = "hallpass"
      POWERTOOLS_LOG_LEVEL         = "INFO"
    }
  }

  logging_config {
    log_group  = aws_cloudwatch_log_group.authorizer.name
    log_format = "Text" # the records are JSON already, and metrics (EMF) have to stay as they are
  }

  tracing_config {
    mode = "Active"
  }

  tags = local.tags
}

data "aws_iam_policy_document" "api_gateway" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
    # API Gateway was seen to leave this key out. A trust policy that demands it then refuses API Gateway itself.
    dynamic "condition" {
      for_each = var.invoke_role_demands_account ? [data.aws_caller_identity.current.account_id] : []
      content {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [condition.value]
      }
    }
  }
}

data "aws_iam_policy_document" "invoke" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.authorizer.arn, "${aws_lambda_function.authorizer.arn}:*"]
  }
}

resource "aws_iam_role" "invoke" {
  name_prefix        = "${var.name}-invoke-"
  description        = "Lets API Gateway call the authorizer of hallpass"
  assume_role_policy = data.aws_iam_policy_document.api_gateway.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "invoke" {
  role   = aws_iam_role.invoke.id
  policy = data.aws_iam_policy_document.invoke.json
}
