package io.tokenbroker.provider;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.sandbox.fusionauth.LinkingStrategy;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.sandbox.wire.Request;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.Waiting;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ProvidersTest extends LinkingTest {

    private static final String IDENTITY_PROVIDERS = "/api/identity-provider";

    @Test
    void usableProvidersAreListedByNameWithTheirIssuers() {
        letTheBrokerLook();

        Broker.alice()
                .get("/providers")
                .then()
                .statusCode(200)
                .body(json(
                        "$",
                        equalTo(Map.of(
                                "providers",
                                List.of(
                                        view(Sandbox.ADATUM, "Adatum", Tenant.ADATUM),
                                        view(Sandbox.CONTOSO, "Contoso", Tenant.CONTOSO),
                                        view(Sandbox.FABRIKAM, "Fabrikam", Tenant.FABRIKAM))))));
    }

    @Test
    void whatCannotWorkIsLeftOutAndTheReadinessReportSaysWhy() {
        var reasons = new LinkedHashMap<UUID, String>();
        reasons.put(unusable(contoso().withEnabled(false)), "it is disabled in FusionAuth");
        reasons.put(
                unusable(contoso().forApplication(FusionAuthStandIn.APPLICATION_ID, false, false)),
                "it is not enabled for the application in FusionAuth");
        reasons.put(
                unusable(contoso().withStrategy(LinkingStrategy.Disabled)),
                "its linking strategy in FusionAuth is Disabled");
        reasons.put(unusable(provider("", "secret")), "it has no client id");
        reasons.put(unusable(provider("client", "")), "it has no client secret");
        reasons.put(
                unusable(FusionAuthStandIn.linkingProvider(
                        "Unusable", sandbox().entra().url() + "/organizations/v2.0", "client", "secret")),
                "its endpoint is /organizations, which names no tenant; use the tenant's own");
        reasons.put(Sandbox.EVERYONE, "its endpoint is /common, which names no tenant; use the tenant's own");
        reasons.put(
                unusable(contoso().withEndpoints("", "", "")),
                "it has neither an issuer nor both an authorization and a token endpoint");
        reasons.put(
                unusable(
                        FusionAuthStandIn.linkingProvider("Unusable", "http://localhost:1/nobody", "client", "secret")),
                "its issuer does not answer");
        letTheBrokerLook();

        Broker.alice()
                .get("/providers")
                .then()
                .statusCode(200)
                .body(json("providers[*].name", equalTo(List.of("Adatum", "Contoso", "Fabrikam"))));
        var ready = Management.given().get("/q/health/ready");
        ready.then().statusCode(200);
        Map<String, Object> data = at(ready, "checks[?(@.name == 'providers')].data");
        assertThat(data).containsEntry("usable", "Adatum, Contoso, Fabrikam");
        reasons.forEach((id, reason) -> assertThat(data).containsEntry("left out: " + id, reason));
        for (var id : reasons.keySet()) {
            problem(Broker.start(id), 404, "provider_not_found");
        }
    }

    @Test
    void providersOfOtherKindsAreNobodysConcern() {
        var google = IdentityProvider.google("Google");
        add(google);

        listed().body(json("providers[*].name", not(hasItem("Google"))));
        Management.given()
                .get("/q/health/ready")
                .then()
                .body(json("checks[?(@.name == 'providers')].data", not(hasKey("left out: " + google.id()))));
    }

    @Test
    void theApplicationsOwnClientIsUsedFromAuthorizeToRefresh() {
        var provider = add(FusionAuthStandIn.linkingProvider("Overridden", issuer(), "not-this-client", "nor-this")
                .withApplicationClient(
                        FusionAuthStandIn.APPLICATION_ID,
                        AppRegistration.CLIENT_ID,
                        sandbox().entra().app().secret()));

        var started = Broker.start(provider);
        assertThat(Broker.query(URI.create(at(started, "authorize_url"))))
                .containsEntry("client_id", AppRegistration.CLIENT_ID);
        var account = Broker.link(provider, "b@contoso.com");
        Broker.mint(account, Map.of()).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void anotherApplicationsClientIsNotUsed() {
        var provider = add(contoso().withApplicationClient(UUID.randomUUID(), "another", "anothers"));

        assertThat(Broker.query(URI.create(at(Broker.start(provider), "authorize_url"))))
                .containsEntry("client_id", AppRegistration.CLIENT_ID);
    }

    @Test
    void explicitEndpointsNeedNoIssuer() {
        var oauth = sandbox().entra().url() + "/" + Tenant.CONTOSO.id() + "/oauth2/v2.0/";
        var provider = add(FusionAuthStandIn.linkingProvider(
                        "Endpoints",
                        "",
                        AppRegistration.CLIENT_ID,
                        sandbox().entra().app().secret())
                .withEndpoints(
                        oauth + "authorize", oauth + "token", sandbox().entra().url() + "/graph/oidc/userinfo"));

        listed().body(json("providers[?(@.name == 'Endpoints')]", hasKey("issuer")))
                .body(json("providers[?(@.name == 'Endpoints')].issuer", nullValue()));
        var account = Broker.link(provider, "b@contoso.com");
        Broker.mint(account, Map.of()).then().statusCode(200);
    }

    @Test
    void whereThereIsAnIssuerStoredEndpointsAreIgnoredAsFusionAuthDoes() {
        var plain = plainProvider();
        var json = plain.registered("Both").json();
        json.withObject("/oauth2")
                .put("authorization_endpoint", "https://elsewhere.example/authorize")
                .put("token_endpoint", "https://elsewhere.example/token");
        var provider = add(new IdentityProvider(json));

        assertThat(Json.<String>at(Broker.start(provider), "authorize_url")).startsWith(plain.url() + "/authorize?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"client_secret_basic", "client_secret_post", "none"})
    void theClientProvesItselfAtRefreshAsFusionAuthSays(String method) {
        var plain = plainProvider();
        var registered = plain.registered("Plain").withAuthentication(method);
        var provider = add(method.equals("none") ? withoutSecret(registered) : registered);
        var account = link(provider, plain, "somebody");

        Broker.mint(account, Map.of("scopes", List.of("read"))).then().statusCode(200);

        var request = plain.tokenRequests().getLast();
        assertThat(request.form()).containsEntry("grant_type", "refresh_token");
        switch (method) {
            case "client_secret_basic" -> assertBasic(request);
            case "client_secret_post" ->
                assertThat(request.form())
                        .containsEntry("client_id", PlainProvider.CLIENT_ID)
                        .containsEntry("client_secret", PlainProvider.CLIENT_SECRET);
            default ->
                assertThat(request.form())
                        .containsEntry("client_id", PlainProvider.CLIENT_ID)
                        .doesNotContainKey("client_secret");
        }
        assertThat(request.header("authorization").isPresent()).isEqualTo(method.equals("client_secret_basic"));
        assertThat(request.header("origin")).isEmpty();
    }

    @Test
    void aProviderAppearsChangesAndGoesWithFusionAuth() {
        var provider = plainProvider().registered("Before");
        add(provider);
        listed().body(json("providers[*].name", hasItem("Before")));

        var json = provider.json().deepCopy().put("name", "After");
        add(new IdentityProvider(json));
        listed().body(json("providers[*].name", hasItem("After")))
                .body(json("providers[*].name", not(hasItem("Before"))));

        sandbox().fusionAuth().removeProvider(provider.id());
        letTheBrokerLook();
        listed().body(json("providers[*].name", not(hasItem("After"))));
        problem(Broker.start(provider.id()), 404, "provider_not_found");
    }

    @Test
    void startFindsAProviderThatNobodyHasListedYet() {
        letTheBrokerLook();
        var provider = plainProvider().registered("New");
        save(provider);
        letTheListGrowOld();

        Broker.start(provider.id()).then().statusCode(200);
    }

    @Test
    @Timeout(60)
    void aProviderThatWasAddedWhileTheOthersWereBeingReadIsNotLongUnknown() throws Exception {
        letTheBrokerLook();
        var read = new CountDownLatch(1);
        var mayAnswer = new CountDownLatch(1);
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.path().equals(IDENTITY_PROVIDERS)) {
                read.countDown();
                Waiting.until(() -> mayAnswer.getCount() == 0);
            }
        });
        letTheListGrowOld();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var reading = threads.submit(() -> Broker.start(UUID.randomUUID()).statusCode());
            read.await();
            var late = plainProvider().registered("Late");
            save(late);
            letTheListGrowOld();
            var started = threads.submit(() -> Broker.start(late.id()).statusCode());
            mayAnswer.countDown();

            assertThat(reading.get()).isEqualTo(404);
            assertThat(started.get()).isEqualTo(200);
        } finally {
            sandbox().fusionAuth().after((request, reply) -> {});
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ERROR_500", "UNAVAILABLE_503", "PROXY_502", "RATE_LIMITED_429", "DROP"})
    void providersStayWhileFusionAuthIsAway(String kind) {
        letTheBrokerLook();
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.valueOf(kind)).on("GET", IDENTITY_PROVIDERS));
        letTheBrokerLook();

        listed().body(json("providers[*].name", equalTo(List.of("Adatum", "Contoso", "Fabrikam"))));
        Broker.start(Sandbox.CONTOSO).then().statusCode(200);
        Management.given().get("/q/health/ready").then().statusCode(200);
    }

    @Test
    void whileFusionAuthIsAwayItIsAskedEveryFewSecondsOnly() {
        letTheBrokerLook();
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.UNAVAILABLE_503).on("GET", IDENTITY_PROVIDERS));
        letTheListGrowOld();
        var before = sandbox().fusionAuth().count("GET", IDENTITY_PROVIDERS);

        for (var again = 0; again < 5; again++) {
            listed();
            problem(Broker.start(UUID.randomUUID()), 404, "provider_not_found");
        }

        // Once for all of them; and the half-minutely reading may fall into this moment.
        assertThat(sandbox().fusionAuth().count("GET", IDENTITY_PROVIDERS) - before)
                .isBetween(1, 2);
    }

    @Test
    @Timeout(60)
    void whileFusionAuthHangsOneWaitsForItAndTheOthersUseWhatIsKnown() throws Exception {
        letTheBrokerLook();
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.HANG).on("GET", IDENTITY_PROVIDERS));
        letTheListGrowOld();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = threads.submit(() -> Broker.alice().get("/providers").statusCode());
            Waiting.until(() -> sandbox().fusionAuth().hanging() > 0);

            listed().body(json("providers[*].name", hasItem("Contoso")));
            Broker.start(Sandbox.CONTOSO).then().statusCode(200);

            assertThat(waiting.isDone()).isFalse();
            sandbox().fusionAuth().clearFaults();
            assertThat(waiting.get()).isEqualTo(200);
        }
    }

    @Test
    void aProviderStaysWhileItsIssuerIsAway() {
        var plain = plainProvider();
        var provider = add(plain.registered("Plain"));
        plain.away(true);
        letTheBrokerLook();

        listed().body(json("providers[*].name", hasItem("Plain")));
        Broker.start(provider).then().statusCode(200);
    }

    @Test
    void whatChangesInFusionAuthCountsWhileTheIssuerIsAway() {
        var plain = plainProvider();
        var registered = plain.registered("Plain");
        add(registered);
        plain.away(true);
        var json = registered.json().deepCopy();
        json.withObject("/oauth2").put("client_id", "another client");
        var provider = add(new IdentityProvider(json));

        assertThat(Broker.query(URI.create(at(Broker.start(provider), "authorize_url"))))
                .containsEntry("client_id", "another client");
    }

    @Test
    void aProviderWhoseIssuerIsAwayAtFirstAppearsOnceItAnswers() {
        var plain = plainProvider();
        plain.away(true);
        add(plain.registered("Late"));
        listed().body(json("providers[*].name", not(hasItem("Late"))));

        plain.away(false);
        letTheBrokerLook();

        listed().body(json("providers[*].name", hasItem("Late")));
    }

    @Test
    @Timeout(60)
    void aThousandProvidersOfOneIssuerAskItOnceAndAreListed() {
        var plain = plainProvider();
        var asked = new AtomicInteger();
        plain.suffer((request, work) -> {
            asked.incrementAndGet();
            return work.get();
        });
        for (var number = 0; number < 1_000; number++) {
            save(plain.registered("Provider %04d".formatted(number)));
        }
        letTheBrokerLook();

        listed().body(json("providers", hasSize(1_003)));
        var before = asked.get();
        letTheBrokerLook();
        assertThat(asked.get()).isEqualTo(before).isLessThan(100);
    }

    @Test
    void onlyUsersMayList() {
        problem(Broker.client().get("/providers"), 403, "forbidden");
        problem(RestAssured.get("/providers"), 401, "unauthorized");
    }

    private static void assertBasic(Request request) {
        var pair = encoded(PlainProvider.CLIENT_ID) + ":" + encoded(PlainProvider.CLIENT_SECRET);
        assertThat(request.header("authorization"))
                .hasValue("Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        assertThat(request.form()).doesNotContainKeys("client_id", "client_secret");
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static ValidatableResponse listed() {
        return Broker.alice().get("/providers").then().statusCode(200);
    }

    private static Map<String, String> view(UUID id, String name, Tenant tenant) {
        return Map.of("id", id.toString(), "name", name, "issuer", sandbox().issuer(tenant));
    }

    private UUID unusable(IdentityProvider provider) {
        save(provider);
        return provider.id();
    }

    private static IdentityProvider contoso() {
        return provider(AppRegistration.CLIENT_ID, sandbox().entra().app().secret());
    }

    private static IdentityProvider provider(String clientId, String secret) {
        return FusionAuthStandIn.linkingProvider("Unusable", issuer(), clientId, secret);
    }

    private static IdentityProvider withoutSecret(IdentityProvider provider) {
        var json = provider.json().deepCopy();
        json.withObject("/oauth2").remove("client_secret");
        return new IdentityProvider(json);
    }

    private static String issuer() {
        return sandbox().issuer(Tenant.CONTOSO);
    }
}
