package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.linkOf;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.providerLike;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.sandbox.wire.HttpStandIn;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose token it is that a refresh gives: what is not known to be the account's is refused. */
@QuarkusTest
@Timeout(60)
class IdentityOfTokensTest extends LinkingTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String IDENTITY = "somebody";

    private final PlainProvider plain = plainProvider();

    @AfterEach
    void undo() {
        sandbox().entra().suffer((request, work) -> work.get());
    }

    @ParameterizedTest
    @CsvSource({
        "aud, another-client",
        "aud, ''",
        "tid, 00000000-0000-4000-8000-000000000000",
        "tid, ''",
        "sub, somebody-else",
        "sub, ''"
    })
    void atEntraEachClaimIsRequired(String claim, String value) {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        idTokens(sandbox().entra(), claims -> claims.put(claim, value));

        refused(account, ARM).body(json("detail", not(containsString("renamed"))));

        staysAndMintsAgain(account);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "", "not a JWT", "a.b", "a.!.c", "a.bm8ganNvbg.c", "a.W10.c", "a.b.c.d.e"})
    void atEntraAnIdTokenIsRequired(String idToken) {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        refreshes(
                sandbox().entra(),
                answer -> idToken.equals("none") ? without(answer) : answer.put("id_token", idToken));

        refused(account, ARM);

        staysAndMintsAgain(account);
    }

    @Test
    void aTenantIsComparedWhateverTheCaseOfItsId() {
        var provider = add(providerLike(Sandbox.CONTOSO).withUniqueIdClaim("oid"));
        var account = Broker.link(provider, BLAKE);
        idTokens(
                sandbox().entra(),
                claims -> claims.put("tid", Tenant.CONTOSO.id().toUpperCase(Locale.ROOT))
                        .set("aud", JsonNodeFactory.instance.arrayNode().add(AppRegistration.CLIENT_ID)));

        mint(account, ARM).then().statusCode(200);
    }

    @Test
    void aRenamedPersonHearsWhatHelps() {
        var provider = add(providerLike(Sandbox.CONTOSO).withUniqueIdClaim("email"));
        var account = Broker.link(provider, BLAKE);
        mint(account, ARM).then().statusCode(200);
        idTokens(sandbox().entra(), claims -> claims.put("email", "blake.married@contoso.com"));

        problem(Minting.mintAnew(account, ARM), 502, "upstream_error")
                .body(json("detail", allOf(containsString("renamed"), containsString("sub or oid"))));

        account(account).then().body(json("status", equalTo("active")));
    }

    @Test
    void theClaimOfTheIdentityIsAskedFor() {
        var provider = add(providerLike(Sandbox.CONTOSO).withUniqueIdClaim("email"));

        mint(Broker.link(provider, BLAKE), ARM).then().statusCode(200);

        assertThat(Minting.refreshRequests().getLast().form().getOrDefault("scope", ""))
                .contains("email");
    }

    @Test
    void elsewhereARefreshNeedNotBringAnIdToken() {
        mintAtPlain(answer -> answer).statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sub", "aud", "iss"})
    void elsewhereWhatItBringsMustFit(String claim) {
        mintAtPlain(answer -> answer.put("id_token", jwt(plainClaims().put(claim, "another"))))
                .statusCode(502)
                .body(json("code", equalTo("upstream_error")));
    }

    @Test
    void elsewhereAnIdTokenThatFitsPasses() {
        mintAtPlain(answer -> answer.put("id_token", jwt(plainClaims()))).statusCode(200);
    }

    @Test
    void elsewhereAnEncryptedIdTokenTellsNothing() {
        mintAtPlain(answer -> answer.put("id_token", "a.b.c.d.e")).statusCode(200);
    }

    /** A mint of the account of an identity whose provider's answers are changed. */
    private ValidatableResponse mintAtPlain(UnaryOperator<ObjectNode> changed) {
        var provider = add(plain.registered("Plain"));
        var account = link(provider, plain, IDENTITY);
        refreshes(plain, changed);
        return Broker.mint(account, Map.of("scopes", List.of("read"))).then();
    }

    private ObjectNode plainClaims() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("iss", plain.issuer())
                .put("aud", PlainProvider.CLIENT_ID)
                .put("sub", IDENTITY);
    }

    private static ValidatableResponse refused(String account, String resource) {
        return problem(mint(account, resource), 502, "upstream_error")
                .body(json("detail", containsString("not lost")))
                .body(not(containsString("access_token")));
    }

    private static void staysAndMintsAgain(String account) {
        var token = linkOf(account).token();
        account(account).then().body(json("status", equalTo("active")));
        sandbox().entra().suffer((request, work) -> work.get());
        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
        assertThat(linkOf(account).token()).isEqualTo(token);
    }

    private static ObjectNode without(ObjectNode answer) {
        answer.remove("id_token");
        return answer;
    }

    private static void idTokens(HttpStandIn at, Consumer<ObjectNode> changed) {
        refreshes(at, answer -> {
            var claims = (ObjectNode) read(new String(
                    Base64.getUrlDecoder()
                            .decode(answer.path("id_token").asText().split("\\.", -1)[1]),
                    StandardCharsets.UTF_8));
            changed.accept(claims);
            return answer.put("id_token", jwt(claims));
        });
    }

    private static void refreshes(HttpStandIn at, UnaryOperator<ObjectNode> changed) {
        at.suffer((request, work) -> {
            var reply = work.get();
            var isRefresh = "refresh_token".equals(request.form().getOrDefault("grant_type", ""));
            return isRefresh && reply.status() == 200
                    ? Reply.json(200, changed.apply((ObjectNode) read(reply.body())))
                    : reply;
        });
    }

    private static String jwt(ObjectNode claims) {
        var encoder = Base64.getUrlEncoder().withoutPadding();
        return "e30." + encoder.encodeToString(claims.toString().getBytes(StandardCharsets.UTF_8)) + ".c2ln";
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
