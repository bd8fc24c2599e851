export const help = `Runs the deployable hallpass bundle on this machine, against embedded identity providers.

  npm start                        build, send every event kind with good and bad tokens, print the table
  npm start -- --check             the same, and exit; exit code 0 only if every row is as expected
  npm start -- --event FILE        send one event, print the decision, the answer and the log record

Options
  --event FILE       an authorizer event as JSON; events/ has one of every kind
  --token TOKEN      what to put into the event where its kind has the credential: a token, or one of the
                     embedded issuers' own, ISSUER:TOKEN. Without it: okta:good
                       ISSUER  okta, auth0, entra, cognito
                       TOKEN   good, expired, wrong-audience, wrong-scope, tampered, missing
  --config FILE      your configuration as JSON, instead of the one for the embedded issuers;
                     without --token the event is sent as it is
  --plain-runtime    run the bundle in a plain child process, without AWS's Lambda runtime client
  --help             this text

Examples
  npm start -- --event events/rest-token.json
  npm start -- --event events/http-2.0.json --token entra:expired
  npm start -- --event events/websocket-connect.json --token "$TOKEN" --config my-authorizer.json

Exit codes: 0 all is as expected, or the event was decided; 1 a row is not as expected, or nothing could be decided;
2 the command line is wrong.

The first run compiles AWS's Lambda runtime client, which takes about a minute and needs cmake, C and C++ compilers,
make, python3, tar and xz. Without them the plain child process is used.
`
