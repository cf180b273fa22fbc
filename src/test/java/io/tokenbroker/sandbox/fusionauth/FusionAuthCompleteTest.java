package io.tokenbroker.sandbox.fusionauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FusionAuthCompleteTest {

    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void unknownIdentityBecomesAPendingLink() {
        var answer = world.complete("code-bea");

        assertThat(answer.status).isEqualTo(232);
        assertThat(answer.successResponse.pendingIdPLinkId).hasSize(43);
        assertThat(answer.successResponse.user).isNull();
        assertThat(world.fusionAuth.links()).isEmpty();
    }

    @Test
    void codeGoesUpstreamWithVerifierAndBasicAuthentication() {
        world.complete("code-bea");

        var request = world.contoso.tokenRequests().getFirst();
        assertThat(request.form())
                .containsEntry("code_verifier", "a-verifier-of-some-length")
                .containsEntry("redirect_uri", "http://localhost:3000/callback")
                .doesNotContainKeys("client_secret", "scope");
        assertThat(request.header("authorization"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("Basic "));
    }

    @Test
    void clientOfTheApplicationOverridesTheProviders() {
        world.provider(world.fusionAuth
                .providers()
                .getFirst()
                .withAuthentication("client_secret_post")
                .withApplicationClient(FusionAuthStandIn.APPLICATION_ID, "override", "override-secret"));

        world.complete("code-bea");

        assertThat(world.contoso.tokenRequests().getFirst().form())
                .containsEntry("client_id", "override")
                .containsEntry("client_secret", "override-secret");
    }

    @Test
    void existingLinkLogsInItsUserAndTakesTheNewTokenEvenIfThereIsNone() {
        world.fusionAuth.addLink(FusionAuthStandIn.ZOE_ID, World.CONTOSO, "bea", "old name", "old-token");
        world.fusionAuth.clock().advance(Duration.ofMinutes(5));

        var answer = world.complete("code-bea");

        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.successResponse.user.id).isEqualTo(FusionAuthStandIn.ZOE_ID);
        assertThat(answer.successResponse.token).isNull();
        assertThat(world.fusionAuth.link(World.CONTOSO, "bea")).hasValueSatisfying(link -> {
            assertThat(link.token()).isEqualTo("refresh-code-bea");
            assertThat(link.displayName()).isEqualTo("bea@contoso.com");
            assertThat(link.lastLoginInstant()).isAfter(link.insertInstant());
        });

        world.contoso.refreshToken = false;
        world.complete("code-bea-again");
        assertThat(world.fusionAuth.link(World.CONTOSO, "bea").orElseThrow().token())
                .isNull();
    }

    @Test
    void loginBringsTokensAndCookiesUnlessToldNotTo() {
        world.fusionAuth.addLink(FusionAuthStandIn.ALICE_ID, World.CONTOSO, "bea", "name", null);
        var data = Map.of("code", "code-bea", "redirect_uri", "http://localhost:3000/callback");

        var answer = new Wire(world.fusionAuth)
                .post(
                        Complete.PATH,
                        "",
                        Map.of(
                                "applicationId", FusionAuthStandIn.APPLICATION_ID,
                                "identityProviderId", World.CONTOSO,
                                "data", data));

        assertThat(Wire.json(answer).path("token").asText()).startsWith("ey");
        assertThat(answer.headers().allValues("Set-Cookie"))
                .anySatisfy(cookie -> assertThat(cookie).startsWith("access_token="))
                .anySatisfy(cookie -> assertThat(cookie).startsWith("refresh_token="));
    }

    @Test
    void missingRefreshTokenMayLeaveTheStoredOne() {
        world.fusionAuth.switches().set(Unknown.MissingRefreshToken.KEEPS);
        world.fusionAuth.addLink(FusionAuthStandIn.ALICE_ID, World.CONTOSO, "bea", "name", "old-token");
        world.contoso.refreshToken = false;

        world.complete("code-bea");

        assertThat(world.fusionAuth.link(World.CONTOSO, "bea").orElseThrow().token())
                .isEqualTo("old-token");
    }

    @Test
    void noLinkAndDisabledStrategyFindNobody() {
        var request = World.request("code-bea");
        request.noLink = true;
        assertThat(world.client().identityProviderLogin(request).status).isEqualTo(404);

        world.strategy(LinkingStrategy.Disabled);
        assertThat(world.complete("code-cy").status).isEqualTo(404);
    }

    @Test
    void linkByEmailCreatesTheUserOnceAndRefusesASecondIdentity() {
        world.strategy(LinkingStrategy.LinkByEmail);

        var first = world.complete("code-bea");
        assertThat(first.status).isEqualTo(202);
        assertThat(first.successResponse.user.email).isEqualTo("bea@contoso.com");

        world.contoso.extraClaims = Map.of("email", "bea@contoso.com");
        var second = world.complete("code-other");
        assertThat(second.status).isEqualTo(400);
        assertThat(second.errorResponse.generalErrors.getFirst().code).isEqualTo("[ExistingUserAlreadyLinked]");
    }

    @Test
    void unverifiedEmailFindsNoUser() {
        world.strategy(LinkingStrategy.LinkByEmailForExistingUser);
        world.contoso.extraClaims = Map.of("email", FusionAuthStandIn.ALICE, "email_verified", false);
        assertThat(world.complete("code-bea").errorResponse.generalErrors.getFirst().code)
                .isEqualTo("[UnverifiedEmail]");

        world.contoso.extraClaims = Map.of("email", FusionAuthStandIn.ALICE);
        assertThat(world.complete("code-bea-2").successResponse.user.id).isEqualTo(FusionAuthStandIn.ALICE_ID);
    }

    @Test
    void registrationDecidesBetween200And202() {
        world.provider(world.fusionAuth
                .providers()
                .getFirst()
                .withStrategy(LinkingStrategy.LinkAnonymously)
                .forApplication(FusionAuthStandIn.APPLICATION_ID, true, true));

        var answer = world.complete("code-bea");

        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.successResponse.user.email).isNull();
        assertThat(answer.successResponse.user.getRegistrations()).hasSize(1);
    }

    @Test
    void failuresCarryTheirCode() {
        assertThat(code("spent")).isEqualTo("[OpenIDConnectToken]");

        world.contoso.userinfoFails = true;
        assertThat(code("code-bea")).isEqualTo("[OpenIDConnectUserinfo]");

        world.contoso.userinfoFails = false;
        world.contoso.extraClaims = Map.of("sub", "");
        assertThat(code("code-cy")).isEqualTo("[MissingUniqueId]");

        world.contoso.close();
        assertThat(code("code-dee")).isEqualTo("[Exception]");

        world.provider(world.fusionAuth.providers().getFirst().withEnabled(false));
        assertThat(code("code-eve")).isEqualTo("[InvalidIdentityProviderId]");
    }

    @Test
    void failuresMayBeTold401WithoutBody() {
        world.fusionAuth.switches().set(Unknown.UpstreamFailure.EMPTY_401);

        var answer = world.complete("spent");

        assertThat(answer.status).isEqualTo(401);
        assertThat(answer.errorResponse).isNull();
    }

    @Test
    void slowProviderIsGivenUp() {
        world.fusionAuth.upstreamTimeout(Duration.ofMillis(100));
        world.contoso.tokenHangs = true;

        assertThat(code("code-bea")).isEqualTo("[OpenIDConnectToken]");
    }

    @Test
    void interruptedLoginMayOrMayNotHaveWrittenTheLink() {
        world.fusionAuth.addLink(FusionAuthStandIn.ALICE_ID, World.CONTOSO, "bea", "name", "old-token");
        world.fusionAuth.switches().set(Unknown.LoginInterruption.TWO_FACTOR_242);
        world.fusionAuth.switches().set(Unknown.InterruptedLink.NOT_WRITTEN);

        assertThat(world.complete("code-bea").status).isEqualTo(242);
        assertThat(world.fusionAuth.link(World.CONTOSO, "bea").orElseThrow().token())
                .isEqualTo("old-token");

        world.fusionAuth.switches().set(Unknown.InterruptedLink.WRITTEN);
        assertThat(world.complete("code-bea-2").status).isEqualTo(242);
        assertThat(world.fusionAuth.link(World.CONTOSO, "bea").orElseThrow().token())
                .isEqualTo("refresh-code-bea-2");
    }

    @Test
    void missingFieldIsNamed() {
        var request = World.request("code-bea");
        request.identityProviderId = null;

        var answer = world.client().identityProviderLogin(request);

        assertThat(answer.status).isEqualTo(400);
        assertThat(answer.errorResponse.fieldErrors).containsKey("identityProviderId");
    }

    @Test
    void unknownTenantIsRefused() {
        var client = world.client().setTenantId(UUID.randomUUID());

        assertThat(client.identityProviderLogin(World.request("code-bea")).status)
                .isEqualTo(400);
    }

    private String code(String code) {
        return world.complete(code).errorResponse.generalErrors.getFirst().code;
    }
}
