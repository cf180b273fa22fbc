package io.tokenbroker.complete;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.fusionauth.LinkingStrategy;
import io.tokenbroker.sandbox.fusionauth.Unknown;
import io.tokenbroker.support.AuditLines;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.LinkingTest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who comes back from the provider, and what becomes of that under each linking strategy. */
@QuarkusTest
class CompleteTest extends LinkingTest {

    @Test
    void anUnknownIdentityIsPending() {
        var completed = complete(Sandbox.CONTOSO, "b@contoso.com");

        completed.then().statusCode(202).body(json("status", equalTo("pending")));
        assertThat(Json.<Map<String, Object>>at(completed, "$"))
                .containsOnlyKeys("status", "pending_link_id", "expires_at", "identity");
        Map<String, Object> identity = at(completed, "identity");
        assertThat(identity)
                .containsOnlyKeys("provider_id", "provider_user_id", "display_name", "email")
                .containsEntry("provider_id", Sandbox.CONTOSO.toString())
                .containsEntry("display_name", "b@contoso.com")
                .containsEntry("email", "b@contoso.com");
        assertThat((String) identity.get("provider_user_id")).isNotBlank();
        assertThat(Instant.parse(at(completed, "expires_at")))
                .isCloseTo(Instant.now().plus(Duration.ofMinutes(10)), within(20, ChronoUnit.SECONDS));
        assertThat(completed.header("Cache-Control")).isEqualTo("no-store");
        assertThat(sandbox().fusionAuth().links()).isEmpty();
    }

    @Test
    void anIdentityWithoutNamesIsPendingWithoutThem() {
        var plain = plainProvider();
        var completed = completeWith(add(plain.registered("Plain")), plain.code("nameless"));

        completed
                .then()
                .statusCode(202)
                .body(json("identity.provider_user_id", equalTo("nameless")))
                .body(json("identity.display_name", nullValue()))
                .body(json("identity.email", nullValue()));
    }

    @Test
    void aLinkedAccountAuthorizedAgainStaysItselfWithANewToken() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var before = linkOf(account);
        String linkedAt = at(Broker.alice().get("/accounts/{id}", account), "linked_at");
        advance(Duration.ofHours(1));

        var completed = complete(Sandbox.CONTOSO, "b@contoso.com");

