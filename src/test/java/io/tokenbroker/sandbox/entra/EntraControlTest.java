package io.tokenbroker.sandbox.entra;

import static io.tokenbroker.sandbox.entra.EntraClient.ARM;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EntraControlTest {

    private static final String USER = "b@contoso.com";

    private final EntraStandIn entra = new EntraStandIn(0);
    private final EntraClient client = new EntraClient(entra);

    private String token = "";

    @BeforeEach
    void link() throws Exception {
        entra.start();
        token = client.refreshTokenOf(USER);
    }

    @AfterEach
    void stop() {
        client.close();
        entra.close();
    }

    @Test
    void stateAndRequestsTellNoSecret() throws Exception {
        client.refresh("common", token);
        var state = client.control("GET", "state", "");
        var requests = client.control("GET", "requests", "");

        assertThat(state.json().path("users").findValuesAsText("email")).contains(USER, "a@example.com");
        assertThat(requests.json()).hasSize(2);
        assertThat(state.raw().body() + requests.raw().body())
                .doesNotContain(entra.app().secret(), token);
    }

    @Test
    void faultsComeAndGo() throws Exception {
        done("POST", "faults", "{\"kind\":\"aadsts\",\"value\":\"50076\",\"user\":\"" + USER + "\",\"times\":1}");
        assertThat(client.refresh("common", token).code()).isEqualTo(50076);
        assertThat(client.refresh("common", token).status()).isEqualTo(200);

        done("POST", "faults", "{\"kind\":\"no-access-token\"}");
        assertThat(client.refresh("common", token).json().has("access_token")).isFalse();
        done("DELETE", "faults", "");
        assertThat(client.refresh("common", token).json().has("access_token")).isTrue();
    }

    @Test
    void mistakesAreTold() throws Exception {
        assertThat(client.control("POST", "faults", "{\"kind\":\"aadsts\",\"value\":\"1\"}")
                        .status())
                .isEqualTo(400);
        assertThat(client.control("POST", "users/nobody@contoso.com/revoke", "").status())
                .isEqualTo(400);
        assertThat(client.control("GET", "nothing", "").status()).isEqualTo(404);
    }

    @Test
    void usersClockConsentsAndSwitches() throws Exception {
        done("POST", "users/" + USER + "/revoke", "");
        assertThat(client.refresh("common", token).code()).isEqualTo(50173);

        token = client.refreshTokenOf(USER);
        done("DELETE", "consents", "{\"user\":\"" + USER + "\",\"resource\":\"" + ARM + "\"}");
        assertThat(client.refreshFor(token, ARM + "/.default").code()).isEqualTo(65001);
        done("POST", "consents", "{\"user\":\"" + USER + "\",\"resource\":\"" + ARM + "\"}");
        assertThat(client.refreshFor(token, ARM + "/.default").status()).isEqualTo(200);

        done("POST", "policies", "{\"user\":\"" + USER + "\",\"resource\":\"" + ARM + "\"}");
        assertThat(client.refreshFor(token, ARM + "/.default").code()).isEqualTo(50076);

        done("POST", "users", "{\"perTenant\":2}");
        assertThat(entra.directory().find("user-0002@fabrikam.com")).isPresent();
        done("POST", "users/d@adatum.com/invite", "{\"tenant\":\"contoso.com\"}");
        assertThat(entra.directory().user("d@adatum.com").belongsTo(Tenant.CONTOSO))
                .isTrue();
        done("POST", "switches", "{\"armChallenge\":true}");
        assertThat(entra.switches().armChallenge()).isTrue();

        done("POST", "clock", "{\"advance\":\"P90D\"}");
        assertThat(client.refresh("common", token).code()).isEqualTo(700082);
    }

    @Test
    void clientSecretsExpireAndAreReplaced() throws Exception {
        var before = entra.app().secret();
        done("POST", "app/secrets/expire", "");
        assertThat(client.refresh("common", token).code()).isEqualTo(7000222);

        var after = client.control("POST", "app/secrets", "{\"replace\":true}").text("secret");
        assertThat(client.refresh("common", token, "client_secret", after).status())
                .isEqualTo(200);
        assertThat(client.refresh("common", token, "client_secret", before).code())
                .isEqualTo(7000215);
    }

    @Test
    void introspectionTellsWhoseTokenItIs() throws Exception {
        var answer = client.control("POST", "introspect", "{\"token\":\"" + token + "\"}");

        assertThat(answer.text("kind")).isEqualTo("refresh_token");
        assertThat(answer.text("user")).isEqualTo(USER);
        assertThat(answer.json().path("active").asBoolean()).isTrue();
    }

    @Test
    void resetForgetsAllButTheRegistration() throws Exception {
        entra.directory().delete("c@fabrikam.com");
        entra.app().replaceSecrets();

        done("POST", "reset", "");

        assertThat(client.refresh("common", token).code()).isEqualTo(9002313);
        assertThat(entra.directory().find("c@fabrikam.com")).isPresent();
        assertThat(client.link(USER).has("access_token")).isTrue();
    }

    private void done(String method, String path, String body) throws Exception {
        assertThat(client.control(method, path, body).status()).isEqualTo(204);
    }
}
