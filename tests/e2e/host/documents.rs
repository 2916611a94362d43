//! What the connector can do and how it is configured, for ConductorOne.

use e2e::host::Host;
use serde_json::Value;

/// What is printed without any configuration.
fn document(name: &str) -> String {
    let host = Host::unconfigured();
    let transcript = host.run(&[name]).succeeded();
    assert_eq!(transcript.stderr, "");
    assert!(!host.file().exists());
    let document = transcript.stdout;
    assert!(document.ends_with('}'), "there is no newline at the end");
    assert!(serde_json::from_str::<Value>(&document).is_ok());
    document
}

#[test]
fn documents_ignore_a_configuration() {
    let host = Host::unconfigured()
        .env("BATON_CLIENT_ID", "someone")
        .env("BATON_VALIMAIL_SLUG", "");
    for name in ["capabilities", "config"] {
        let transcript = host.run(&[name]).succeeded();
        assert_eq!(transcript.stdout, document(name));
    }
}

#[test]
fn capabilities_of_the_connector() {
    insta::assert_snapshot!(document("capabilities"), @r#"
    {
      "@type": "type.googleapis.com/c1.connector.v2.ConnectorCapabilities",
      "resourceTypeCapabilities": [
        {
          "resourceType": {
            "id": "member_type",
            "displayName": "Member Type",
            "traits": [
              "TRAIT_ROLE"
            ]
          },
          "capabilities": [
            "CAPABILITY_SYNC",
            "CAPABILITY_TARGETED_SYNC",
            "CAPABILITY_PROVISION"
          ],
          "permissions": {}
        },
        {
          "resourceType": {
            "id": "user",
            "displayName": "User",
            "traits": [
              "TRAIT_USER"
            ],
            "annotations": [
              {
                "@type": "type.googleapis.com/c1.connector.v2.SkipEntitlementsAndGrants"
              }
            ]
          },
          "capabilities": [
            "CAPABILITY_SYNC",
            "CAPABILITY_TARGETED_SYNC",
            "CAPABILITY_ACCOUNT_PROVISIONING"
          ],
          "permissions": {}
        }
      ],
      "connectorCapabilities": [
        "CAPABILITY_PROVISION",
        "CAPABILITY_SYNC",
        "CAPABILITY_ACCOUNT_PROVISIONING",
        "CAPABILITY_ACTIONS",
        "CAPABILITY_TARGETED_SYNC",
        "CAPABILITY_SERVICE_MODE_TARGETED_SYNC"
      ],
      "credentialDetails": {
        "capabilityAccountProvisioning": {
          "supportedCredentialOptions": [
            "CAPABILITY_DETAIL_CREDENTIAL_OPTION_NO_PASSWORD"
          ],
          "preferredCredentialOption": "CAPABILITY_DETAIL_CREDENTIAL_OPTION_NO_PASSWORD"
        }
      }
    }
    "#);
}

#[test]
fn configuration_of_the_connector() {
    insta::assert_snapshot!(document("config"), @r#"
    {
      "fields": [
        {
          "name": "log-level",
          "description": "The log level: debug, info, warn, error",
          "isOps": true,
          "stringField": {
            "defaultValue": "info"
          }
        },
        {
          "name": "log-level-debug-expires-at",
          "description": "The time at which the log level debug ends (RFC 3339)",
          "isOps": true,
          "stringField": {}
        },
        {
          "name": "session-store-maximum-size",
          "description": "The maximum size of the session store, in bytes",
          "isOps": true,
          "intField": {
            "defaultValue": "15728640"
          }
        },
        {
          "name": "otel-collector-endpoint",
          "description": "The endpoint of the OpenTelemetry collector for traces and logs",
          "isOps": true,
          "stringField": {}
        },
        {
          "name": "otel-collector-endpoint-tls-cert-path",
          "description": "A file with the certificate of the OpenTelemetry collector",
          "isOps": true,
          "stringField": {}
        },
        {
          "name": "otel-collector-endpoint-tls-cert",
          "description": "The certificate of the OpenTelemetry collector",
          "isOps": true,
          "stringField": {}
        },
        {
          "name": "otel-collector-endpoint-tls-insecure",
          "description": "Allow insecure connections to the OpenTelemetry collector",
          "isOps": true,
          "boolField": {}
        },
        {
          "name": "otel-tracing-disabled",
          "description": "Disable OpenTelemetry traces",
          "isOps": true,
          "boolField": {}
        },
        {
          "name": "otel-logging-disabled",
          "description": "Disable OpenTelemetry logs",
          "isOps": true,
          "boolField": {}
        },
        {
          "name": "health-check",
          "description": "Serve health checks over HTTP",
          "isOps": true,
          "boolField": {}
        },
        {
          "name": "health-check-port",
          "description": "The port for health checks",
          "isOps": true,
          "intField": {
            "defaultValue": "8081"
          }
        },
        {
          "name": "health-check-bind-address",
          "description": "The address for health checks",
          "isOps": true,
          "stringField": {
            "defaultValue": "127.0.0.1"
          }
        },
        {
          "name": "http-timeout-seconds",
          "description": "How long an HTTP request may take, in seconds",
          "isOps": true,
          "intField": {
            "defaultValue": "300",
            "rules": {
              "lte": "1800",
              "gte": "1"
            }
          }
        },
        {
          "name": "valimail-app-id",
          "displayName": "App ID",
          "description": "The App ID of a Valimail API key of the type Configuration Only",
          "isRequired": true,
          "isSecret": true,
          "stringField": {
            "rules": {
              "isRequired": true
            }
          }
        },
        {
          "name": "valimail-client-id",
          "displayName": "Client ID",
          "description": "The Client ID of the same API key",
          "isRequired": true,
          "isSecret": true,
          "stringField": {
            "rules": {
              "isRequired": true
            }
          }
        },
        {
          "name": "valimail-slug",
          "displayName": "Account Slug",
          "description": "The part after /app/ in the address of Valimail's web application",
          "placeholder": "your-company",
          "isRequired": true,
          "stringField": {
            "rules": {
              "isRequired": true
            }
          }
        }
      ],
      "displayName": "Valimail",
      "helpUrl": "/docs/baton/valimail",
      "iconUrl": "/static/app-icons/valimail.svg"
    }
    "#);
}
