package io.tokenbroker.real;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.nullValue;

import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two realms of a real Keycloak as two tenants: one whose refresh tokens last, one where each can be used once. */
class KeycloakIT {

    @AutoClose
    private static final KeycloakServer KEYCLOAK = new KeycloakServer();

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    @AutoClose
    private static final BrokerProcess BROKER = new BrokerProcess("keycloak", SANDBOX.settingsOfTheImpatient());

    @BeforeAll
    static void setUp() {
        for (var realm : Realm.values()) {
            KEYCLOAK.addRealm(realm.id, realm.secret, Sandbox.CALLBACK, realm.singleUse, realm.consent);
            register(realm, realm.secret);
        }
        BROKER.start();
    }

    private static void register(Realm realm, String secret) {
        SANDBOX.fusionAuth()
                .addProvider(FusionAuthStandIn.linkingProvider(
                                realm.id, KEYCLOAK.issuer(realm.id), KeycloakServer.CLIENT_ID, secret)
                        .withId(realm.provider)
                        .withAuthentication(realm.authentication));
    }

    @BeforeEach
    void beginAnew() {
        SANDBOX.reset();
    }

    @Test
    void bothRealmsAreProvidersToConnect() {
        broker().alice()
                .get("/providers")
                .then()
                .statusCode(200)
                .body(json("providers[*].name", hasItems("contoso-kc", "fabrikam-kc")))
                .body(json("providers[?(@.name == 'contoso-kc')].issuer", equalTo(KEYCLOAK.issuer("contoso-kc"))));
    }

    @ParameterizedTest
    @EnumSource
    void aMintedTokenIsAcceptedByTheRealmThatIssuedIt(Realm realm) {
        var email = realm.newUser();
        var account = link(realm, email);

        var minted = mint(account);

        minted.then()
                .statusCode(200)
                .body(json("source", equalTo("refresh")))
                .body(json("account_id", equalTo(account)));
        assertAccepted(realm, at(minted, "access_token"), email);
        mintFromCache(account).then().statusCode(200).body(json("source", equalTo("cache")));
    }

    @ParameterizedTest
    @EnumSource
    void mintsGoOnForeverAlsoAfterARestart(Realm realm) {
        var email = realm.newUser();
        var account = link(realm, email);
        var tokens = new HashSet<String>();

        for (var time = 0; time < 5; time++) {
            tokens.add(at(mint(account).then().statusCode(200).extract(), "access_token"));
        }
        BROKER.killAndStart();
        for (var time = 0; time < 3; time++) {
            tokens.add(at(mint(account).then().statusCode(200).extract(), "access_token"));
        }

        assertThat(tokens).hasSize(8).allSatisfy(token -> assertAccepted(realm, token, email));
        assertThat(linksAt(realm, email)).hasSize(1);
        broker().account(account).then().statusCode(200).body(json("status", equalTo("active")));
    }

    /** Without this the test above would prove nothing about keeping rotated tokens. */
    @Test
    void theSecondRealmRefusesARefreshTokenThatWasUsed() {
        var account = link(Realm.FABRIKAM, Realm.FABRIKAM.newUser());
        var first = linkedToken(account);
        mint(account).then().statusCode(200);

        assertThat(linkedToken(account)).as("FusionAuth keeps what it had").isEqualTo(first);
        refresh(Realm.FABRIKAM, first).then().statusCode(400).body(json("error", equalTo("invalid_grant")));
    }

    @Test
    void theFirstRealmTakesARefreshTokenAgain() {
        var account = link(Realm.CONTOSO, Realm.CONTOSO.newUser());
        var first = linkedToken(account);
        mint(account).then().statusCode(200);

        refresh(Realm.CONTOSO, first).then().statusCode(200);
    }

    @ParameterizedTest
    @EnumSource
    void aRevokedSessionNeedsThePersonOnceAndThenWorksAgain(Realm realm) {
        var email = realm.newUser();
        var account = link(realm, email);
        mint(account).then().statusCode(200);

        KEYCLOAK.revokeOfflineSessions(realm.id, email);

        var refused = mint(account);
        refused.then()
                .statusCode(409)
                .body(json("code", equalTo("reauthorization_required")))
                .body(json("upstream.error", equalTo("invalid_grant")))
                .body(json("reauthorize.account_id", equalTo(account)))
                .body(json("reauthorize.provider_id", equalTo(realm.provider.toString())));
        broker().account(account)
                .then()
                .body(json("status", equalTo("reauthorization_required")))
                .body(json("reason", equalTo("refused_by_provider")));

        var body = new HashMap<String, Object>(Map.of("redirect_uri", Sandbox.CALLBACK));
        body.put("account_id", at(refused, "reauthorize.account_id"));
        body.put("provider_id", at(refused, "reauthorize.provider_id"));
        broker().complete(signIn(broker().start(body), email))
                .then()
                .statusCode(200)
                .body(json("status", equalTo("linked")))
                .body(json("account.id", equalTo(account)))
                .body(json("account.status", equalTo("active")));
        assertAccepted(realm, at(mint(account).then().statusCode(200).extract(), "access_token"), email);
    }

    @ParameterizedTest
    @EnumSource
    void somebodyElseSigningInDoesNotReauthorizeTheAccount(Realm realm) {
        var email = realm.newUser();
        var account = link(realm, email);

        var started = broker().start(Map.of(
                "redirect_uri", Sandbox.CALLBACK, "provider_id", realm.provider.toString(), "account_id", account));

        broker().complete(signIn(started, realm.newUser()))
                .then()
                .statusCode(409)
                .body(json("code", equalTo("identity_mismatch")));
        assertAccepted(realm, at(mint(account).then().statusCode(200).extract(), "access_token"), email);
    }

