package io.tokenbroker.mint;

import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class MintTest extends BrokerTest {

    private static final String ARM = "https://management.azure.com";

    @Test
    void theFirstMintRefreshesAndTheSecondIsServedFromTheCache() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");

        Broker.mint(account, Map.of("resource", ARM)).then().statusCode(200).body(json("source", equalTo("refresh")));
        Broker.mint(account, Map.of("resource", ARM)).then().statusCode(200).body(json("source", equalTo("cache")));

        assertThat(sandbox().entra().refreshes("b@contoso.com")).isEqualTo(1);
    }

    @Test
    void aResourceWithoutConsentIsRefusedWithWhatStartNeeds() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");

        Broker.mint(account, Map.of("resource", "https://vault.azure.net"))
                .then()
                .statusCode(403)
                .body(json("code", equalTo("consent_required")))
                .body(json("reauthorize.account_id", equalTo(account)))
                .body(json("reauthorize.provider_id", equalTo(Sandbox.CONTOSO.toString())))
                .body(json("reauthorize.scopes", equalTo(List.of("https://vault.azure.net/.default"))))
                .body(json("reauthorize.claims", nullValue()))
                .body(json("upstream.suberror", equalTo("consent_required")));
    }
}
