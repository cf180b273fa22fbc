package io.tokenbroker.real;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.at;

import io.restassured.specification.RequestSpecification;
import io.tokenbroker.sandbox.process.FreePort;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Keycloak from its distribution, in memory, for the length of a test class; and what its administrator does there. */
final class KeycloakServer implements AutoCloseable {

    static final String CLIENT_ID = "broker";
    /** For whom access tokens are meant; only their audience may introspect them. */
    static final String API_ID = "api";

    static final String API_SECRET = IssuedSecrets.fresh("kc-api-");
    static final String PASSWORD = IssuedSecrets.fresh("kc-password-");

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String ADMIN = "admin";
    private static final String ADMIN_PASSWORD = IssuedSecrets.fresh("kc-admin-");

    private final int port = FreePort.any();
    private final Path log = Path.of("target", "keycloak.log");
    private final Process process = launch();

    KeycloakServer() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        var deadline = Instant.now().plus(PATIENCE);
        while (!isReady()) {
            if (endsWithin(Duration.ofMillis(500)) || Instant.now().isAfter(deadline)) {
                close();
                throw new IllegalStateException("Keycloak did not get ready; see " + log);
            }
        }
    }

    String issuer(String realm) {
        return "http://localhost:%d/realms/%s".formatted(port, realm);
    }

    /**
     * A tenant: a realm with one confidential client, an API that its tokens are for, and no users.
     *
     * @param singleUse whether a refresh token can be used once only
     * @param consent whether people are asked before the client gets anything
     */
    void addRealm(String realm, String clientSecret, String redirectUri, boolean singleUse, boolean consent) {
        IssuedSecrets.record(clientSecret);
        create("", """
                {"realm": "%s", "enabled": true, "revokeRefreshToken": %s, "refreshTokenMaxReuse": 0, "clients": [
                  {"clientId": "%s", "secret": "%s", "redirectUris": ["%s"], "consentRequired": %s,
                    "attributes": {"pkce.code.challenge.method": "S256"},
                    "protocolMappers": [{"name": "for the API", "protocol": "openid-connect",
                      "protocolMapper": "oidc-audience-mapper",
                      "config": {"included.client.audience": "%s", "access.token.claim": "true"}}]},
                  {"clientId": "%s", "secret": "%s", "standardFlowEnabled": false}]}
                """.formatted(
                        realm, singleUse, CLIENT_ID, clientSecret, redirectUri, consent, API_ID, API_ID, API_SECRET));
    }

    /** A person with a password who may have refresh tokens that outlive the browser session. */
    void addUser(String realm, String email) {
        create("/" + realm + "/users", """
                {"username": "%1$s", "email": "%1$s", "emailVerified": true, "firstName": "Some", "lastName": "Body",
                  "enabled": true, "credentials": [{"type": "password", "value": "%2$s"}]}
                """.formatted(email, PASSWORD));
    }

    /** What the "offline sessions" page of a user does when its button is pressed. */
    void revokeOfflineSessions(String realm, String email) {
        var sessions = "/{realm}/users/{user}/offline-sessions/{client}";
        List<String> ids = at(
                admin().get(url(sessions), realm, userId(realm, email), clientUuid(realm))
                        .then()
                        .statusCode(200)
                        .extract(),
                "[*].id");
        ids.forEach(id -> admin().queryParam("isOffline", true)
                .delete(url("/{realm}/sessions/{id}"), realm, id)
                .then()
                .statusCode(204));
    }

    void changeClientSecret(String realm, String secret) {
        IssuedSecrets.record(secret);
        admin().body(Map.of("clientId", CLIENT_ID, "secret", secret))
                .put(url("/{realm}/clients/{client}"), realm, clientUuid(realm))
                .then()
                .statusCode(204);
    }

    @Override
    public void close() {
        // The script waits for the server it has started.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        endsWithin(PATIENCE);
    }

    private String userId(String realm, String email) {
        return firstId("/{realm}/users", realm, "username", email);
    }

    private String clientUuid(String realm) {
        return firstId("/{realm}/clients", realm, "clientId", CLIENT_ID);
    }

    private String firstId(String path, String realm, String parameter, String value) {
        var found = admin().queryParam(parameter, value).get(url(path), realm);
        return at(found.then().statusCode(200).extract(), "[0].id");
    }

    private void create(String path, String representation) {
        admin().body(representation).post(url(path)).then().statusCode(201);
    }

    private String url(String path) {
        return "http://localhost:%d/admin/realms%s".formatted(port, path);
    }

    /** Admin tokens live a minute: a new one each time. */
    private RequestSpecification admin() {
        String token = at(
                given().formParam("grant_type", "password")
                        .formParam("client_id", "admin-cli")
                        .formParam("username", ADMIN)
                        .formParam("password", ADMIN_PASSWORD)
                        .post(issuer("master") + "/protocol/openid-connect/token")
                        .then()
                        .statusCode(200)
                        .extract(),
                "access_token");
        return given().header("Authorization", "Bearer " + token).contentType("application/json");
    }

    private Process launch() {
        var home = Path.of(System.getProperty("keycloak.home", "target/keycloak"));
        var builder = new ProcessBuilder(
                home.resolve("bin/kc.sh").toString(),
                "start-dev",
                "--db=dev-mem",
                "--http-host=localhost",
                "--http-port=" + port);
        var environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("KC_") || name.startsWith("JAVA"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("JAVA_OPTS_KC_HEAP", "-Xmx512m");
        environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN);
        environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD);
        try {
            return builder.redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("Keycloak is unpacked by mvn verify", e);
        }
    }

    private boolean isReady() {
        return Web.status(URI.create(issuer("master") + "/.well-known/openid-configuration")) == 200;
    }

    private boolean endsWithin(Duration time) {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
