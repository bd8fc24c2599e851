"""What the SAM transform makes of a template: sam-transform.py TEMPLATE, JSON on standard output.

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


with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file.read())
# `sam package` would have uploaded the folders.
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function" and "CodeUri" in resource["Properties"]:
        resource["Properties"]["CodeUri"] = "s3://bucket/key"
parameters = {name: each.get("Default") for name, each in template["Parameters"].items()}
json.dump(transform(template, parameters, NoManagedPolicies()), sys.stdout)
