package io.tokenbroker.link;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.grant.OtherReplica;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.LinkingTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where people choose their identity at a provider, none of them stands for anything but the person. */
@QuarkusTest
class OddIdentitiesTest extends LinkingTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice~rotating",
                "alice~",
                "alice~rotating~rotating",
                "alice%",
                "alice' OR '1'='1",
                "alice; DROP TABLE grants",
                "ALICE",
                "alice ",
                "alice\\",
                "älice 🙂",
                "alice?#&=/..",
                "acc_alice"
            })
    void anIdentityWithAnOddNameIsAPersonLikeOthers(String odd) {
        var plain = plainProvider();
        var provider = add(plain.registered("Plain"));
        var victim = link(provider, plain, "alice");
        mint(victim).then().statusCode(200);
        var version = OtherReplica.version(victim);

        var other = linkAsZoe(provider, plain.code(odd));

        assertThat(other).isNotEqualTo(victim);
        String token = at(mint(other).then().statusCode(200).extract(), "access_token");
        assertThat(Json.<String>at(mint(victim).then().statusCode(200).extract(), "access_token"))
                .isNotEqualTo(token);
        accounts(FusionAuthStandIn.ZOE_ID).then().body(json("accounts[*].id", equalTo(List.of(other))));
        accounts(FusionAuthStandIn.ALICE_ID).then().body(json("accounts", hasSize(1)));
        Broker.user(FusionAuthStandIn.ZOE_ID)
                .delete("/accounts/{id}", other)
                .then()
                .statusCode(204);

        problem(mint(other), 404, "account_not_found");
        assertThat(OtherReplica.version(other)).isZero();
        assertThat(OtherReplica.version(victim)).isEqualTo(version);
        mintAnew(victim).then().statusCode(200).body(json("source", equalTo("refresh")));
        accounts(FusionAuthStandIn.ALICE_ID).then().body(json("accounts[*].id", equalTo(List.of(victim))));
    }

    private static String linkAsZoe(UUID provider, String code) {
        var zoe = Broker.user(FusionAuthStandIn.ZOE_ID);
        String state = at(Broker.start(zoe, provider).then().statusCode(200).extract(), "state");
        var completed = Broker.complete(Broker.user(FusionAuthStandIn.ZOE_ID), Map.of("state", state, "code", code));
        return at(
                Broker.resolve(Broker.user(FusionAuthStandIn.ZOE_ID), at(completed, "pending_link_id"))
                        .then()
                        .statusCode(200)
                        .extract(),
                "account.id");
    }

    private static Response accounts(UUID user) {
        return Broker.user(user).get("/accounts");
    }

    private static Response mint(String account) {
        return Broker.mint(account, Map.of("scopes", List.of("read")));
    }

    private static Response mintAnew(String account) {
        return Broker.mint(account, Map.of("scopes", List.of("read"), "force_refresh", true));
    }
}
