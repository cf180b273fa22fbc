package io.tokenbroker.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.sandbox.wire.AnswerCheck;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Every JSON answer of the stand-in of FusionAuth, and every request that sets FusionAuth up, against the types of
 * FusionAuth's own client, which {@code src/scripts/fusionauth-types} prints. An unknown or wrongly typed member is a fault.
 */
public final class FusionAuthTypes implements AnswerCheck {

    /** A kind of identity provider that only a later server may have. */
    public static final String LATER_KIND = "Telepathy";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode FACTS = facts();
    private static final Queue<String> WRONG = new ConcurrentLinkedQueue<>();

    /** What was wrong since the last call. */
    public static Optional<String> takeWrong() {
        return Optional.ofNullable(WRONG.poll());
    }

    private static final Pattern PROVIDER = Pattern.compile("/api/identity-provider/[0-9a-f-]{36}");

    /** What sets FusionAuth up, by the beginning of the path; its types end in {@code Request} and {@code Response}. */
    private static final Map<String, String> SETUP = Map.of(
            "/api/key/generate/", "Key",
            "/api/tenant/", "Tenant",
            "/api/application/", "Application",
            "/api/user/registration/", "Registration",
            "/api/system-configuration", "SystemConfiguration");

    @Override
    public void check(Request request, Reply reply) {
        requestType(request)
                .ifPresent(
                        type -> check("request of " + request.method() + " " + request.path(), type, request.json()));
        var isJson = reply.headers().getOrDefault("Content-Type", "").startsWith("application/json");
        if (isJson) {
            check(request.method() + " " + request.path(), type(request.path(), reply.status()), parsed(reply.body()));
        }
    }

    private static String type(String path, int status) {
        if (path.equals("/oauth2/token")) {
            return status == 200 ? "AccessToken" : "OAuthError";
        }
        if (status >= 400) {
            return "Errors";
        }
        return switch (path) {
            case "/.well-known/jwks.json" -> "JWKSResponse";
            case "/api/jwt/public-key" -> "PublicKeyResponse";
            case "/api/status", "/api/system/version" -> "any";
            case "/api/identity-provider/login" -> "LoginResponse";
            case "/api/identity-provider/link" -> "IdentityProviderLinkResponse";
            case "/api/identity-provider/search" -> "IdentityProviderSearchResponse";
            case "/api/user/search" -> "SearchResponse";
            default -> below(path);
        };
    }

    private static String below(String path) {
        if (path.startsWith("/.well-known/openid-configuration")) {
            return "OpenIdConfiguration";
        }
        if (path.startsWith("/api/identity-provider/link/pending/")) {
            return "IdentityProviderPendingLinkResponse";
        }
        if (path.startsWith("/api/identity-provider")) {
            return "IdentityProviderResponse";
        }
        var setUp = setUpBy(path);
        if (setUp.isPresent()) {
            return setUp.get() + "Response";
        }
        if (path.startsWith("/api/user/")) {
            return "UserResponse";
        }
        throw wrong(path, "has no known type");
    }

    private static Optional<String> requestType(Request request) {
        return request.method().equals("POST")
                        && PROVIDER.matcher(request.path()).matches()
                ? Optional.of("IdentityProviderRequest")
                : setUpBy(request.path())
                        .filter(type -> !request.method().equals("GET"))
                        .map(type -> type + "Request");
    }

    private static Optional<String> setUpBy(String path) {
        return SETUP.entrySet().stream()
                .filter(type -> path.startsWith(type.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static void check(String where, String type, JsonNode value) {
        var isRight = switch (type) {
            case "any" -> true;
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "number" -> value.isNumber();
            case "UUID" -> value.isTextual() && isUuid(value.asText());
            default -> isComposite(where, type, value);
        };
        if (!isRight) {
            throw wrong(where, "is no " + type);
        }
    }

    private static boolean isComposite(String where, String type, JsonNode value) {
        if (type.startsWith("Array<")) {
            value.forEach(element -> check(where + "[]", argument(type), element));
            return value.isArray();
        }
        if (type.startsWith("Record<")) {
            var of = argument(type).split(", ", 2)[1];
            value.properties().forEach(entry -> check(where + "." + entry.getKey(), of, entry.getValue()));
            return value.isObject();
        }
        var values = FACTS.path("values").path(type);
        return values.isArray() ? isOneOf(values, value) : isObject(where, type, value);
    }

    private static boolean isObject(String where, String name, JsonNode value) {
        var type = name.startsWith("BaseIdentityProvider<") ? providerType(value) : name;
        var members = FACTS.path("types").path(type);
        value.properties().forEach(member -> {
            var of = members.path(members.has(member.getKey()) ? member.getKey() : "*");
            if (of.isMissingNode()) {
                throw wrong(where, type + " has no member " + member.getKey());
            }
            check(where + "." + member.getKey(), of.asText(), member.getValue());
        });
        return value.isObject() && members.isObject();
    }

    /** The members of a provider are those of its kind, whose spelling differs in case. */
    private static String providerType(JsonNode provider) {
        var wanted = provider.path("type").asText().toLowerCase(Locale.ROOT) + "identityprovider";
        return FACTS.path("types").properties().stream()
                .map(Map.Entry::getKey)
                .filter(known -> known.toLowerCase(Locale.ROOT).equals(wanted))
                .findFirst()
                .orElseThrow(() -> wrong("identity provider", "of unknown type " + provider.path("type")));
    }

    private static boolean isOneOf(JsonNode values, JsonNode value) {
        return StreamSupport.stream(values.spliterator(), false).anyMatch(value::equals)
                || value.asText().equals(LATER_KIND);
    }

    private static String argument(String type) {
        return type.substring(type.indexOf('<') + 1, type.length() - 1);
    }

    private static boolean isUuid(String text) {
        try {
            return UUID.fromString(text).toString().equals(text);
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    private static IllegalStateException wrong(String where, String what) {
        var text = "No FusionAuth answers so: " + where + " " + what;
        WRONG.add(text);
        return new IllegalStateException(text);
    }

    private static JsonNode parsed(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException notJson) {
            throw new UncheckedIOException(notJson);
        }
    }

    private static JsonNode facts() {
        try (var file = FusionAuthTypes.class.getResourceAsStream("/fusionauth-types.json")) {
            return JSON.readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
