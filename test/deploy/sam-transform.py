"""What the SAM transform makes of templates: sam-transform.py TEMPLATE ..., a line of JSON each on standard output.

Runs in the Python that cfn-lint is installed in, which brings the translator (aws-sam-translator, Apache-2.0).
"""

import json
import logging
import os
import sys

logging.disable(logging.CRITICAL)
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402


class NoManagedPolicies:
    def load(self):
        return {}


def transformed(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    # `sam package` would have uploaded the folders.
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function" and "CodeUri" in resource["Properties"]:
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    parameters = {name: each.get("Default") for name, each in template["Parameters"].items()}
    return transform(template, parameters, NoManagedPolicies())


for path in sys.argv[1:]:
    try:
        print(json.dumps(transformed(path)))
    except Exception as error:
        raise SystemExit(f"{path}: {error!r}") from error
