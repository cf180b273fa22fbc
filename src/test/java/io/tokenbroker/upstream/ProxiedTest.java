package io.tokenbroker.upstream;

import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.EarlierLink;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.SandboxResource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;

/** Both upstreams are known to the proxy alone: no resolver knows their names. */
@QuarkusTest
@TestProfile(ProxiedTest.Proxied.class)
class ProxiedTest extends LinkingTest {

    private static final String FUSION_AUTH = "fusionauth.test";
    private static final String ENTRA = "entra.test";

    @Test
    void bothUpstreamsAreReachedThroughTheProxy() {
        var oauth = "https://" + ENTRA + "/" + Tenant.CONTOSO.id() + "/oauth2/v2.0/";
        var provider = add(provider(oauth + "token"));
        var link =
                new EarlierLink(sandbox()).add(FusionAuthStandIn.ALICE_ID, provider, Tenant.CONTOSO, "b@contoso.com");
        var account = new AccountId(provider, link.identityProviderUserId()).toString();

        Broker.alice().get("/providers").then().statusCode(200).body(json("providers[*].name", hasItem("Proxied")));
        Broker.mint(account, Map.of()).then().statusCode(200).body(json("source", equalTo("refresh")));

        assertThat(Settings.proxy().asked()).contains(FUSION_AUTH + ":443", ENTRA + ":443");
    }

    @Test
    void addressesThatAreNoNamesAreJudgedAllTheSame() {
        var provider = add(provider("https://10.0.0.1/token"));

        problem(Broker.start(provider), 404, "provider_not_found");
        assertThat(Settings.proxy().asked()).noneMatch(target -> target.startsWith("10."));
    }

    private static IdentityProvider provider(String tokenEndpoint) {
        var base = "https://" + ENTRA + "/";
        return FusionAuthStandIn.linkingProvider(
                        "Proxied",
                        "",
                        AppRegistration.CLIENT_ID,
                        sandbox().entra().app().secret())
                .withId(UUID.randomUUID())
                .withEndpoints(base + "authorize", tokenEndpoint, base + "userinfo");
    }

    public static final class Proxied implements QuarkusTestProfile {

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Settings.class));
        }
    }

    public static final class Settings implements QuarkusTestResourceLifecycleManager {

        private static final ConnectProxy PROXY = new ConnectProxy(Map.of(
                FUSION_AUTH, SandboxResource.sandbox().fusionAuth().url(),
                ENTRA, SandboxResource.sandbox().entra().url()));

        private SSLSocketFactory before = HttpsURLConnection.getDefaultSSLSocketFactory();

        static ConnectProxy proxy() {
            return PROXY;
        }

        @Override
        public int order() {
            return 1;
        }

        @Override
        public Map<String, String> start() {
            IssuedSecrets.record(ConnectProxy.PASSWORD);
            before = HttpsURLConnection.getDefaultSSLSocketFactory();
            HttpsURLConnection.setDefaultSSLSocketFactory(PROXY.tls().getSocketFactory());
            var settings = new HashMap<String, String>();
            settings.put("https_proxy", PROXY.url());
            settings.put("broker.fusionauth.url", "https://" + FUSION_AUTH);
            settings.put("broker.upstreams.allow-private-addresses", "false");
            settings.put("broker.upstreams.allow-http-loopback", "false");
            settings.put("quarkus.rest-client.provider.trust-store", "file:" + PROXY.keyStore());
            settings.put("quarkus.rest-client.provider.trust-store-type", "PKCS12");
            settings.put("quarkus.rest-client.provider.trust-store-password", PROXY.keyStorePassword());
            return settings;
        }

        @Override
        public void stop() {
            HttpsURLConnection.setDefaultSSLSocketFactory(before);
        }
    }
}
