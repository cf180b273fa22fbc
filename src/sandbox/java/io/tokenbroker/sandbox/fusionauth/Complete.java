package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** {@code POST /api/identity-provider/login}: a login, without API key, by the code of an upstream provider. */
final class Complete {

    static final String PATH = "/api/identity-provider/login";

    private final State state;
    private final Upstream upstream;
    private final Reconciliation reconciliation;

    Complete(State state) {
        this.state = state;
        upstream = new Upstream(state);
        reconciliation = new Reconciliation(state);
    }

    Reply answer(Request request) {
        if (!request.method().equals("POST")) {
            return Reply.empty(405);
        }
        if (request.header("authorization").isPresent()
                && state.switches.get(Unknown.CompleteApiKey.class) == Unknown.CompleteApiKey.REFUSED_401) {
            return Reply.empty(401);
        }
        var body = request.json();
        var application = required(body, "applicationId");
        var tenant = state.access.anonymous(request).namedTenant().orElse(state.application.tenant());
        var provider = provider(required(body, "identityProviderId"), application, tenant);
        if (!application.equals(state.application.id())) {
            return Errors.general(400, "[InvalidApplication]");
        }
        if (provider.isEmpty()) {
            return unusable();
        }
        try {
            var identity = upstream.identify(provider.get(), application, redemption(body.path("data")));
            return conclude(body, provider.get(), tenant, identity);
        } catch (UpstreamFailure failure) {
            return failed(failure.code());
        }
    }

    private Reply conclude(JsonNode body, IdentityProvider provider, UUID tenant, UpstreamIdentity identity)
            throws UpstreamFailure {
        var interruption = state.switches.get(Unknown.LoginInterruption.class);
        var write = interruption == Unknown.LoginInterruption.NONE
                || state.switches.get(Unknown.InterruptedLink.class) == Unknown.InterruptedLink.WRITTEN;
        var noLink = body.path("noLink").asBoolean();
        return switch (reconciliation.reconcile(provider, tenant, identity, noLink, write)) {
            case Reconciliation.Outcome.Pending(var link) -> Reply.json(232, Map.of("pendingIdPLinkId", link.id()));
            case Reconciliation.Outcome.NotFound() -> Reply.empty(404);
            case Reconciliation.Outcome.LoggedIn(var user) ->
                interruption == Unknown.LoginInterruption.NONE
                        ? loggedIn(register(user, provider), body.path("noJWT").asBoolean())
                        : interrupted(user, interruption);
        };
    }

    private User register(User user, IdentityProvider provider) {
        var application = state.application.id();
        if (!provider.registersAt(application)) {
            return user;
        }
        return state.users
                .update(
                        user.id(),
                        now -> now.roles(application).isPresent() ? now : now.registeredFor(application, List.of()))
                .orElse(user);
    }

    private Reply loggedIn(User user, boolean noJwt) {
        var registered = user.roles(state.application.id()).isPresent();
        var json = Json.object();
        json.set("user", user.json());
        if (noJwt) {
            return Reply.json(registered ? 200 : 202, json);
        }
        var recipe = state.tokens.access(user, "openid", "OPENID_CONNECT", state.now());
        if (!registered) {
            recipe.without("aud");
        }
        var token = state.tokens.sign(recipe);
        var refreshToken = IssuedSecrets.fresh("");
        json.put("token", token).put("refreshToken", refreshToken);
        json.put("tokenExpirationInstant", state.now().plus(Tokens.LIFETIME).toEpochMilli());
        // Two cookies need two headers: the names differ in case, which is no difference on the wire.
        return Reply.json(registered ? 200 : 202, json)
                .with("Set-Cookie", "access_token=" + token + "; Path=/; HttpOnly")
                .with("set-cookie", "refresh_token=" + refreshToken + "; Path=/; HttpOnly; Max-Age=2592000");
    }

    private static Reply interrupted(User user, Unknown.LoginInterruption interruption) {
        ObjectNode withUser = Json.object();
        withUser.set("user", user.json());
        return switch (interruption) {
            case NONE -> throw new IllegalStateException("Not interrupted");
            case CHANGE_PASSWORD_203 ->
                Reply.json(
                        203,
                        Map.of("changePasswordId", IssuedSecrets.fresh(""), "changePasswordReason", "Administrative"));
            case EMAIL_UNVERIFIED_212 -> Reply.json(212, withUser);
            case REGISTRATION_UNVERIFIED_213 -> Reply.json(213, withUser);
            case TWO_FACTOR_242 -> Reply.json(242, Map.of("twoFactorId", IssuedSecrets.fresh("")));
        };
    }

    private Upstream.Redemption redemption(JsonNode data) throws UpstreamFailure {
        var code = Json.text(data, "code").orElseThrow(() -> new Refusal(Errors.field(400, "missing", "data.code")));
        var redirectUri = Json.text(data, "redirect_uri")
                .orElseThrow(() -> new Refusal(Errors.field(400, "missing", "data.redirect_uri")));
        var verifier = Json.text(data, "code_verifier");
        Secrets.note(code);
        verifier.ifPresent(Secrets::note);
        return new Upstream.Redemption(
                code,
                redirectUri,
                switch (state.switches.get(Unknown.Verifier.class)) {
                    case FORWARDED -> verifier;
                    case IGNORED -> Optional.empty();
                    case REQUIRED -> {
                        if (verifier.isEmpty()) {
                            throw new UpstreamFailure("[MissingPKCECodeVerifier]");
                        }
                        yield verifier;
                    }
                });
    }

    private Optional<IdentityProvider> provider(UUID id, UUID application, UUID tenant) {
        return state.providers
                .find(id)
                .filter(one -> one.type().equals("OpenIDConnect"))
                .filter(one -> one.usableBy(tenant, application));
    }

    private Reply unusable() {
        return switch (state.switches.get(Unknown.UnusableProvider.class)) {
            case INVALID_ID_400 -> Errors.general(400, "[InvalidIdentityProviderId]");
            case ERRORS_401 -> Errors.general(401, "[InvalidIdentityProviderId]");
            case EMPTY_400 -> Reply.empty(400);
            case EMPTY_401 -> Reply.empty(401);
        };
    }

    private Reply failed(String code) {
        var how = state.switches.get(Unknown.UpstreamFailure.class);
        return switch (how) {
            case ERRORS_400 -> code.equals("[Exception]") ? Errors.exception(400) : Errors.general(400, code);
            case ERRORS_401 -> code.equals("[Exception]") ? Errors.exception(401) : Errors.general(401, code);
            case EMPTY_400 -> Reply.empty(400);
            case EMPTY_401 -> Reply.empty(401);
            case EXCEPTION_400 -> Errors.exception(400);
        };
    }

    private static UUID required(JsonNode body, String field) {
        var text = Json.text(body, field).orElseThrow(() -> new Refusal(Errors.field(400, "missing", field)));
        return Json.uuid(text).orElseThrow(() -> new Refusal(Errors.field(400, "invalid", field)));
    }
}
