"""Writes what the SAM transform makes of templates, then runs cfn-lint: sam-transform-and-lint.py TEMPLATE=TARGET ... -- PATH ...

Runs in the Python that cfn-lint is installed in, which brings the translator (aws-sam-translator, Apache-2.0). One
process does both, because cfn-lint loads the translator as well.
"""

import gc
import json
import logging
import os
import sys

# Nearly all that is made is needed to the end.
gc.disable()
logging.disable(logging.CRITICAL)
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from cfnlint.runner import main  # noqa: E402
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


end = sys.argv.index("--")
for pair in sys.argv[1:end]:
    path, _, target = pair.partition("=")
    try:
        text = json.dumps(transformed(path))
    except Exception as error:
        raise SystemExit(f"The SAM transform of {path} failed: {error!r}") from error
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)

logging.disable(logging.NOTSET)
sys.argv = ["cfn-lint", "--format", "parseable", *sys.argv[end:]]
main()
