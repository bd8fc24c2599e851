/** Issuers of one kind that give many parties a token for any audience, so that the audience proves nothing. */
export interface SharedIssuers {
  readonly name: string
  /** Host, or host and beginning of the path; `*` means one or more characters other than `/`. */
  readonly at: readonly string[]
  /** The same for the address of the key set, where installations have host names of their own. */
  readonly keysAt?: readonly string[]
  /**
   * Claims that name who owns the program that asked: it cannot choose their values. With `=`, the value must begin so,
   * because an owner may build this claim from other parts. `ref`, `jti`, the person who started a job and the like
   * name no owner.
   */
  readonly owners: readonly string[]
  /** One issuer of the row, for messages and tests. */
  readonly example: string
}

const github = [
  ...["repository_owner_id", "repository_owner", "repository_id", "repository", "enterprise_id", "enterprise"],
  "sub=repo",
]
const onlySubject = (name: string, ...at: readonly string[]): SharedIssuers => ({
  name,
  at,
  owners: ["sub"],
  example: `https://${at[0]}`,
})

/**
 * Continuous integration, clusters, workload identity of clouds. Sources: the vendors' documentation of these tokens,
 * AWS's list of providers with a shared issuer (aws-samples/data-perimeter-policy-examples), and the issuers that
 * Sigstore accepts.
 */
