package io.tokenbroker.complete;

import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.fusionauth.LinkingStrategy;
import io.tokenbroker.sandbox.fusionauth.Unknown;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.Management;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** FusionAuth links by e-mail: Alice signs in with an identity that claims Zoe's address. */
@QuarkusTest
class LinkingByNameTest extends LinkingTest {

    private static final String LINK_API = "/api/identity-provider/link";

    private final PlainProvider plain = plainProvider();
    private UUID provider = new UUID(0, 0);

    @BeforeEach
    void linkByEmail() {
        provider = add(plain.registered("By e-mail").withStrategy(LinkingStrategy.LinkByEmailForExistingUser));
    }

    @Test
    void aLinkOnAnotherUsersAccountIsTakenBack() {
        var refused = aliceSignsInAsZoe();

        problem(refused, 409, "linked_to_another_user");
        assertThat(refused.asString())
                .doesNotContain(FusionAuthStandIn.ZOE_ID.toString(), FusionAuthStandIn.ZOE, "Zoe", "of-alice");
        assertThat(sandbox().fusionAuth().links()).isEmpty();
        zoe().get("/accounts").then().body(json("accounts", equalTo(List.of())));
    }

    @Test
    void alsoIfItShowsLateOrItsAnswerIsLost() {
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500)
                        .on("DELETE", LINK_API)
                        .onceCommitted());

        problem(aliceSignsInAsZoe(), 409, "linked_to_another_user");

        assertThat(sandbox().fusionAuth().links()).isEmpty();
    }

    @Test
    void oneThatFusionAuthDoesNotGiveUpIsRefusedAllTheSame() {
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500).on("DELETE", LINK_API));

        problem(aliceSignsInAsZoe(), 409, "linked_to_another_user");

        assertThat(sandbox().fusionAuth().links()).extracting(Link::userId).containsExactly(FusionAuthStandIn.ZOE_ID);
    }

    @Test
    void aLinkThatWasThereBeforeStays() {
        var mine = sandbox().fusionAuth().addLink(FusionAuthStandIn.ZOE_ID, provider, "of-alice", "z", "token");
        advance(Duration.ofSeconds(2));

        problem(aliceSignsInAsZoe(), 409, "linked_to_another_user");

        assertThat(sandbox().fusionAuth().links())
                .extracting(Link::userId, Link::insertInstant)
                .containsExactly(tuple(FusionAuthStandIn.ZOE_ID, mine.insertInstant()));
    }

    @Test
    void oneOfUnknownAgeStays() {
        sandbox().fusionAuth().switches().set(Unknown.LinkInstants.OMITTED);

        problem(aliceSignsInAsZoe(), 409, "linked_to_another_user");

        assertThat(sandbox().fusionAuth().links()).hasSize(1);
    }

    @Test
    void theirOwnAddressIsLinkedAtOnce() {
        signIn("mine", FusionAuthStandIn.ALICE).then().statusCode(200).body(json("status", equalTo("linked")));
    }

    @Test
    void readinessWarnsByName() {
        Management.given()
                .get("/q/health/ready")
                .then()
                .statusCode(200)
                .body(json(
                        "checks[?(@.name == 'cautions')].data['By e-mail %s']".formatted(provider),
                        containsString("safe only if its tenants verify these claims")));
    }

    private Response aliceSignsInAsZoe() {
        return signIn("of-alice", FusionAuthStandIn.ZOE);
    }

    private Response signIn(String identity, String email) {
        return completeWith(provider, plain.code(Map.of("sub", identity, "email", email), true));
    }

    private static RequestSpecification zoe() {
        return Broker.user(FusionAuthStandIn.ZOE_ID);
    }
}