    @Test
    void whoDeclinesAtKeycloakLinksNothing() {
        var started = broker().start(Realm.CONTOSO.provider, Sandbox.CALLBACK);
        var callback = KeycloakPages.decline(at(started, "authorize_url"), Sandbox.CALLBACK, Realm.CONTOSO.newUser());

        broker().complete(callback)
                .then()
                .statusCode(400)
                .body(json("code", equalTo("authorization_denied")))
                .body(json("upstream.error", equalTo("access_denied")));
        assertThat(SANDBOX.fusionAuth().links()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aScopeThatTheRealmDoesNotKnowIsTheRequestsFaultAndCostsNothing(Realm realm) {
        var email = realm.newUser();
        var account = link(realm, email);

        broker().mint(account, Map.of("scopes", List.of("no-such-scope")))
                .then()
                .statusCode(400)
                .body(json("code", equalTo("invalid_scope")));

        assertAccepted(realm, at(mint(account).then().statusCode(200).extract(), "access_token"), email);
    }

    @ParameterizedTest
    @EnumSource
    void aChangedClientSecretIsTheOperatorsFaultAndLosesNoAccount(Realm realm) {
        var email = realm.newUser();
        var account = link(realm, email);

        var changed = IssuedSecrets.fresh("changed-");
        KEYCLOAK.changeClientSecret(realm.id, changed);
        try {
            mint(account).then().statusCode(502).body(json("code", equalTo("provider_misconfigured")));
            broker().account(account)
                    .then()
                    .body(json("status", equalTo("active")))
                    .body(json("reason", nullValue()));

            register(realm, changed);

            assertAccepted(realm, at(awaitMint(account), "access_token"), email);
        } finally {
            KEYCLOAK.changeClientSecret(realm.id, realm.secret);
            register(realm, realm.secret);
        }
        assertAccepted(realm, at(awaitMint(account), "access_token"), email);
    }

    /** The broker looks for a mended secret every few seconds. */
    private static Response awaitMint(String account) {
        var deadline = Instant.now().plusSeconds(30);
        var answer = mint(account);
        while (answer.statusCode() != 200 && Instant.now().isBefore(deadline)) {
            answer = mint(account);
        }
        return answer.then().statusCode(200).extract().response();
    }

    private static Api broker() {
        return new Api(BROKER.url(), SANDBOX.fusionAuth());
    }

    private static String link(Realm realm, String email) {
        var completed = broker().complete(signIn(broker().start(realm.provider, Sandbox.CALLBACK), email));
        completed.then().statusCode(202).body(json("identity.email", equalTo(email)));
        return at(
                broker().resolve(at(completed, "pending_link_id"))
                        .then()
                        .statusCode(200)
                        .extract(),
                "account.id");
    }

    private static URI signIn(Response started, String email) {
        return KeycloakPages.signIn(
                at(started.then().statusCode(200).extract(), "authorize_url"), Sandbox.CALLBACK, email);
    }

    private static Response mint(String account) {
        return broker().mint(account, Map.of("force_refresh", true));
    }

    private static Response mintFromCache(String account) {
        return broker().mint(account, Map.of());
    }

    private static void assertAccepted(Realm realm, String token, String email) {
        var protocol = KEYCLOAK.issuer(realm.id) + "/protocol/openid-connect";
        given().header("Authorization", "Bearer " + token)
                .get(protocol + "/userinfo")
                .then()
                .statusCode(200)
                .body(json("email", equalTo(email)));
        given().auth()
                .preemptive()
                .basic(KeycloakServer.API_ID, KeycloakServer.API_SECRET)
                .formParam("token", token)
                .post(protocol + "/token/introspect")
                .then()
                .statusCode(200)
                .body(json("active", equalTo(true)))
                .body(json("username", equalTo(email)));
    }

    /** As anybody could who has stolen the token and the secret. */
    private static Response refresh(Realm realm, String token) {
        return given().formParam("grant_type", "refresh_token")
                .formParam("refresh_token", token)
                .formParam("client_id", KeycloakServer.CLIENT_ID)
                .formParam("client_secret", realm.secret)
                .post(KEYCLOAK.issuer(realm.id) + "/protocol/openid-connect/token");
    }

    private static String linkedToken(String account) {
        var links = SANDBOX.fusionAuth().links();
        assertThat(links).as("The links of %s", account).hasSize(1);
        return String.valueOf(links.getFirst().token());
    }

    private static List<String> linksAt(Realm realm, String email) {
        return SANDBOX.fusionAuth().links().stream()
                .filter(link -> link.identityProviderId().equals(realm.provider))
                .map(link -> String.valueOf(link.displayName()))
                .filter(email::equals)
                .toList();
    }

    /** The realms differ in what providers differ in. */
    enum Realm {
        CONTOSO("contoso-kc", "c0270500-0000-4000-8000-0000000000cc", "client_secret_basic", false, true),
        FABRIKAM("fabrikam-kc", "fab21ca0-0000-4000-8000-0000000000cc", "client_secret_post", true, false);

        private final String id;
        private final UUID provider;
        private final String authentication;
        private final boolean singleUse;
        private final boolean consent;

        /** Holds what has to be encoded on the way (RFC 6749 §2.3.1). */
        private final String secret = IssuedSecrets.fresh("kc+s %:/=&-");

        Realm(String id, String provider, String authentication, boolean singleUse, boolean consent) {
            this.id = id;
            this.provider = UUID.fromString(provider);
            this.authentication = authentication;
            this.singleUse = singleUse;
            this.consent = consent;
        }

        String newUser() {
            var email = UUID.randomUUID() + "@" + id + ".example";
            KEYCLOAK.addUser(id, email);
            return email;
        }
    }
}
