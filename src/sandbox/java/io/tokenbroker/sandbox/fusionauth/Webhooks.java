package io.tokenbroker.sandbox.fusionauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Consumer;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * The webhook of the tenant, which tells one receiver of changes to users and links, signed. Silent until it has a
 * receiver. A change of a user is told before it is made, and not made if the receiver does not answer with 2xx.
 */
public final class Webhooks {

    /** The {@code kid} of the key that signs webhooks and nothing else. */
    public static final String KEY_ID = "sandbox-webhooks";

    public static final String SIGNATURE = "X-FusionAuth-Signature-JWT";

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    private final State state;
    private volatile @Nullable URI receiver;

    Webhooks(State state) {
        this.state = state;
    }

    /** Sends what happens from now on there; to nobody if {@code null}. */
    public void to(@Nullable URI url) {
        receiver = url;
    }

    /** An event of a user, as the body of a webhook. */
    public String ofUser(String type, User user) {
        return body(type, event -> event.set("user", user.json()));
    }

    /** An event of a link, with its token: whether a real one has it is not known. */
    public String ofLink(String type, Link link) {
        return body(type, event -> {
            event.set(
                    "identityProviderLink",
                    link.json(state.providers.find(link.identityProviderId()).orElse(null)));
            state.users.find(link.userId()).ifPresent(user -> event.set("user", user.json()));
        });
    }

    /** Any event, with what is said there over what all events have. */
    public String body(String type, Consumer<ObjectNode> more) {
        var body = Json.object();
        var event = body.putObject("event");
        event.put("createInstant", state.now().toEpochMilli());
        event.put("id", UUID.randomUUID().toString());
        event.putObject("info").put("ipAddress", "192.0.2.1");
        event.put("tenantId", FusionAuthStandIn.TENANT_ID.toString());
        event.put("type", type);
        more.accept(event);
        return body.toString();
    }

    /** The signature of this body by the published key. */
    public String sign(String body) {
        return sign(body, good -> {});
    }

    /** A signature that begins as a good one and is then changed, for better or worse. */
    public String sign(String body, Consumer<TokenRecipe> changes) {
        var recipe = new TokenRecipe().byWebhookKey().claim("request_body_sha256", digest(body));
        changes.accept(recipe);
        return state.tokens.sign(recipe);
    }

    /** The signature of this body by a shared secret. */
    public static String signBySecret(String body, String algorithm, String secret) {
        var jws = new JsonWebSignature();
        jws.setHeader("typ", "JWT");
        jws.setKeyIdHeaderValue("an-hmac-key");
        jws.setAlgorithmHeaderValue(algorithm);
        jws.setPayload(Json.object().put("request_body_sha256", digest(body)).toString());
        jws.setDoKeyValidation(false);
        jws.setKey(new HmacKey(IssuedSecrets.record(secret).getBytes(UTF_8)));
        try {
            return jws.getCompactSerialization();
        } catch (JoseException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether the receiver, if there is one, agrees. */
    boolean deliver(String body) {
        var url = receiver;
        if (url == null) {
            return true;
        }
        try {
            var request = HttpRequest.newBuilder(url)
                    .timeout(TIMEOUT)
                    .header("Content-Type", "application/json")
                    .header(SIGNATURE, sign(body))
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() / 100 == 2;
        } catch (IOException away) {
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String digest(String body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(body.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
