package io.tokenbroker.doctor;

import io.tokenbroker.doctor.ProbeHttp.Answer;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.FusionAuthSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.lang.JoseException;

/** FusionAuth itself, and the API key where it answers. */
final class FusionAuthChecks {

    private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\..{0,40}");
    private static final Set<String> ASYMMETRIC = Set.of("RSA", "EC");

    private final FusionAuthSettings settings;
    private final BrokerSettings all;
    private final ProbeHttp http;
    private final FusionAuthProbe fusionAuth;
    private final Consumer<Finding> found;

    FusionAuthChecks(BrokerSettings settings, ProbeHttp http, Consumer<Finding> found) {
        this.all = settings;
        this.settings = settings.fusionauth();
        this.http = http;
        this.fusionAuth = new FusionAuthProbe(http, this.settings);
        this.found = found;
    }

    /** @param key gets what the key may do, and nothing where FusionAuth does not answer */
    void examine(CompletableFuture<Optional<KeyChecks>> key) {
        try {
            var reachable = reachable(fusionAuth.open("/api/status"));
            found.accept(reachable);
            if (reachable.result() != Finding.Result.FAULT) {
                Beside.all(List.of(
                        () -> found.accept(version(fusionAuth.get("/api/system/version"))),
                        () -> application().forEach(found),
                        () -> tenantAndIssuer().forEach(found),
                        () -> signingKeys().forEach(found),
                        () -> examineKey(key)));
            }
        } finally {
            key.complete(Optional.empty());
        }
    }

    private void examineKey(CompletableFuture<Optional<KeyChecks>> key) {
        var checks = new KeyChecks(all, fusionAuth);
        key.complete(Optional.of(checks));
        checks.findings().forEach(found);
    }

    private Finding reachable(Answer status) {
        var where = fusionAuth.place();
        if (status.isMissing()) {
            return Finding.fault(
                    Check.FUSIONAUTH, where, status.why() + "; its key, keys and providers were not looked at");
        }
        if (status.isRedirect()) {
            return Finding.fault(
                    Check.FUSIONAUTH,
                    where,
                    "redirects (%d), where the broker does not follow with its API key".formatted(status.status()));
        }
        if (status.status() != 200 || status.isInBetween()) {
            return Finding.fault(
                    Check.FUSIONAUTH, where, "answers as no FusionAuth that is well (%d)".formatted(status.status()));
        }
        return Finding.ok(Check.FUSIONAUTH, where, "answers");
    }

    private static Finding version(Answer answer) {
        var said = answer.json().path("version").asText("");
        var version = VERSION.matcher(said);
        if (answer.status() != 200 || !version.matches()) {
            return Finding.ask(Check.VERSION, "the key may not read it; FusionAuth's pages show it");
        }
        var isKnown = Integer.parseInt(version.group(1)) > 1 || Integer.parseInt(version.group(2)) >= 48;
        return isKnown
                ? Finding.ok(Check.VERSION, "", said)
                : Finding.fault(Check.VERSION, "", said + ", which allows one account per user and provider");
    }

    /** Read only by a key that may do more than the broker's needs to. */
    private List<Finding> application() {
        var id = settings.applicationId().toString();
        var answer = fusionAuth.get("/api/application/" + id);
        return switch (answer.status()) {
            case 200 ->
                List.of(
                        Finding.ok(Check.APPLICATION, "", "is there"),
                        Finding.warning(Check.API_KEY, "", "may read applications, which the broker's key need not"));
            case 404 ->
                List.of(
                        answer.isInBetween()
                                ? Finding.warning(
                                        Check.APPLICATION, "", "something between answers in FusionAuth's place")
                                : Finding.fault(Check.APPLICATION, "", "there is no application " + id));
            // The providers' settings for it show that it is there.
            default -> List.of();
        };
    }

    private List<Finding> tenantAndIssuer() {
        var tenant = settings.tenantId();
        var answer = fusionAuth.open("/.well-known/openid-configuration/" + tenant);
        if (answer.status() == 404 && !answer.isInBetween()) {
            return List.of(Finding.fault(Check.TENANT, "", "there is no tenant " + tenant));
        }
        var issuer = answer.json().path("issuer").asText("");
        if (answer.status() != 200 || issuer.isEmpty()) {
            return List.of(Finding.warning(
                    Check.ISSUER,
                    "",
                    "FusionAuth's discovery document cannot be read (%d)".formatted(answer.status())));
        }
        return List.of(Finding.ok(Check.TENANT, "", "is there"), issuer(issuer));
    }

    private Finding issuer(String said) {
        return said.equals(settings.issuer())
                ? Finding.ok(Check.ISSUER, "", said)
                : Finding.fault(
                        Check.ISSUER,
                        "",
                        "tokens say '%s', but the setting '%s': every user's token is refused"
                                .formatted(said, settings.issuer()));
    }

    private List<Finding> signingKeys() {
        var url = settings.jwksUrl().orElseGet(() -> fusionAuth.url("/.well-known/jwks.json"));
        var place = ProbeHttp.place(url);
        var answer = http.get(url, Map.of());
        if (answer.status() != 200) {
            return List.of(Finding.fault(
                    Check.SIGNING_KEYS,
                    place,
                    answer.isMissing() ? answer.why() : "answers %d".formatted(answer.status())));
        }
        var keys = keys(answer.body());
        var findings = new ArrayList<Finding>();
        settings.webhookKeyId().ifPresent(id -> findings.add(webhookKey(id, keys)));
        var types = keys.stream()
                .map(JsonWebKey::getKeyType)
                .filter(ASYMMETRIC::contains)
                .distinct()
                .sorted()
                .toList();
        findings.add(
                types.isEmpty()
                        ? Finding.fault(
                                Check.SIGNING_KEYS,
                                place,
                                "there is no asymmetric key: with HMAC (HS256) there is nothing to check a token against")
                        : applicationKey(String.join(", ", types)));
        return findings;
    }

    private static Finding webhookKey(String id, List<JsonWebKey> keys) {
        return keys.stream().anyMatch(key -> id.equals(key.getKeyId()))
                ? Finding.ok(Check.WEBHOOK_KEY, "", "published")
                : Finding.fault(
                        Check.WEBHOOK_KEY, "", "no key %s is published, so every webhook is refused".formatted(id));
    }

    /** The JWKS has the keys of all applications; this call tells the application's own, which it need not have. */
    private Finding applicationKey(String published) {
        var answer = fusionAuth.open("/api/jwt/public-key?applicationId=" + settings.applicationId());
        if (answer.status() == 200
                && !answer.json().path("publicKey").asText("").isBlank()) {
            return Finding.ok(
                    Check.SIGNING_KEYS, "", "published (%s), and the application has one".formatted(published));
        }
        if (Set.of(200, 404).contains(answer.status()) && !answer.isInBetween()) {
            return Finding.ask(
                    Check.SIGNING_KEYS,
                    "published (%s), and the application has none of its own: it signs by its tenant's, or by HMAC (HS256), which nothing can be checked against"
                            .formatted(published));
        }
        return Finding.warning(
                Check.SIGNING_KEYS,
                "",
                "published (%s); whether the application signs with one cannot be told: FusionAuth %s"
                        .formatted(published, answer.isMissing() ? answer.why() : "answers " + answer.status()));
    }

    private static List<JsonWebKey> keys(String body) {
        try {
            return new JsonWebKeySet(body).getJsonWebKeys();
        } catch (JoseException notKeys) {
            return List.of();
        }
    }
}
