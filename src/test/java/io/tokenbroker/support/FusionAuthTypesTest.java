package io.tokenbroker.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.restassured.RestAssured;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.User;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FusionAuthTypesTest {

    @AfterEach
    void expected() {
        assertThat(FusionAuthTypes.takeWrong()).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | {'identityProviderLink':{'upstreamId':'1'}} | has no member upstreamId",
                "200 | {'identityProviderLink':{'insertInstant':'1'}} | insertInstant is no number",
                "200 | {'identityProviderLink':{'userId':'alice'}} | userId is no UUID",
                "200 | {'identityProviderLinks':{}} | identityProviderLinks is no Array",
                "200 | {'identityProviderLink':{'identityProviderType':'OIDC'}} | is no IdentityProviderType",
                "400 | {'fieldErrors':[]} | fieldErrors is no Record",
                "400 | {'error':'invalid'} | has no member error",
            })
    void anAnswerThatNoFusionAuthGivesIsToldByItsMember(int status, String body, String told) {
        var request = new Request("GET", "/api/identity-provider/link", Map.of(), Map.of(), Map.of(), "");
        var reply = Reply.of(status, "application/json", body.replace('\'', '"'));

        assertThatThrownBy(() -> new FusionAuthTypes().check(request, reply)).hasMessageContaining(told);
    }

    @Test
    void everyAnswerOfTheStandInIsChecked() {
        try (var fusionAuth = new FusionAuthStandIn(0)) {
            fusionAuth.start();
            var odd = fusionAuth
                    .user(FusionAuthStandIn.ALICE_ID)
                    .orElseThrow()
                    .json()
                    .deepCopy()
                    .put("nickname", "Al");
            fusionAuth.putUser(new User(odd, null));

            RestAssured.given()
                    .header("Authorization", FusionAuthStandIn.ADMIN_API_KEY)
                    .get(fusionAuth.url() + "/api/user/" + FusionAuthStandIn.ALICE_ID)
                    .then()
                    .statusCode(500);
        }
    }
}
