//! What a reviewer is shown of a component.

use e2e::{artifacts::artifacts, host::Host};
use serde_json::Value;

fn inspected(arguments: &[&str]) -> String {
    let transcript = Host::unconfigured().command("inspect", arguments);
    let transcript = transcript.succeeded();
    assert_eq!(transcript.stderr, "");
    assert!(transcript.stdout.ends_with('\n'));
    transcript.stdout
}

/// Without what differs from one build, one compiler or one machine to the next.
fn redacted(text: &str) -> String {
    let json = inspected(&["--json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let digest = json["digest"].as_str().expect("a digest");
    let size = json["size"].as_u64().expect("a size");
    let path = artifacts().valimail();
    assert_eq!(path.metadata().expect("it is there").len(), size);
    let text = text
        .replace(path.to_str().expect("a path"), "<PATH>")
        .replace(digest, "sha256:<DIGEST>")
        .replace(&format!("\"size\": {size}"), "\"size\": <SIZE>");
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = match line.split_once("wasi:") {
            // Rust's standard library brings these along.
            Some((before, name)) if name.contains("@0.2.") => {
                let quote = if before.ends_with('"') { "\"" } else { "" };
                format!("{before}<WASI 0.2>{quote}")
            }
            _ if line.starts_with("Size ") => "Size       <SIZE>".to_owned(),
            _ => line.to_owned(),
        };
        if lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

#[test]
fn an_inspection_for_people() {
    insta::assert_snapshot!(redacted(&inspected(&[])), @"
    Name       valimail (Valimail)
    Version    0.1.0
    File       <PATH>
    Digest     sha256:<DIGEST>
    Size       <SIZE>
    Contract   identity:connector@0.1.0
    Help       /docs/baton/valimail

    Outbound requests (all others are refused)
      POST  {base-url}/auth  sign-in: sign in (sends valimail-app-id, valimail-client-id) (returns token)
      GET   {base-url}/accounts/{valimail-slug}/scim/v2/Users  read: list accounts (sends token)
      GET   {base-url}/accounts/{valimail-slug}/scim/v2/Users/*  read: read one account (sends token)
      POST  {base-url}/accounts/{valimail-slug}/scim/v2/Users  change: create an account (during create-account only) (sends token)
      PATCH {base-url}/accounts/{valimail-slug}/scim/v2/Users/*  change: set an account's member type, or whether it is active (during grant, revoke, invoke-action only) (sends token)

    Settings
      valimail-app-id (text, required, secret): The App ID of a Valimail API key of the type Configuration Only
      valimail-client-id (text, required, secret): The Client ID of the same API key
      valimail-slug (text, required): The part after /app/ in the address of Valimail's web application
      base-url (text, default https://api.valimail.com): Where Valimail's API is
      allow-last-owner (flag, default false): Lets the last active owner be demoted or disabled, after which nobody can manage users or API keys

    Resource types
      member_type (Member Type; role, can be granted and revoked)
      user (User; user)

    New accounts (user; no-password)
      email (text, required): What the person signs in with
      first_name (text): Taken from the e-mail address if it is not given
      last_name (text): Taken from the e-mail address if it is not given
      member_type (text, default member): What the account may do: owner, member, marketer (the last only where Valimail has enabled it)
      external_id (text): The person's id in the identity provider

    Actions
      enable_user (user_id): Enables a user's access to ValiMail (activates the account)
      disable_user (user_id): Disables a user's access to ValiMail (deactivates the account)

    Imports
      spin:variables/variables@3.0.0
      identity:connector/types@0.1.0
      wasi:clocks/types@0.3.0
      wasi:clocks/monotonic-clock@0.3.0
      wasi:http/types@0.3.0
      wasi:http/client@0.3.0
      <WASI 0.2>

    Exports
      identity:connector/list-resources@0.1.0
      identity:connector/get-resource@0.1.0
      identity:connector/grant@0.1.0
      identity:connector/create-account@0.1.0
      identity:connector/invoke-action@0.1.0
      identity:connector/describe@0.1.0
      identity:connector/validate@0.1.0
      identity:connector/list-entitlements@0.1.0
      identity:connector/list-grants@0.1.0
    ");
}

#[test]
fn an_inspection_for_programs() {
    insta::assert_snapshot!(redacted(&inspected(&["--json"])), @r#"
    {
      "name": "valimail",
      "displayName": "Valimail",
      "version": "0.1.0",
      "helpUrl": "/docs/baton/valimail",
      "file": "<PATH>",
      "digest": "sha256:<DIGEST>",
      "size": <SIZE>,
      "contract": "0.1.0",
      "imports": [
        "spin:variables/variables@3.0.0",
        "identity:connector/types@0.1.0",
        "wasi:clocks/types@0.3.0",
        "wasi:clocks/monotonic-clock@0.3.0",
        "wasi:http/types@0.3.0",
        "wasi:http/client@0.3.0",
        "<WASI 0.2>"
      ],
      "exports": [
        "identity:connector/list-resources@0.1.0",
        "identity:connector/get-resource@0.1.0",
        "identity:connector/grant@0.1.0",
        "identity:connector/create-account@0.1.0",
        "identity:connector/invoke-action@0.1.0",
        "identity:connector/describe@0.1.0",
        "identity:connector/validate@0.1.0",
        "identity:connector/list-entitlements@0.1.0",
        "identity:connector/list-grants@0.1.0"
      ],
      "outboundRequests": [
        {
          "methods": [
            "POST"
          ],
          "url": "{base-url}/auth",
          "effect": "sign-in",
          "during": [],
          "sendsSecrets": [
            "valimail-app-id",
            "valimail-client-id"
          ],
          "returnsSecrets": [
            {
              "name": "token",
              "pointer": "/token"
            }
          ],
          "purpose": "sign in"
        },
        {
          "methods": [
            "GET"
          ],
          "url": "{base-url}/accounts/{valimail-slug}/scim/v2/Users",
          "effect": "read",
          "during": [],
          "sendsSecrets": [
            "token"
          ],
          "returnsSecrets": [],
          "purpose": "list accounts"
        },
        {
          "methods": [
            "GET"
          ],
          "url": "{base-url}/accounts/{valimail-slug}/scim/v2/Users/*",
          "effect": "read",
          "during": [],
          "sendsSecrets": [
            "token"
          ],
          "returnsSecrets": [],
          "purpose": "read one account"
        },
        {
          "methods": [
            "POST"
          ],
          "url": "{base-url}/accounts/{valimail-slug}/scim/v2/Users",
          "effect": "change",
          "during": [
            "create-account"
          ],
          "sendsSecrets": [
            "token"
          ],
          "returnsSecrets": [],
          "purpose": "create an account"
        },
        {
          "methods": [
            "PATCH"
          ],
          "url": "{base-url}/accounts/{valimail-slug}/scim/v2/Users/*",
          "effect": "change",
          "during": [
            "grant",
            "revoke",
            "invoke-action"
          ],
          "sendsSecrets": [
            "token"
          ],
          "returnsSecrets": [],
          "purpose": "set an account's member type, or whether it is active"
        }
      ],
      "settings": [
        {
          "name": "valimail-app-id",
          "description": "The App ID of a Valimail API key of the type Configuration Only",
          "kind": "text",
          "required": true,
          "secret": true,
          "default": null,
          "advanced": false
        },
        {
          "name": "valimail-client-id",
          "description": "The Client ID of the same API key",
          "kind": "text",
          "required": true,
          "secret": true,
          "default": null,
          "advanced": false
        },
        {
          "name": "valimail-slug",
          "description": "The part after /app/ in the address of Valimail's web application",
          "kind": "text",
          "required": true,
          "secret": false,
          "default": null,
          "advanced": false
        },
        {
          "name": "base-url",
          "description": "Where Valimail's API is",
          "kind": "text",
          "required": false,
          "secret": false,
          "default": "https://api.valimail.com",
          "advanced": true
        },
        {
          "name": "allow-last-owner",
          "description": "Lets the last active owner be demoted or disabled, after which nobody can manage users or API keys",
          "kind": "flag",
          "required": false,
          "secret": false,
          "default": "false",
          "advanced": true
        }
      ],
      "resourceTypes": [
        {
          "id": "member_type",
          "displayName": "Member Type",
          "traits": [
            "role"
          ],
          "parent": null,
          "entitlements": "with-resources",
          "grants": "with-resources",
          "provisionable": true,
          "exclusive": {
            "floor": "member"
          }
        },
        {
          "id": "user",
          "displayName": "User",
          "traits": [
            "user"
          ],
          "parent": null,
          "entitlements": "none",
          "grants": "none",
          "provisionable": false,
          "exclusive": null
        }
      ],
      "accountForm": {
        "resourceType": "user",
        "fields": [
          {
            "name": "email",
            "description": "What the person signs in with",
            "kind": "text",
            "required": true,
            "secret": false,
            "default": null
          },
          {
            "name": "first_name",
            "description": "Taken from the e-mail address if it is not given",
            "kind": "text",
            "required": false,
            "secret": false,
            "default": null
          },
          {
            "name": "last_name",
            "description": "Taken from the e-mail address if it is not given",
            "kind": "text",
            "required": false,
            "secret": false,
            "default": null
          },
          {
            "name": "member_type",
            "description": "What the account may do: owner, member, marketer (the last only where Valimail has enabled it)",
            "kind": "text",
            "required": false,
            "secret": false,
            "default": "member"
          },
          {
            "name": "external_id",
            "description": "The person's id in the identity provider",
            "kind": "text",
            "required": false,
            "secret": false,
            "default": null
          }
        ],
        "credentials": [
          "no-password"
        ]
      },
      "actions": [
        {
          "name": "enable_user",
          "displayName": "Enable User",
          "description": "Enables a user's access to ValiMail (activates the account)",
          "kind": "account-enable",
          "target": {
            "argument": "user_id",
            "resourceType": "user"
          },
          "arguments": [
            {
              "name": "user_id",
              "description": "The user's id in Valimail, as a sync lists it",
              "kind": "text",
              "required": true,
              "secret": false,
              "default": null
            }
          ],
          "returns": [
            {
              "name": "success",
              "description": "Whether the user is as wanted",
              "kind": "flag",
              "required": true,
              "secret": false,
              "default": null
            }
          ]
        },
        {
          "name": "disable_user",
          "displayName": "Disable User",
          "description": "Disables a user's access to ValiMail (deactivates the account)",
          "kind": "account-disable",
          "target": {
            "argument": "user_id",
            "resourceType": "user"
          },
          "arguments": [
            {
              "name": "user_id",
              "description": "The user's id in Valimail, as a sync lists it",
              "kind": "text",
              "required": true,
              "secret": false,
              "default": null
            }
          ],
          "returns": [
            {
              "name": "success",
              "description": "Whether the user is as wanted",
              "kind": "flag",
              "required": true,
              "secret": false,
              "default": null
            }
          ]
        }
      ]
    }
    "#);
}
