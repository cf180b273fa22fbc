package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What sets a fresh FusionAuth up: signing keys, the tenant, the application, pages that may call, people. */
final class Setup {

    private static final String KEYS = "/api/key/generate";
    private static final String TENANTS = "/api/tenant";
    private static final String APPLICATIONS = "/api/application";
    private static final String REGISTRATIONS = "/api/user/registration";
    private static final String SYSTEM = "/api/system-configuration";

    private static final Set<String> ASYMMETRIC = Set.of("RS256", "ES256");
    private static final Set<String> SECRETLESS = Set.of("NotRequired", "NotRequiredWhenUsingPKCE");

    private final State state;

    Setup(State state) {
        this.state = state;
    }

    /** Absent where the request is for something else. */
    Optional<Reply> answer(Request request) {
        var endpoint = List.of(KEYS, TENANTS, APPLICATIONS, REGISTRATIONS, SYSTEM).stream()
                .filter(path -> request.path().equals(path) || request.path().startsWith(path + "/"))
                .findFirst();
        return endpoint.map(path -> {
            state.access.authorize(request, path);
            return work(path, request);
        });
    }

    private Reply work(String endpoint, Request request) {
        var isPatch = endpoint.equals(TENANTS) || endpoint.equals(SYSTEM);
        if (!request.method().equals(isPatch ? "PATCH" : "POST")) {
            return Reply.empty(405);
        }
        if (endpoint.equals(SYSTEM)) {
            return system(body(request, "systemConfiguration"));
        }
        var named = request.path().length() > endpoint.length()
                ? Json.uuid(request.path().substring(endpoint.length() + 1))
                : Optional.<UUID>empty();
        return named.map(id -> switch (endpoint) {
                    case KEYS -> key(id, body(request, "key"));
                    case TENANTS -> tenant(id, body(request, "tenant"));
                    case APPLICATIONS -> application(id, body(request, "application"));
                    default -> registration(id, request.json());
                })
                .orElseGet(() -> Reply.empty(404));
    }

    private Reply key(UUID id, ObjectNode key) {
        var algorithm = Json.text(key, "algorithm").orElse("");
        if (!ASYMMETRIC.contains(algorithm)) {
            return Errors.field(400, "invalid", "key.algorithm");
        }
        if (Json.text(key, "name").isEmpty()) {
            return Errors.field(400, "blank", "key.name");
        }
        state.signingKeys.add(id, algorithm);
        return Reply.json(200, Map.of("key", key.put("id", id.toString())));
    }

    /** Tokens are signed by a secret of the tenant, which nobody can verify by, until it is told of another key. */
    private Reply tenant(UUID id, ObjectNode tenant) {
        if (!state.access.tenants().contains(id)) {
            return Reply.empty(404);
        }
        if (!signsByItsKey(tenant)) {
            return Errors.field(400, "invalid", "tenant.jwtConfiguration.accessTokenKeyId");
        }
        Json.text(tenant, "issuer").ifPresent(state::issuer);
        return Reply.json(200, Map.of("tenant", tenant.put("id", id.toString())));
    }

    private Reply application(UUID id, ObjectNode application) {
        if (Json.text(application, "name").isEmpty()) {
            return Errors.field(400, "blank", "application.name");
        }
        if (state.application.id().equals(id)) {
            return Errors.field(400, "duplicate", "applicationId");
        }
        var oauth = application.path("oauthConfiguration");
        if (!texts(oauth.path("enabledGrants")).contains("authorization_code")) {
            return Errors.field(400, "missing", "application.oauthConfiguration.enabledGrants");
        }
        var hasOwnKeys = application.path("jwtConfiguration").path("enabled").asBoolean();
        if (hasOwnKeys && !signsByItsKey(application)) {
            return Errors.field(400, "invalid", "application.jwtConfiguration.accessTokenKeyId");
        }
        state.application = new Application(
                id,
                state.application.tenant(),
                Json.text(oauth, "clientAuthenticationPolicy")
                        .filter(SECRETLESS::contains)
                        .isPresent(),
                !hasOwnKeys,
                texts(oauth.path("authorizedRedirectURLs")));
        return Reply.json(200, Map.of("application", application.put("id", id.toString())));
    }

    /** From now on by the key that it names, if it names one; false if there is none such. */
    private boolean signsByItsKey(JsonNode owner) {
        return Json.uuid(owner.path("jwtConfiguration"), "accessTokenKeyId")
                .map(state.signingKeys::use)
                .orElse(true);
    }

    private Reply system(ObjectNode system) {
        var cors = system.path("corsConfiguration");
        var origins = cors.path("enabled").asBoolean() ? texts(cors.path("allowedOrigins")) : Set.<String>of();
        state.origins = origins::contains;
        return Reply.json(200, Map.of("systemConfiguration", system));
    }

    private Reply registration(UUID userId, JsonNode body) {
        var password = Json.text(body.path("user"), "password");
        var email = Json.text(body.path("user"), "email");
        var application = Json.uuid(body.path("registration"), "applicationId");
        if (password.isEmpty() || email.isEmpty()) {
            return Errors.field(400, "blank", password.isEmpty() ? "user.password" : "user.email");
        }
        if (state.users.byEmail(state.application.tenant(), email.get()).isPresent()) {
            return Errors.field(400, "duplicate", "user.email");
        }
        if (application
                .filter(id -> id.equals(Application.OF_ADMINISTRATORS) || id.equals(state.application.id()))
                .isEmpty()) {
            return Errors.field(400, "invalid", "registration.applicationId");
        }
        var roles = List.copyOf(texts(body.path("registration").path("roles")));
        var user = User.of(userId, state.application.tenant(), email.get(), null, state.now())
                .withPassword(password.get())
                .registeredFor(application.get(), roles);
        Secrets.note(password.get());
        state.users.put(user);
        return Reply.json(
                200,
                Map.of(
                        "user",
                        user.json(),
                        "registration",
                        user.json().path("registrations").path(0)));
    }

    private static Set<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static ObjectNode body(Request request, String member) {
        if (request.json().path(member) instanceof ObjectNode json) {
            return json.deepCopy();
        }
        throw new Refusal(Errors.field(400, "missing", member));
    }
}
