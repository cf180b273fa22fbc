package io.tokenbroker.sandbox.fusionauth;

import static io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn.ALICE_ID;
import static io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn.ZOE_ID;
import static org.assertj.core.api.Assertions.assertThat;

import com.inversoft.error.Errors;
import com.inversoft.rest.ClientResponse;
import io.fusionauth.domain.IdentityProviderLink;
import io.fusionauth.domain.api.identityProvider.IdentityProviderLinkRequest;
import io.fusionauth.domain.api.identityProvider.IdentityProviderLinkResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FusionAuthLinksTest {

    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void pendingLinkIsCompletedOnceAndCarriesTheToken() {
        var pendingId = world.complete("code-bea").successResponse.pendingIdPLinkId;

        var linked = completePending(pendingId, ALICE_ID);

        assertThat(linked.status).isEqualTo(200);
        assertThat(world.client()
                        .retrieveUserLink(World.CONTOSO, "bea", null)
                        .successResponse
                        .identityProviderLink
                        .token)
                .isEqualTo("refresh-code-bea");
        assertThat(linked.successResponse.identityProviderLink.identityProviderName)
                .isEqualTo("Contoso");
        var again = completePending(pendingId, ALICE_ID);
        assertThat(again.status).isEqualTo(400);
        assertThat(again.errorResponse.generalErrors.getFirst().code).isEqualTo("[InvalidPendingIdPLinkId]");
    }

    @Test
    void pendingLinkExpires() {
        var pendingId = world.complete("code-bea").successResponse.pendingIdPLinkId;
        world.fusionAuth.clock().advance(Duration.ofHours(1));
        world.fusionAuth.switches().set(Unknown.PendingGone.EMPTY_404);

        assertThat(completePending(pendingId, ALICE_ID).status).isEqualTo(404);
        assertThat(world.client().retrievePendingLink(pendingId, null).status).isEqualTo(404);
    }

    @Test
    void pendingLinkShowsWhoWaitsAndHowManyTheUserHas() {
        world.provider(world.fusionAuth.providers().getFirst().withLinkLimit(FusionAuthStandIn.TENANT_ID, 1));
        world.fusionAuth.addLink(ALICE_ID, World.CONTOSO, "first", "first", null);
        var pendingId = world.complete("code-bea").successResponse.pendingIdPLinkId;

        var pending = world.client().retrievePendingLink(pendingId, ALICE_ID).successResponse;

        assertThat(pending.pendingIdPLink.identityProviderUserId).isEqualTo("bea");
        assertThat(pending.pendingIdPLink.email).isEqualTo("bea@contoso.com");
        assertThat(pending.linkCount).isEqualTo(1);
        assertThat(pending.identityProviderTenantConfiguration.limitUserLinkCount.maximumLinks)
                .isEqualTo(1);
        assertThat(completePending(pendingId, ALICE_ID)
                        .errorResponse
                        .generalErrors
                        .getFirst()
                        .code)
                .isEqualTo("[LinkCountExceeded]");
        assertThat(completePending(pendingId, ZOE_ID).status).isEqualTo(200);
    }

    @Test
    void linksAreFoundInThreeWays() {
        world.fusionAuth.addLink(ALICE_ID, World.CONTOSO, "u+id/1", "one", "t");
        var client = world.client();

        assertThat(client.retrieveUserLink(World.CONTOSO, "u+id/1", null).successResponse.identityProviderLink.userId)
                .isEqualTo(ALICE_ID);
        assertThat(client.retrieveUserLink(World.CONTOSO, "u+id/1", ZOE_ID).status)
                .isEqualTo(404);
        assertThat(client.retrieveUserLinksByUserId(World.CONTOSO, ALICE_ID).successResponse.identityProviderLinks)
                .hasSize(1);
        assertThat(client.retrieveUserLinksByUserId(null, ALICE_ID).successResponse.identityProviderLinks)
                .hasSize(1);
        assertThat(client.retrieveUserLinksByUserId(null, UUID.randomUUID()).errorResponse.fieldErrors)
                .containsOnlyKeys("userId");
    }

    @Test
    void nobodysLinksAreToldInThreeWays() {
        var client = world.client();
        assertThat(client.retrieveUserLinksByUserId(null, ALICE_ID).successResponse.identityProviderLinks)
                .isEmpty();

        world.fusionAuth.switches().set(Unknown.NoLinks.MEMBER_ABSENT);
        assertThat(client.retrieveUserLinksByUserId(null, ALICE_ID).status).isEqualTo(200);

        world.fusionAuth.switches().set(Unknown.NoLinks.EMPTY_404);
        assertThat(client.retrieveUserLinksByUserId(null, ALICE_ID).status).isEqualTo(404);
    }

    @Test
    void deletionNeedsAllThreeAndTheRightUser() {
        world.fusionAuth.addLink(ALICE_ID, World.CONTOSO, "u+id/1", "one", "t");
        var client = world.client();

        assertThat(client.deleteUserLink(World.CONTOSO, "u+id/1", null).status).isEqualTo(400);
        assertThat(client.deleteUserLink(World.CONTOSO, "u+id/1", ZOE_ID).status)
                .isEqualTo(404);
        assertThat(client.deleteUserLink(World.CONTOSO, "u+id/1", ALICE_ID).status)
                .isEqualTo(200);
        assertThat(world.fusionAuth.links()).isEmpty();
    }

    @Test
    void aLinkThatExistsIsNeitherReplacedNorToldApart() {
        create(ALICE_ID, "one");
        for (var user : List.of(ALICE_ID, ZOE_ID)) {
            var refused = create(user, "one");

            assertThat(refused.status).isEqualTo(400);
            assertThat(refused.errorResponse.fieldErrors.get("identityProviderUserId"))
                    .extracting(error -> error.code)
                    .containsExactly("[alreadyLinked]identityProviderUserId");
        }
        var link = world.fusionAuth.link(World.CONTOSO, "one").orElseThrow();
        assertThat(link.userId()).isEqualTo(ALICE_ID);
        assertThat(link.token()).isEqualTo("token-one");
    }

    @Test
    void theAnswerToANewLinkLeavesOutWhatReadingItShows() {
        var created = create(ALICE_ID, "one").successResponse.identityProviderLink;

        assertThat(created.userId).isEqualTo(ALICE_ID);
        assertThat(created.token).isNull();
        assertThat(created.insertInstant).isNull();

        world.fusionAuth.switches().set(Unknown.CreatedLink.COMPLETE);
        var complete = create(ALICE_ID, "two").successResponse.identityProviderLink;
        assertThat(complete.token).isEqualTo("token-two");
        assertThat(complete.insertInstant).isNotNull();
    }

    @Test
    void anUnknownUserOrProviderIsNamedByItsField() {
        assertThat(create(UUID.randomUUID(), "one").errorResponse.fieldErrors).containsOnlyKeys("userId");
        world.fusionAuth.removeProvider(World.CONTOSO);
        var unknown = create(ALICE_ID, "one").errorResponse.fieldErrors;
        assertThat(unknown.get("identityProviderId"))
                .extracting(error -> error.code)
                .containsExactly("[invalid]identityProviderId");

        world.fusionAuth.switches().set(Unknown.LinkFieldName.PREFIXED);
        assertThat(create(ALICE_ID, "one").errorResponse.fieldErrors)
                .containsOnlyKeys("identityProviderLink.identityProviderId");
    }

    @Test
    void linksOfAUserWhoIsNotActiveAreOnlyRead() {
        create(ALICE_ID, "one");
        world.fusionAuth.putUser(world.fusionAuth.user(ALICE_ID).orElseThrow().withActive(false));
        var client = world.client();

        assertThat(client.retrieveUserLink(World.CONTOSO, "one", null).status).isEqualTo(200);
        assertThat(create(ALICE_ID, "two").status).isEqualTo(400);
        assertThat(client.deleteUserLink(World.CONTOSO, "one", ALICE_ID).status).isEqualTo(400);

        world.fusionAuth.switches().set(Unknown.InactiveUserWrite.ALLOWED);
        assertThat(client.deleteUserLink(World.CONTOSO, "one", ALICE_ID).status).isEqualTo(200);
    }

    @Test
    void duplicateIsAnsweredAsSwitched() {
        create(ALICE_ID, "one");
        var switches = world.fusionAuth.switches();
        switches.set(Unknown.SameUserDuplicate.OVERWRITTEN_200);
        switches.set(Unknown.OtherUserDuplicate.FIELD_400);
        assertThat(create(ALICE_ID, "one").status).isEqualTo(200);
        assertThat(create(ZOE_ID, "one").errorResponse.fieldErrors)
                .containsKey("identityProviderLink.identityProviderUserId");

        switches.set(Unknown.OtherUserDuplicate.CONFLICT_409);
        switches.set(Unknown.ConflictBody.RETRYABLE);
        assertThat(create(ZOE_ID, "one").errorResponse.generalErrors.getFirst().code)
                .isEqualTo("[retryableConflict]");

        switches.set(Unknown.LinkWebhook.FAILS_WRITTEN);
        assertThat(create(ALICE_ID, "two").status).isEqualTo(504);
        assertThat(world.fusionAuth.link(World.CONTOSO, "two")).isPresent();
    }

    @Test
    void flatFormWorksWithoutToken() {
        var sent = new Wire(world.fusionAuth)
                .post(
                        FusionAuthLinkApi.PATH,
                        FusionAuthStandIn.BROKER_API_KEY,
                        Map.of(
                                "identityProviderId",
                                World.CONTOSO,
                                "identityProviderUserId",
                                "flat",
                                "token",
                                "dropped",
                                "userId",
                                ALICE_ID));

        assertThat(sent.statusCode()).isEqualTo(200);
        assertThat(world.fusionAuth.link(World.CONTOSO, "flat").orElseThrow().token())
                .isNull();
    }

    @Test
    void linkCannotBeChanged() {
        var wire = new Wire(world.fusionAuth);

        assertThat(wire.send("PUT", FusionAuthLinkApi.PATH, FusionAuthStandIn.ADMIN_API_KEY, "{}")
                        .statusCode())
                .isEqualTo(405);
        assertThat(wire.send("PATCH", FusionAuthLinkApi.PATH, FusionAuthStandIn.ADMIN_API_KEY, "{}")
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void keyIsCheckedForMethodAndTenant() {
        world.fusionAuth.addApiKey(new ApiKey("a-reader", null, Map.of(FusionAuthLinkApi.PATH, Set.of("GET"))));
        var otherTenant = UUID.randomUUID();
        world.fusionAuth.addTenant(otherTenant);
        world.fusionAuth.addApiKey(new ApiKey("another-tenant", otherTenant, Map.of()));

        assertThat(world.client("a-reader").retrieveUserLinksByUserId(null, ALICE_ID).status)
                .isEqualTo(200);
        assertThat(world.client("a-reader").deleteUserLink(World.CONTOSO, "x", ALICE_ID).status)
                .isEqualTo(401);
        var wrong = world.client("wrong").retrieveUserLinksByUserId(null, ALICE_ID);
        assertThat(wrong.status).isEqualTo(401);
        assertThat(wrong.errorResponse).isNull();
        assertThat(world.client("another-tenant").retrieveUserLinksByUserId(null, ALICE_ID).status)
                .isEqualTo(401);
    }

    @Test
    void ofManyAtOnceOneLinks() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = threads.invokeAll(IntStream.range(0, 200)
                    .mapToObj(i -> (Callable<Integer>) () -> create(ALICE_ID, "one").status)
                    .toList());
            assertThat(answers.stream().map(Future::resultNow).filter(status -> status == 200))
                    .hasSize(1);
        }
        assertThat(world.fusionAuth.count("POST", FusionAuthLinkApi.PATH)).isEqualTo(200);
    }

    private ClientResponse<IdentityProviderLinkResponse, Errors> create(UUID userId, String identity) {
        var request = new IdentityProviderLinkRequest();
        request.identityProviderLink = new IdentityProviderLink();
        request.identityProviderLink.userId = userId;
        request.identityProviderLink.identityProviderId = World.CONTOSO;
        request.identityProviderLink.identityProviderUserId = identity;
        request.identityProviderLink.token = "token-" + identity;
        return world.client().createUserLink(request);
    }

    private ClientResponse<IdentityProviderLinkResponse, Errors> completePending(String pendingId, UUID userId) {
        var request = new IdentityProviderLinkRequest();
        request.identityProviderLink = new IdentityProviderLink();
        request.identityProviderLink.userId = userId;
        request.pendingIdPLinkId = pendingId;
        return world.client().createUserLink(request);
    }
}