export const sharedIssuers: readonly SharedIssuers[] = [
  {
    name: "GitHub Actions",
    at: ["token.actions.githubusercontent.com", "vstoken.actions.githubusercontent.com", "token.actions.*.ghe.com"],
    owners: github,
    example: "https://token.actions.githubusercontent.com",
  },
  {
    name: "GitHub Enterprise Server",
    at: ["*/_services/token"],
    owners: github,
    example: "https://ghe.example.com/_services/token",
  },
  {
    name: "Forgejo Actions",
    at: ["*/api/actions"],
    owners: github,
    example: "https://forgejo.example.com/api/actions",
  },
  {
    name: "GitLab",
    at: ["gitlab.com", "gitlab.*", "*.gitlab.org", "*.gitlab.net", "*.gitlab-dedicated.com"],
    keysAt: ["*/oauth/discovery/keys"],
    owners: ["namespace_id", "namespace_path", "project_id", "project_path", "sub=project_path:"],
    example: "https://gitlab.com",
  },
  {
    name: "Google",
    at: ["accounts.google.com"],
    owners: ["sub", "email", "hd", "azp"],
    example: "https://accounts.google.com",
  },
  {
    name: "Kubernetes",
    at: [
      ...["kubernetes.default.svc", "kubernetes.default.svc.*", "kubernetes.default", "kubernetes"],
      "container.googleapis.com",
      ...["oidc.eks.*.amazonaws.com", "oidc.eks.*.amazonaws.com.cn"],
      ...["oidc-eks.*.api.aws", "oidc-eks.*.api.amazonwebservices.*"],
      ...["*.oic.*.azure.*", "oidc.prod-aks.azure.com"],
      ...["*.openshiftapps.com", "rh-oidc.s3.*", "oidc-ack-*.aliyuncs.com", "objectstorage.*.oraclecloud.com"],
    ],
    keysAt: ["*/openid/v1/jwks"],
    owners: ["sub=system:serviceaccount:"],
    example: "https://kubernetes.default.svc.cluster.local",
  },
  {
    name: "HCP Terraform",
    at: ["app.terraform.io", "app.*.terraform.io"],
    owners: [
      ...["terraform_organization_id", "terraform_organization_name", "terraform_project_id", "terraform_workspace_id"],
      ...["terraform_full_workspace", "sub=organization:"],
    ],
    example: "https://app.terraform.io",
  },
  {
    name: "CircleCI",
    at: ["oidc.circleci.com"],
    owners: ["oidc.circleci.com/org-id", "oidc.circleci.com/project-id", "sub=org/"],
    example: "https://oidc.circleci.com/org/0c1d",
  },
  {
    name: "Buildkite",
    at: ["agent.buildkite.com"],
    owners: ["organization_slug", "organization_id", "pipeline_id", "sub=organization:"],
    example: "https://agent.buildkite.com",
  },
  {
    name: "Bitbucket Pipelines",
    at: ["api.bitbucket.org"],
    owners: ["workspaceUuid", "repositoryUuid"],
    example: "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
  },
  {
    name: "Azure DevOps",
    at: ["vstoken.dev.azure.com", "*.vstoken.visualstudio.com"],
    owners: ["org_id", "prj_id", "sub=sc://", "sub=p://"],
    example: "https://vstoken.dev.azure.com/0c1d",
  },
  {
    name: "Vercel",
    at: ["oidc.vercel.com"],
    owners: ["owner_id", "owner", "project_id", "sub=owner:"],
    example: "https://oidc.vercel.com",
  },
  {
    name: "Fly.io",
    at: ["oidc.fly.io"],
    owners: ["org_id", "org_name", "app_id", "app_name", "sub"],
    example: "https://oidc.fly.io/acme",
  },
  {
    name: "Spacelift",
    at: ["*.app.spacelift.io", "*.app.*.spacelift.io"],
    owners: ["spaceId", "callerId", "sub=space:"],
    example: "https://acme.app.spacelift.io",
  },
  { name: "Pulumi", at: ["api.pulumi.com"], owners: ["org", "sub=pulumi:"], example: "https://api.pulumi.com/oidc" },
  {
    name: "Codefresh",
    at: ["oidc.codefresh.io"],
    owners: ["account_id", "account_name", "pipeline_id", "sub=account:"],
    example: "https://oidc.codefresh.io",
  },
  {
    name: "Harness",
    at: ["*.harness.io"],
    owners: ["account_id", "sub=account/"],
    example: "https://app.harness.io/ng/api/oidc/account/acme",
  },
  {
    name: "Semaphore",
    at: ["*.semaphoreci.com"],
    owners: ["org_id", "org", "prj_id", "sub=org:"],
    example: "https://acme.semaphoreci.com",
  },
  {
    name: "Scalr",
    at: ["scalr.io", "*.scalr.io"],
    owners: ["scalr_account_id", "scalr_account_name", "scalr_workspace_id", "sub=account:"],
    example: "https://scalr.io",
  },
  {
    name: "ActiveState",
    at: ["platform.activestate.com"],
    owners: ["organization_id", "organization", "project_path", "sub=org:"],
    example: "https://platform.activestate.com/api/v1/oauth/oidc",
  },
  {
    name: "AWS STS",
    at: ["*.tokens.sts.*"],
    owners: ["sub=arn:"],
    example: "https://0c1d.tokens.sts.global.api.aws",
  },
  {
    name: "SPIFFE",
    at: ["spiffe://*", "oidc-discovery.*"],
    owners: ["sub=spiffe://"],
    example: "spiffe://example.org",
  },
  { name: "Octopus Deploy", at: ["*.octopus.app"], owners: ["sub=space:"], example: "https://acme.octopus.app" },
  onlySubject("Env0", "login.app.env0.com", "login.*.env0.com"),
  onlySubject("Jenkins", "jenkins.*"),
  onlySubject("Modal", "oidc.modal.com"),
  onlySubject("Deno Deploy", "oidc.deno.com"),
  onlySubject("Namespace", "federation.namespaceapis.com"),
  onlySubject("Depot", "identity.depot.dev"),
  onlySubject("Gitpod", "api.gitpod.io", "app.gitpod.io", "gitpod.io"),
  onlySubject("Chainguard", "issuer.enforce.dev", "issuer.chainops.dev"),
  onlySubject("Cursor", "api.cursor.com", "api2.cursor.sh"),
  onlySubject("Devin", "app.devin.ai"),
  onlySubject("Warp", "app.warp.dev"),
  onlySubject("Shisho Cloud", "tokens.cloud.shisho.dev"),
  onlySubject("Upbound", "proidc.upbound.io"),
  onlySubject("Sandboxes", "sandboxes.cloud"),
  onlySubject("DataChain Studio", "studio.datachain.ai"),
  onlySubject("GitHub audit log streaming", "oidc-configuration.audit-log.githubusercontent.com"),
]
