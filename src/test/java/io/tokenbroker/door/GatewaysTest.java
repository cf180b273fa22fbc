package io.tokenbroker.door;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.tokenbroker.http.RawHttp;
import io.tokenbroker.http.RawHttp2;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gateways send one configured audience and their caller's token, byte for byte as their public sources say. */
@QuarkusTest
class GatewaysTest extends BrokerTest {

    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String CLIENT = "demo";

    private String account = "";

    @BeforeEach
    void link() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
        Broker.link(Sandbox.FABRIKAM, CASEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"toolhive", "agentgateway", "agentgateway-post", "mcp-context-forge", "tyk", "spring-security"})
    void aGatewayGetsATokenOfItsCallersAccountAtTheConfiguredProvider(String gateway) {
        for (var audience : new String[] {"Contoso", Sandbox.CONTOSO.toString(), account}) {
            var answer = send(gateway, FusionAuthStandIn.ALICE_ID, audience);

            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.header("Content-Type")).startsWith("application/json");
            assertThat(answer.header("Content-Encoding")).isEmpty();
            var token = JsonPath.from(answer.body());
            assertThat(token.getString("token_type")).isEqualTo("Bearer");
            assertThat(token.getString("issued_token_type")).isEqualTo(ACCESS_TOKEN);
            assertThat(token.<Object>get("expires_in"))
                    .isInstanceOfSatisfying(
                            Integer.class, seconds -> assertThat(seconds).isPositive());
            assertThat(token.getString("account_id")).isEqualTo(account);
            assertThat(token.getString("scope")).contains(ARM);
            assertThat(token.getMap("$")).doesNotContainKeys("error", "refresh_token");
            var introspected = sandbox().entra().introspect(token.getString("access_token"));
            assertThat(introspected.active()).isTrue();
            assertThat(introspected.user()).isEqualTo(BLAKE);
        }
    }

    /** They take 400 for the caller's fault and 401 for their own. */
    @ParameterizedTest
    @ValueSource(
            strings = {"toolhive", "agentgateway", "agentgateway-post", "mcp-context-forge", "tyk", "spring-security"})
    void aCallerWithoutAnAccountThereIsNotTheGatewaysFault(String gateway) {
        var answer = send(gateway, FusionAuthStandIn.ZOE_ID, "Contoso");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).startsWith("application/json");
        var refusal = JsonPath.from(answer.body());
        assertThat(refusal.getString("error")).isEqualTo("invalid_target");
        assertThat(refusal.getString("error_description")).contains("no account");
    }

    private static RawHttp send(String gateway, UUID user, String audience) {
        var request = recorded(gateway);
        var end = request.indexOf("\n\n");
        var basic = CLIENT + ":" + Sandbox.DEMO_KEY;
        var body = request.substring(end + 2)
                .strip()
                .replace("{audience}", audience)
                .replace("{client}", CLIENT)
                .replace("{key}", Sandbox.DEMO_KEY)
                .replace("{subject_token}", sandbox().fusionAuth().accessToken(user));
        var head = request.substring(0, end)
                .replace("{length}", String.valueOf(body.length()))
                .replace("{basic}", Base64.getEncoder().encodeToString(basic.getBytes(StandardCharsets.UTF_8)));
        var sent = head.replace("\n", "\r\n") + "\r\n\r\n" + body;
        return head.contains("\nUpgrade: h2c") ? RawHttp2.upgraded(sent) : RawHttp.send(sent);
    }

    /** The recorded request, without the lines that name its source. */
    private static String recorded(String gateway) {
        try (var file = GatewaysTest.class.getResourceAsStream(gateway + ".http")) {
            return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
