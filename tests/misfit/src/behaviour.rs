//! The table of behaviours in listings.
//!
//! Except for `well`, each concerns the listing of the first type, `group`; what it does not
//! spoil is as in [`well`]. Those that concern changes only list well.

use crate::{
    changes,
    component::{End, Page},
    crash, look, odd, outside, talk, well,
};

/// Lists a page of resources in the way that is asked for.
pub async fn list(behaviour: &str, page: Page) -> End {
    if page.resource_type != "group" {
        return well::list(page).await;
    }
    match behaviour {
        "well" | "panic-in-entitlements" | "denied-grants" => well::list(page).await,

        "trap" => crash::trap(),
        "panic" => panic!("this is how it ends"),
        "panic-midway" => crash::panic_midway(page).await,
        "panic-with-secret" => panic!("the secret is {}", talk::secret().await),
        "spin" => crash::spin(),
        "endless-stream" => crash::never_stop(page).await,

        "undeclared-type" => odd::one(page, odd::of_type("unheard-of")).await,
        "details-of-no-user" => odd::one(page, odd::with_user_details()).await,
        "user-without-details" => odd::one(page, odd::of_type("user")).await,
        "empty-id" => odd::one(page, odd::with_id("")).await,
        "huge-id" => odd::one(page, odd::with_id(&"x".repeat(1025))).await,
        "huge-name" => odd::one(page, odd::with_name(&"ñ".repeat(5 << 20))).await,
        "same-resource-twice" => odd::twice(page).await,
        "same-entitlement-twice" => odd::one(page, odd::with_entitlement_twice()).await,
        "entitlement-on-nothing" => odd::one(page, odd::with_entitlement_on_nothing()).await,
        "grant-on-nothing" => odd::one(page, odd::with_grant_on_nothing()).await,
        "grant-of-nobody" => odd::one(page, odd::with_grant_of_nobody()).await,
        "early-grants" => odd::early_grants(page).await,
        "all-unusable" => odd::unusable(page, "it is of no use").await,

        "ask" => outside::ask(page).await,

        "line-in-disguise" => talk::line_in_disguise(page).await,
        "secret-in-log" => talk::secret_in_log(page).await,
        "secret-in-name" => odd::one(page, odd::with_name(&talk::secret().await)).await,
        "secret-in-error" => Err(talk::failure(&talk::secret().await)),
        "secret-in-passing-error" => talk::fail_for_the_moment(page).await,
        "secret-in-unusable" => odd::unusable(page, &talk::secret().await).await,

        other if changes::BEHAVIOURS.contains(&other) => well::list(page).await,
        other if look::BEHAVIOURS.contains(&other) => well::list(page).await,
        other => panic!("there is no behaviour {other:?}"),
    }
}
