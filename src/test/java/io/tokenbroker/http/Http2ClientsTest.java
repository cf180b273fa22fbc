package io.tokenbroker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HTTP/2 as an ordinary client speaks it: agreed on in the TLS handshake, or by an upgrade in clear text. */
@QuarkusTest
@TestProfile(Http2ClientsTest.WithTls.class)
class Http2ClientsTest extends BrokerTest {

    private static final String PASSWORD = "only for this test";
    private static final String ARM = "{\"resource\":\"https://management.azure.com\"}";

    public static class WithTls implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.test-ssl-port",
                    "0",
                    "quarkus.tls.key-store.p12.path",
                    keyStore().toString(),
                    "quarkus.tls.key-store.p12.password",
                    PASSWORD);
        }
    }

    enum Way {
        BY_UPGRADE,
        OVER_TLS;

        URI url(String path) {
            return this == OVER_TLS
                    ? URI.create("https://localhost:%d%s".formatted(tlsPort(), path))
                    : URI.create("http://localhost:%d%s".formatted(RestAssured.port, path));
        }

        HttpClient client() {
            return HttpClient.newBuilder()
                    .version(Version.HTTP_2)
                    .sslContext(trusting(keyStore()))
                    .build();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aTokenIsMintedAndThenTakenFromMemory(Way way) throws IOException, InterruptedException {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        try (var client = way.client()) {
            var first = client.send(mint(way, account, ARM), BodyHandlers.ofString());
            var second = client.send(mint(way, account, ARM), BodyHandlers.ofString());

            assertThat(first.version()).isEqualTo(Version.HTTP_2);
            assertThat(second.version()).isEqualTo(Version.HTTP_2);
            assertThat(first.body()).contains("\"access_token\"", "\"source\":\"refresh\"");
            assertThat(second.body()).contains("\"access_token\"", "\"source\":\"cache\"");
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aHundredAtOnceAreEachAnsweredRight(Way way) {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        try (var client = way.client()) {
            var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
            for (var i = 0; i < 100; i++) {
                answers.add(client.sendAsync(
                        mint(way, i % 2 == 0 ? account : "acc_x", i % 3 == 0 ? "" : ARM), BodyHandlers.ofString()));
            }
            for (var i = 0; i < 100; i++) {
                var answer = answers.get(i).join();
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(i % 2 == 0 ? 200 : 404);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whatIsTooLargeOrUnknownHearsSo(Way way) throws IOException, InterruptedException {
        var large = " ".repeat(70_000);
        try (var client = way.client()) {
            assertThat(client.send(mint(way, "acc_x", large), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(413);
            assertThat(client.send(
                                    request(way, "/accounts/acc_x/token")
                                            .POST(BodyPublishers.ofInputStream(() -> InputStream.nullInputStream()))
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(401);
            assertThat(client.send(request(way, "/nothing").build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    private static HttpRequest mint(Way way, String account, String body) {
        return request(way, "/accounts/%s/token".formatted(account))
                .header("Authorization", "Bearer " + Sandbox.DEMO_KEY)
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private static HttpRequest.Builder request(Way way, String path) {
        return HttpRequest.newBuilder(way.url(path)).header("Content-Type", "application/json");
    }

    private static int tlsPort() {
        return ConfigProvider.getConfig().getValue("quarkus.http.test-ssl-port", Integer.class);
    }

    /** Of a certificate for localhost, made once by the JDK's own tool. */
    private static Path keyStore() {
        try {
            var folder = Files.createDirectories(Path.of("target", "tls"));
            var store = folder.resolve("localhost.p12").toAbsolutePath();
            if (Files.notExists(store)) {
                var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
                var process = new ProcessBuilder(
                                keytool.toString(),
                                "-genkeypair",
                                "-alias",
                                "localhost",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "san=dns:localhost",
                                "-validity",
                                "3650",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                PASSWORD)
                        .inheritIO()
                        .start();
                assertThat(process.waitFor()).isZero();
            }
            return store;
        } catch (IOException e) {
            throw new AssertionError("No certificate for the test", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext trusting(Path store) {
        try (var file = Files.newInputStream(store)) {
            var keys = KeyStore.getInstance("PKCS12");
            keys.load(file, PASSWORD.toCharArray());
            var trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("localhost", keys.getCertificate("localhost"));
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError("The certificate of the test cannot be trusted", e);
        }
    }
}