        completed.then().statusCode(200).body(json("status", equalTo("linked")));
        assertThat(Json.<Map<String, Object>>at(completed, "$")).containsOnlyKeys("status", "account");
        Map<String, Object> view = at(completed, "account");
        assertThat(view)
                .containsOnlyKeys(
                        "id",
                        "user_id",
                        "provider",
                        "provider_user_id",
                        "display_name",
                        "linked_at",
                        "last_authorized_at",
                        "status",
                        "reason")
                .containsEntry("id", account)
                .containsEntry("user_id", FusionAuthStandIn.ALICE_ID.toString())
                .containsEntry("provider", Map.of("id", Sandbox.CONTOSO.toString(), "name", "Contoso"))
                .containsEntry("provider_user_id", before.identityProviderUserId())
                .containsEntry("display_name", "b@contoso.com")
                .containsEntry("linked_at", linkedAt)
                .containsEntry("status", "active")
                .containsEntry("reason", null);
        assertThat(Instant.parse((String) view.get("last_authorized_at")))
                .isAfter(Instant.parse(linkedAt).plus(Duration.ofMinutes(59)));
        assertThat(linkOf(account).token()).isNotEqualTo(before.token());
        assertThat(sandbox().fusionAuth().links()).hasSize(1);
    }

    @Test
    void accountsOfOneProviderAndOfSeveralAndWithOneAddressAreAccountsOfTheirOwn() {
        var ids = List.of(
                Broker.link(Sandbox.CONTOSO, "b@contoso.com"),
                Broker.link(Sandbox.CONTOSO, "bea@contoso.com"),
                Broker.link(Sandbox.FABRIKAM, "c@fabrikam.com"),
                Broker.link(Sandbox.FABRIKAM, "b@contoso.com"),
                Broker.link(Sandbox.ADATUM, "d@adatum.com"));

        assertThat(ids).doesNotHaveDuplicates();
        Broker.alice()
                .get("/accounts")
                .then()
                .body(json("accounts[*].id", equalTo(ids)))
                .body(json("accounts[*].status", everyItem(equalTo("active"))));
        for (var id : ids) {
            Broker.mint(id, Map.of()).then().statusCode(200);
        }
    }

    @Test
    void twoProvidersOfOneTenantMakeTwoAccountsOfOneIdentity() {
        var second = add(contoso("Contoso again", LinkingStrategy.CreatePendingLink));

        var one = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var other = Broker.link(second, "b@contoso.com");

        assertThat(other).isNotEqualTo(one);
        assertThat(sandbox().fusionAuth().links()).hasSize(2);
    }

    @Test
    void byEmailTheUsersOwnAddressIsLinkedAtOnce() {
        for (var strategy : List.of(LinkingStrategy.LinkByEmail, LinkingStrategy.LinkByEmailForExistingUser)) {
            var provider = add(contoso(strategy.name(), strategy));

            var completed = complete(provider, "a@example.com");

            completed
                    .then()
                    .statusCode(200)
                    .body(json("status", equalTo("linked")))
                    .body(json("account.provider.id", equalTo(provider.toString())))
                    .body(json("account.status", equalTo("active")));
            Broker.mint(at(completed, "account.id"), Map.of()).then().statusCode(200);
        }
    }

    @Test
    void byEmailAnotherAddressIsNotTheCallersToLink() {
        var provider = add(contoso("By e-mail", LinkingStrategy.LinkByEmail));

        problem(complete(provider, "b@contoso.com"), 409, "linked_to_another_user");

        Broker.alice().get("/accounts").then().body(json("accounts", equalTo(List.of())));
        assertThat(sandbox().fusionAuth().links()).isEmpty();
    }

    @Test
    void byEmailOfExistingUsersAnotherAddressMatchesNobody() {
        var provider = add(contoso("By e-mail", LinkingStrategy.LinkByEmailForExistingUser));

        problem(complete(provider, "b@contoso.com"), 400, "authorization_failed");

        assertThat(sandbox().fusionAuth().links()).isEmpty();
    }

    @Test
    void byEmailASecondAccountIsOneTooMany() {
        var plain = plainProvider();
        var provider = add(plain.registered("By e-mail").withStrategy(LinkingStrategy.LinkByEmail));
        completeWith(provider, plain.code(Map.of("sub", "1", "email", FusionAuthStandIn.ALICE), true))
                .then()
                .statusCode(200);

        var second = completeWith(provider, plain.code(Map.of("sub", "2", "email", FusionAuthStandIn.ALICE), true));

        problem(second, 409, "link_limit_reached");
        assertThat(sandbox().fusionAuth().links()).hasSize(1);
    }

    @Test
    void byEmailAnUnverifiedAddressLinksNothing() {
        var plain = plainProvider();
        var provider = add(plain.registered("By e-mail").withStrategy(LinkingStrategy.LinkByEmail));

        var completed = completeWith(
                provider,
                plain.code(Map.of("sub", "1", "email", FusionAuthStandIn.ALICE, "email_verified", "false"), true));

        problem(completed, 400, "authorization_failed");
        assertThat(sandbox().fusionAuth().links()).isEmpty();
    }

    @Test
    void anonymouslyLinkedIsLinkedToSomebodyElse() {
        var provider = add(contoso("Anonymous", LinkingStrategy.LinkAnonymously));

        problem(complete(provider, "b@contoso.com"), 409, "linked_to_another_user");
        assertThat(sandbox().fusionAuth().links()).isEmpty();
    }

    @Test
    void aStrategyDisabledSinceStartIsTheOperatorsFault() {
        var provider = contoso("Soon disabled", LinkingStrategy.CreatePendingLink);
        var callback = Broker.signIn(Broker.start(add(provider)), "b@contoso.com");
        save(provider.withStrategy(LinkingStrategy.Disabled));

        problem(Broker.complete(Broker.alice(), callback), 502, "provider_misconfigured");
    }

    @Test
    void anIdentityOfAnotherUserIsRefusedWithoutAWordAboutThem() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var zoe = Broker.user(FusionAuthStandIn.ZOE_ID);
        var started = start(Broker.user(FusionAuthStandIn.ZOE_ID), Sandbox.CONTOSO, Map.of());

        var refused = Broker.complete(zoe, Broker.signIn(started, "b@contoso.com"));

        problem(refused, 409, "linked_to_another_user");
        assertThat(refused.asString())
                .doesNotContain(FusionAuthStandIn.ALICE_ID.toString(), FusionAuthStandIn.ALICE, "Alice", account)
                .doesNotContain("b@contoso.com", linkOf(account).identityProviderUserId());
        Broker.user(FusionAuthStandIn.ZOE_ID).get("/accounts").then().body(json("accounts", equalTo(List.of())));
        Broker.mint(account, Map.of()).then().statusCode(200);
    }

    @Test
    void theAccountToAuthorizeAgainCanBeJustThat() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");

        again(account, "b@contoso.com").then().statusCode(200).body(json("account.id", equalTo(account)));
    }

    @Test
    void aNewIdentityInsteadOfTheAccountIsRefusedAndNothingIsChanged() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var before = sandbox().fusionAuth().links();

        var refused = again(account, "bea@contoso.com");

        problem(refused, 409, "identity_mismatch");
        assertThat(refused.asString()).doesNotContain("bea@contoso.com", "pending_link_id");
        assertThat(sandbox().fusionAuth().links()).isEqualTo(before);
    }

    @Test
    void anotherAccountInsteadOfTheAccountIsRefusedAndBothStayGood() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var other = Broker.link(Sandbox.CONTOSO, "bea@contoso.com");
        var before = linkOf(account);

        problem(again(account, "bea@contoso.com"), 409, "identity_mismatch");

        assertThat(linkOf(account)).isEqualTo(before);
        Broker.alice()
                .get("/accounts")
                .then()
                .body(json("accounts[*].id", equalTo(List.of(account, other))))
                .body(json("accounts[*].status", equalTo(List.of("active", "active"))));
        Broker.mint(account, Map.of()).then().statusCode(200);
        Broker.mint(other, Map.of("force_refresh", true)).then().statusCode(200);
    }

    @Test
    void anotherAccountThatIsLinkedElsewhereInTheSameMomentIsNotTakenForTheOneToAuthorizeAgain() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.path().equals("/api/identity-provider/login")) {
                sandbox().advance(Duration.ofSeconds(1));
                sandbox()
                        .fusionAuth()
                        .addLink(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, "another-tab", "bea", "a-token");
            }
        });

        again(account, "b@contoso.com").then().statusCode(200).body(json("account.id", equalTo(account)));

        assertThat(sandbox().fusionAuth().links())
                .extracting(Link::identityProviderUserId)
                .hasSize(2)
                .contains("another-tab");
    }

    @Test
    void anotherAccountThatIsLinkedElsewhereStaysWhenTheSignInFails() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500).on("POST", "/api/identity-provider/login"));
        sandbox().fusionAuth().before(request -> {
            if (request.path().equals("/api/identity-provider/login")) {
                sandbox()
                        .fusionAuth()
                        .addLink(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, "another-tab", "bea", "a-token");
            }
        });

        problem(again(account, "b@contoso.com"), 502, "upstream_error");

        assertThat(sandbox().fusionAuth().links()).hasSize(2);
    }

    @Test
    void anotherIdentityThatWasLinkedInsteadIsTakenBack() {
        problem(linksAnotherByEmail(), 409, "identity_mismatch")
                .body(json("detail", containsString("Nothing was changed")));

        assertThat(sandbox().fusionAuth().links()).isEmpty();
    }

    @Test
    void anotherIdentityThatCannotBeTakenBackIsToldOf() {
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500).on("DELETE", "/api/identity-provider/link"));
        var known = AuditLines.behind(0).size();

        var refused = linksAnotherByEmail();

        problem(refused, 409, "identity_mismatch").body(json("detail", containsString("is linked now")));
        var event = AuditLines.only(
                known, found -> found.path("caller").path("kind").asText().equals("broker"));
        assertThat(event.path("event").asText()).isEqualTo("link");
        assertThat(event.path("outcome").asText()).isEqualTo("linked");
        assertThat(event.path("account").path("owner").asText()).isEqualTo(FusionAuthStandIn.ALICE_ID.toString());
        assertThat(event.path("request_id").asText()).isEqualTo(refused.header("X-Request-Id"));
    }

    /** The account to authorize again is gone meanwhile, so that another one may be linked by its address. */
    private Response linksAnotherByEmail() {
        var plain = plainProvider();
        var provider = add(plain.registered("By e-mail").withStrategy(LinkingStrategy.LinkByEmail));
        String account = at(
                completeWith(provider, plain.code(Map.of("sub", "1", "email", FusionAuthStandIn.ALICE), true)),
                "account.id");
        String state = at(start(Broker.alice(), provider, Map.of("account_id", account)), "state");
        sandbox().fusionAuth().removeLink(provider, "1");
        var code = plain.code(Map.of("sub", "2", "email", FusionAuthStandIn.ALICE), true);
        return Broker.complete(Broker.alice(), Map.of("state", state, "code", code));
    }

    @Test
    void anotherUsersIdentityInsteadOfTheAccountIsRefused() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var zoes = start(Broker.user(FusionAuthStandIn.ZOE_ID), Sandbox.CONTOSO, Map.of());
        var pending = Broker.complete(Broker.user(FusionAuthStandIn.ZOE_ID), Broker.signIn(zoes, "bea@contoso.com"));
        Broker.resolve(Broker.user(FusionAuthStandIn.ZOE_ID), at(pending, "pending_link_id"))
                .then()
                .statusCode(200);

        problem(again(account, "bea@contoso.com"), 409, "linked_to_another_user");

        assertThat(sandbox().fusionAuth().links())
                .extracting(Link::userId)
                .containsExactlyInAnyOrder(FusionAuthStandIn.ALICE_ID, FusionAuthStandIn.ZOE_ID);
    }

    @Test
    void anAccountUnlinkedSinceStartIsPendingAgain() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var started = start(Broker.alice(), Sandbox.CONTOSO, Map.of("account_id", account));
        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);

        var completed = Broker.complete(Broker.alice(), Broker.signIn(started, "b@contoso.com"));

        resolved(completed).then().statusCode(200).body(json("account.id", equalTo(account)));
    }

    @Test
    void withoutARefreshTokenTheAccountSaysSo() {
        var plain = plainProvider();
        var provider = add(plain.registered("Plain"));

        var linked = resolved(completeWith(provider, plain.code(Map.of("sub", "somebody"), false)));

        linked.then().statusCode(200).body(json("account.status", equalTo("no_refresh_token")));
        problem(Broker.mint(at(linked, "account.id"), Map.of()), 409, "no_refresh_token");
    }

    @Test
    void aSignInWithoutRefreshTokenClearsTheLinkAndTheAccountGoesOn() {
        var plain = plainProvider();
        var provider = add(plain.registered("Plain"));
        var account = link(provider, plain, "somebody");

        completeWith(provider, plain.code(Map.of("sub", "somebody"), false))
                .then()
                .statusCode(200)
                .body(json("account.id", equalTo(account)))
                .body(json("account.status", equalTo("active")))
                .body(json("account.reason", nullValue()));
        assertThat(linkOf(account).token()).isNull();
        Broker.mint(account, Map.of()).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void aFusionAuthThatKeepsTheTokenThenKeepsTheAccountActive() {
        sandbox().fusionAuth().switches().set(Unknown.MissingRefreshToken.KEEPS);
        var plain = plainProvider();
        var provider = add(plain.registered("Plain"));
        link(provider, plain, "somebody");
        advance(Duration.ofSeconds(1));

        completeWith(provider, plain.code(Map.of("sub", "somebody"), false))
                .then()
                .statusCode(200)
                .body(json("account.status", equalTo("active")));
    }

    @Test
    void theLimitOfLinksIsToldAtOnceAndEachPlaceCanBeTaken() {
        var plain = plainProvider();
        var provider = add(plain.registered("Limited").withLinkLimit(FusionAuthStandIn.TENANT_ID, 2));
        var first = link(provider, plain, "first");
        link(provider, plain, "second");

        problem(completeWith(provider, plain.code("third")), 409, "link_limit_reached");

        completeWith(provider, plain.code("first")).then().statusCode(200).body(json("account.id", equalTo(first)));
    }

    @Test
    void anIdentityMayBeAsLongAsFusionAuthKeeps() {
        var plain = plainProvider();
        var provider = add(plain.registered("Plain"));
        var account = link(provider, plain, "i".repeat(255));

        Broker.mint(account, Map.of()).then().statusCode(200);
        Broker.mint(account, Map.of("force_refresh", true)).then().statusCode(200);
    }

    @Test
    void aVerifierThatFusionAuthIgnoresFailsTheSignIn() {
        sandbox().fusionAuth().switches().set(Unknown.Verifier.IGNORED);

        problem(complete(Sandbox.CONTOSO, "b@contoso.com"), 400, "authorization_failed");
    }

    @Test
    void anIdentityThatFusionAuthWillNotNameCanStillBeResolved() {
        notTold();

        var completed = complete(Sandbox.CONTOSO, "b@contoso.com");

        completed
                .then()
                .statusCode(202)
                .body(json("identity.provider_id", equalTo(Sandbox.CONTOSO.toString())))
                .body(json("identity.provider_user_id", nullValue()));
        resolved(completed)
                .then()
                .statusCode(200)
                .body(json("account.display_name", equalTo("b@contoso.com")))
                .body(json("account.provider_user_id", not(nullValue())));
    }

    @Test
    void anIdentityThatFusionAuthWouldNotNameIsResolvedTwiceToTheSameAccount() {
        notTold();
        var completed = complete(Sandbox.CONTOSO, "b@contoso.com");
        var account = Json.<String>at(resolved(completed), "account.id");

        resolved(completed).then().statusCode(200).body(json("account.id", equalTo(account)));
        sandbox().fusionAuth().clearFaults();
        resolved(completed).then().statusCode(200).body(json("account.id", equalTo(account)));
    }

    @Test
    void theAccountToAuthorizeAgainIsNoMismatchOnlyBecauseFusionAuthDoesNotSayWhoWaits() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var started = start(Broker.alice(), Sandbox.CONTOSO, Map.of("account_id", account));
        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);
        notTold();

        var completed = Broker.complete(Broker.alice(), Broker.signIn(started, "b@contoso.com"));

        problem(resolved(completed), 503, "fusionauth_unavailable");
        assertThat(sandbox().fusionAuth().links()).isEmpty();
        sandbox().fusionAuth().clearFaults();
        resolved(completed).then().statusCode(200).body(json("account.id", equalTo(account)));
    }

    @Test
    void whoFusionAuthNamesTooLateIsRefusedAllTheSame() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var before = sandbox().fusionAuth().links();
        notTold();
        var completed = again(account, "bea@contoso.com");
        sandbox().fusionAuth().clearFaults();

        problem(resolved(completed), 409, "identity_mismatch");

        assertThat(sandbox().fusionAuth().links()).isEqualTo(before);
    }

    @Test
    void whoWaitsAtAnotherProviderIsNotLinked() {
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.path().equals("/api/identity-provider/login")) {
                sandbox().fusionAuth().movePendingLinks(Sandbox.FABRIKAM);
            }
        });

        problem(complete(Sandbox.CONTOSO, "b@contoso.com"), 502, "upstream_error");
    }

    private static void notTold() {
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500)
                        .on("GET", "/api/identity-provider/link/pending/*"));
    }

    private static Response again(String account, String email) {
        var started = start(Broker.alice(), Sandbox.CONTOSO, Map.of("account_id", account));
        return Broker.complete(Broker.alice(), Broker.signIn(started, email));
    }

    private static IdentityProvider contoso(String name, LinkingStrategy strategy) {
        return FusionAuthStandIn.linkingProvider(
                        name,
                        sandbox().issuer(Tenant.CONTOSO),
                        AppRegistration.CLIENT_ID,
                        sandbox().entra().app().secret())
                .withId(UUID.randomUUID())
                .withStrategy(strategy);
    }
}
