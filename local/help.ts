export const help = `Shows hallpass at work on this machine, against embedded identity providers.

  npm start                        the demonstration; on a terminal then the page, until Ctrl-C
  npm start -- --check             every event kind with good and bad tokens as a table; exit code 0 only if
                                   every row is as expected
  npm start -- --event FILE        send one event, print the decision, the answer and the log record

Options
  --serve            serve the page, also without a terminal
  --no-serve         end after the demonstration, also on a terminal
  --port N           port of the page, 3000 if it is left out; the next free one if it is in use; 0 for any
  --event FILE       an authorizer event as JSON; events/ has one of every kind
  --token TOKEN      what to put into the event where its kind has the credential: a token, or one of the
                     embedded issuers' own, ISSUER:TOKEN. Without it: okta:good
                       ISSUER  okta, auth0, entra, cognito
                       TOKEN   good, expired, wrong-audience, wrong-scope, tampered, missing
  --config FILE      your configuration as JSON, instead of the one for the embedded issuers;
                     without --token the event is sent as it is
  --aws-runtime      run the bundle under AWS's own Lambda runtime client, not in a plain child process
  --help             this text

Examples
  npm start -- --port 0
  npm start -- --check --aws-runtime
  npm start -- --event events/http-2.0.json --token entra:expired
  npm start -- --event events/websocket-connect.json --token "$TOKEN" --config my-authorizer.json

Exit codes: 0 all is as expected, or the event was decided; 1 a row is not as expected, or nothing could be decided;
2 the command line is wrong.

--aws-runtime compiles AWS's Lambda runtime client once, which takes about a minute and needs cmake, C and C++
compilers, make, python3, tar and xz. Without them the plain child process is used.
`
