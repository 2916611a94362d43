//! Help and versions.

use e2e::host::{Host, connector_host};

/// What a run prints without any configuration.
fn printed(arguments: &[&str]) -> String {
    let host = Host::unconfigured();
    let transcript = host.run(arguments).succeeded();
    assert_eq!(transcript.stderr, "");
    transcript.stdout
}

#[test]
fn help_on_the_program() {
    let transcript = connector_host(&["--help"]).succeeded();
    insta::assert_snapshot!(transcript.stdout, @"
    Runs connectors for identity governance as sandboxed WebAssembly components

    Usage: connector-host <COMMAND>

    Commands:
      run           Run a connector: a full sync into a .c1z file, or one change of access
      validate      Check a connector's configuration and credentials against the service
      inspect       Show what a component is and what it asks for, without running it on anything
      policy        Ask about what a connector may send
      health-check  Ask a connector that runs as a service how it is (exit code 0: well)
      help          Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version
    ");
}

#[test]
fn help_on_a_command_without_a_component_lists_the_hosts_flags() {
    let transcript = connector_host(&["validate", "--help"]).succeeded();
    insta::assert_snapshot!(transcript.stdout, @"
    Check a connector's configuration and credentials against the service

    Usage: connector-host validate [OPTIONS] <COMPONENT>

    Arguments:
      <COMPONENT>  The connector: a WebAssembly component

    Options:
      -h, --help  Print help

    Logging:
          --log-level <LEVEL>
              The least level that is logged: debug, info, warn or error [default: info] [possible
              values: debug, info, warn, error]
          --log-format <FORMAT>
              json or console; console on a terminal, json elsewhere [possible values: json, console]
          --otel-collector-endpoint <ADDRESS>
              Send logs, and a span for the run, or each task, and each request, to the OpenTelemetry
              collector at this address (host:port, OTLP over gRPC)
          --otel-collector-endpoint-tls-cert-path <FILE>
              Trust the certificate authority in this file (PEM) for the collector
          --otel-collector-endpoint-tls-insecure
              Talk to the collector without TLS

    Sandbox:
          --digest <DIGEST>                 Run the component only if this is its digest (sha256:<64
                                            hexadecimal digits>, see inspect)
          --policy <FILE>                   Let pass more, or less, than the connector declares, as this
                                            file says (TOML, see the README)
          --allow-outbound <ORIGIN>         Let declared requests to this origin (https://host[:port])
                                            reach addresses that are not public, such as loopback or
                                            private ones (can be repeated)
          --http-timeout-seconds <SECONDS>  How long an attempt of a request may take, up to the last
                                            byte of the answer [default: 300]
          --retries <TIMES>                 How often a request is tried again after 429, 502, 503, 504
                                            or a failed connection, and a page of a listing after it has
                                            broken off or the service has failed otherwise [default: 4]
          --ca-file <FILE>                  Trust the certificate authorities in this file (PEM), too
          --audit <FILE>                    Append a line of JSON for each request that the connector
                                            tries to send, allowed or refused

    Limits:
          --memory-limit <MIB>
              How much memory the connector may use [default: 64]
          --table-limit <ENTRIES>
              How many entries a table of the connector's may have [default: 100000]
          --instance-limit <COUNT>
              How many core instances, memories and tables the connector may be made of, each [default:
              64]
          --handle-limit <COUNT>
              How many handles (requests, streams, clocks) the connector may hold at once [default:
              1000]
          --cpu-limit <SECONDS>
              How long the connector may compute [default: 600]
          --call-time-limit <SECONDS>
              How long a call may take, such as the listing of one page [default: 1800]
          --time-limit <SECONDS>
              How long the connector may run [default: 3600]
          --request-size-limit <KIB>
              How large the body of a request may be [default: 1024]
          --response-size-limit <MIB>
              How large an answer may be, after decompression [default: 2048]
          --header-size-limit <KIB>
              How large all headers of a request, or of an answer, may be [default: 64]
          --concurrent-requests-limit <COUNT>
              How many requests may be under way at once [default: 32]
          --request-rate-limit <COUNT>
              How many requests may leave in a second; what is more waits [default: 100]
          --request-limit <COUNT>
              How many requests there may be in a run, without repetitions [default: 100000]
          --item-limit <COUNT>
              How many records a sync may list [default: 10000000]
          --item-size-limit <KIB>
              How large one of them may be [default: 1024]
          --list-size-limit <MIB>
              How large all of them may be together [default: 8192]
          --log-limit <LINES>
              How many lines the connector may print into the log [default: 1000]
          --component-size-limit <MIB>
              How large the component's file may be [default: 16]
          --stack-limit <KIB>
              How much stack the connector may use [default: 1024]
          --compile-time-limit <SECONDS>
              How long it may take to compile the component [default: 60]
          --describe-time-limit <SECONDS>
              How long the connector may take to describe itself [default: 10]
    ");
}

#[test]
fn help_on_a_run_lists_the_connectors_flags_too() {
    insta::assert_snapshot!(printed(&["--help"]), @"
    Run a connector: a full sync into a .c1z file, or one change of access

    Usage: connector-host run [OPTIONS] <COMPONENT> [COMMAND]

    Commands:
      capabilities  Print what the connector can do, as JSON
      config        Print the connector's configuration, as JSON
      health-check  Ask a connector that runs as a service how it is (exit code 0: well)
      help          Print this message or the help of the given subcommand(s)

    Arguments:
      <COMPONENT>  The connector: a WebAssembly component

    Options:
      -h, --help  Print help

    Logging:
          --log-level <LEVEL>
              The least level that is logged: debug, info, warn or error [env: BATON_LOG_LEVEL]
              [default: info] [possible values: debug, info, warn, error]
          --log-format <FORMAT>
              json or console; console on a terminal, json elsewhere [env: BATON_LOG_FORMAT] [possible
              values: json, console]
          --otel-collector-endpoint <ADDRESS>
              Send logs, and a span for the run, or each task, and each request, to the OpenTelemetry
              collector at this address (host:port, OTLP over gRPC) [env: BATON_OTEL_COLLECTOR_ENDPOINT]
          --otel-collector-endpoint-tls-cert-path <FILE>
              Trust the certificate authority in this file (PEM) for the collector [env:
              BATON_OTEL_COLLECTOR_ENDPOINT_TLS_CERT_PATH]
          --otel-collector-endpoint-tls-insecure
              Talk to the collector without TLS [env: BATON_OTEL_COLLECTOR_ENDPOINT_TLS_INSECURE]

    Sync:
      -f, --file <FILE>                   The .c1z file to write, or to look ids up in [env: BATON_FILE]
                                          [default: sync.c1z]
          --sync-resources <RESOURCE>     Sync only these resources (bid:r:<type>/<id>) and what their
                                          grants are about, best into a file of its own [env:
                                          BATON_SYNC_RESOURCES]
          --sync-resource-types <TYPE>    Sync only these resource types, into a file that does not hold
                                          others [env: BATON_SYNC_RESOURCE_TYPES]
          --skip-entitlements-and-grants  Sync resource types and resources only [env:
                                          BATON_SKIP_ENTITLEMENTS_AND_GRANTS]
          --max-drop <PERCENT>            Refuse to write if there are more than PERCENT fewer resources
                                          of a type, or grants on it, than in the file's last sync (of
                                          at least 100) [env: BATON_MAX_DROP] [default: 20]
          --max-unusable <PERCENT>        Refuse to write if more than PERCENT of the records of a type
                                          are unusable [env: BATON_MAX_UNUSABLE] [default: 5]
          --c1z-temp-dir <DIRECTORY>      Where the database is built before it is compressed;
                                          BATON_TMPDIR, the system's directory for temporary files, or,
                                          where that cannot be written to, the current one, if not given
                                          [env: BATON_C1Z_TEMP_DIR]

    Change access (one change instead of a sync):
          --grant-entitlement <ENTITLEMENT>
              Grant the entitlement with this id [env: BATON_GRANT_ENTITLEMENT]
          --grant-principal <ID>
              Id of the resource that it is granted to [env: BATON_GRANT_PRINCIPAL]
          --grant-principal-type <TYPE>
              Type of that resource [env: BATON_GRANT_PRINCIPAL_TYPE]
          --revoke-grant <GRANT>
              Revoke the grant with this id [env: BATON_REVOKE_GRANT]
          --create-account-login <LOGIN>
              Create an account with this login [env: BATON_CREATE_ACCOUNT_LOGIN]
          --create-account-email <ADDRESS>
              Create an account with this e-mail address [env: BATON_CREATE_ACCOUNT_EMAIL]
          --create-account-profile <JSON>
              Create an account with these values for the connector's form (see inspect) [env:
              BATON_CREATE_ACCOUNT_PROFILE]
          --invoke-action <ACTION>
              Carry out this action of the connector (see inspect) [env: BATON_INVOKE_ACTION]
          --invoke-action-args <JSON>
              Its arguments [env: BATON_INVOKE_ACTION_ARGS]
          --list-action-schemas
              Log which actions there are [env: BATON_LIST_ACTION_SCHEMAS]
          --dry-run
              Read, but hold back what would change something, and show it instead [env: BATON_DRY_RUN]
          --receipts <FILE>
              Append a line of JSON for each change: the state before, what was sent, what came of it
              [env: BATON_RECEIPTS]

    Sandbox:
          --digest <DIGEST>                 Run the component only if this is its digest (sha256:<64
                                            hexadecimal digits>, see inspect) [env: BATON_DIGEST]
          --policy <FILE>                   Let pass more, or less, than the connector declares, as this
                                            file says (TOML, see the README) [env: BATON_POLICY]
          --allow-outbound <ORIGIN>         Let declared requests to this origin (https://host[:port])
                                            reach addresses that are not public, such as loopback or
                                            private ones (can be repeated) [env: BATON_ALLOW_OUTBOUND]
          --http-timeout-seconds <SECONDS>  How long an attempt of a request may take, up to the last
                                            byte of the answer [env: BATON_HTTP_TIMEOUT_SECONDS]
                                            [default: 300]
          --retries <TIMES>                 How often a request is tried again after 429, 502, 503, 504
                                            or a failed connection, and a page of a listing after it has
                                            broken off or the service has failed otherwise [env:
                                            BATON_RETRIES] [default: 4]
          --ca-file <FILE>                  Trust the certificate authorities in this file (PEM), too
                                            [env: BATON_CA_FILE]
          --audit <FILE>                    Append a line of JSON for each request that the connector
                                            tries to send, allowed or refused [env: BATON_AUDIT]

    Limits:
          --memory-limit <MIB>
              How much memory the connector may use [env: BATON_MEMORY_LIMIT] [default: 64]
          --table-limit <ENTRIES>
              How many entries a table of the connector's may have [env: BATON_TABLE_LIMIT] [default:
              100000]
          --instance-limit <COUNT>
              How many core instances, memories and tables the connector may be made of, each [env:
              BATON_INSTANCE_LIMIT] [default: 64]
          --handle-limit <COUNT>
              How many handles (requests, streams, clocks) the connector may hold at once [env:
              BATON_HANDLE_LIMIT] [default: 1000]
          --cpu-limit <SECONDS>
              How long the connector may compute [env: BATON_CPU_LIMIT] [default: 600]
          --call-time-limit <SECONDS>
              How long a call may take, such as the listing of one page [env: BATON_CALL_TIME_LIMIT]
              [default: 1800]
          --time-limit <SECONDS>
              How long the connector may run [env: BATON_TIME_LIMIT] [default: 3600]
          --request-size-limit <KIB>
              How large the body of a request may be [env: BATON_REQUEST_SIZE_LIMIT] [default: 1024]
          --response-size-limit <MIB>
              How large an answer may be, after decompression [env: BATON_RESPONSE_SIZE_LIMIT] [default:
              2048]
          --header-size-limit <KIB>
              How large all headers of a request, or of an answer, may be [env: BATON_HEADER_SIZE_LIMIT]
              [default: 64]
          --concurrent-requests-limit <COUNT>
              How many requests may be under way at once [env: BATON_CONCURRENT_REQUESTS_LIMIT]
              [default: 32]
          --request-rate-limit <COUNT>
              How many requests may leave in a second; what is more waits [env:
              BATON_REQUEST_RATE_LIMIT] [default: 100]
          --request-limit <COUNT>
              How many requests there may be in a run, without repetitions [env: BATON_REQUEST_LIMIT]
              [default: 100000]
          --item-limit <COUNT>
              How many records a sync may list [env: BATON_ITEM_LIMIT] [default: 10000000]
          --item-size-limit <KIB>
              How large one of them may be [env: BATON_ITEM_SIZE_LIMIT] [default: 1024]
          --list-size-limit <MIB>
              How large all of them may be together [env: BATON_LIST_SIZE_LIMIT] [default: 8192]
          --log-limit <LINES>
              How many lines the connector may print into the log [env: BATON_LOG_LIMIT] [default: 1000]
          --component-size-limit <MIB>
              How large the component's file may be [env: BATON_COMPONENT_SIZE_LIMIT] [default: 16]
          --stack-limit <KIB>
              How much stack the connector may use [env: BATON_STACK_LIMIT] [default: 1024]
          --compile-time-limit <SECONDS>
              How long it may take to compile the component [env: BATON_COMPILE_TIME_LIMIT] [default:
              60]
          --describe-time-limit <SECONDS>
              How long the connector may take to describe itself [env: BATON_DESCRIBE_TIME_LIMIT]
              [default: 10]

    Service mode (tasks from ConductorOne instead of a single one):
          --client-id <ID>
              The client id that ConductorOne shows (<name>@<host>/<suffix>); asks for service mode
              [env: BATON_CLIENT_ID]
          --client-secret <SECRET>
              The client secret that ConductorOne shows beside it [env: BATON_CLIENT_SECRET]
          --client-secret-file <FILE>
              A file that holds it, in place of --client-secret [env: BATON_CLIENT_SECRET_FILE]
      -p, --provisioning
              Let ConductorOne grant, revoke and create accounts; actions need no leave [env:
              BATON_PROVISIONING]
          --task-concurrency <COUNT>
              How many tasks are worked on at once [env: BATON_TASK_CONCURRENCY] [default: 3]
          --shutdown-grace <SECONDS>
              How long tasks may go on after SIGTERM before they are handed back [env:
              BATON_SHUTDOWN_GRACE] [default: 15]
          --host-id <ID>
              What tells this process from others with the same client id; the machine's name if not
              given [env: BATON_HOST_ID]
          --health-check
              Answer probes: /health, /ready, /live and /metrics [env: BATON_HEALTH_CHECK]
          --health-check-port <PORT>
              The port on which they are answered [env: BATON_HEALTH_CHECK_PORT] [default: 8081]
          --health-check-bind-address <ADDRESS>
              The address on which they are answered; 0.0.0.0 for Kubernetes' own HTTP probes [env:
              BATON_HEALTH_CHECK_BIND_ADDRESS] [default: 127.0.0.1]

    Connector:
          --valimail-app-id <VALUE>         required: The App ID of a Valimail API key of the type
                                            Configuration Only [env: BATON_VALIMAIL_APP_ID]
          --valimail-app-id-file <FILE>     A file that holds it, in place of --valimail-app-id [env:
                                            BATON_VALIMAIL_APP_ID_FILE]
          --valimail-client-id <VALUE>      required: The Client ID of the same API key [env:
                                            BATON_VALIMAIL_CLIENT_ID]
          --valimail-client-id-file <FILE>  A file that holds it, in place of --valimail-client-id [env:
                                            BATON_VALIMAIL_CLIENT_ID_FILE]
          --valimail-slug <your-company>    required: The part after /app/ in the address of Valimail's
                                            web application [env: BATON_VALIMAIL_SLUG]
          --base-url <VALUE>                Where Valimail's API is [env: BATON_BASE_URL] [default:
                                            https://api.valimail.com]
          --allow-last-owner[=<VALUE>]      Lets the last active owner be demoted or disabled, after
                                            which nobody can manage users or API keys [env:
                                            BATON_ALLOW_LAST_OWNER] [default: false] [possible values:
                                            true, false]
      -v, --version                         Print the connector's version

    The component comes first; its own flags are listed once it is named.
    ");
}

#[test]
fn help_on_commands_that_only_look() {
    let host = Host::unconfigured();
    let printed = |command, arguments: &[&str]| host.command(command, arguments).succeeded().stdout;
    let text = printed("policy explain", &["--help"]);
    let (text, _) = text.split_once("\nLimits:").expect("limits");
    insta::assert_snapshot!(text, @"
    Say whether a request may be sent, which rule decides, and what would change that

    Usage: connector-host policy explain [OPTIONS] <COMPONENT> <METHOD> <URL>

    Arguments:
      <COMPONENT>  The connector: a WebAssembly component
      <METHOD>     The request's method, such as GET
      <URL>        Its URL, without placeholders

    Options:
          --during <OPERATION>  Only during this operation: validate, sync, get-resource, grant, revoke,
                                create-account or invoke-action
      -h, --help                Print help

    Sandbox:
          --policy <FILE>            Let pass more, or less, than the connector declares, as this file
                                     says (TOML, see the README) [env: BATON_POLICY]
          --allow-outbound <ORIGIN>  Let declared requests to this origin (https://host[:port]) reach
                                     addresses that are not public, such as loopback or private ones
                                     (can be repeated) [env: BATON_ALLOW_OUTBOUND]
    ");
    let text = printed("inspect", &["--help"]);
    let (text, _) = text.split_once("\nLimits:").expect("limits");
    insta::assert_snapshot!(text, @"
    Show what a component is and what it asks for, without running it on anything

    Usage: connector-host inspect [OPTIONS] <COMPONENT>

    Arguments:
      <COMPONENT>  The connector: a WebAssembly component

    Options:
          --json                 Print JSON
          --policy [<FILE>]      Print only what may be sent: what the connector declares, with the
                                 settings that are known filled in, and what FILE, or the file that
                                 BATON_POLICY names, makes of it
          --against <COMPONENT>  And in what that differs from what COMPONENT, an older version,
                                 declares
          --fail-on-more         End with exit code 9 if more may be sent than by the older version
      -h, --help                 Print help
    ");
}

#[test]
fn versions_are_printed() {
    for flag in ["-v", "--version"] {
        assert_eq!(printed(&[flag]), "baton-valimail version 0.1.0\n");
    }
    for flag in ["-V", "--version"] {
        let transcript = connector_host(&[flag]).succeeded();
        assert_eq!(transcript.stdout, "connector-host 0.1.0\n");
    }
}
