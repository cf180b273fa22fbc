package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;

/** Which class answers which path. */
final class Routes {

    private static final String APPLICATION = "/api/application";

    private final State state;
    private final Complete complete;
    private final FusionAuthLinkApi links;
    private final FusionAuthPendingLinkApi pendingLinks;
    private final FusionAuthIdentityProviderApi providers;
    private final FusionAuthUserApi users;
    private final UserSearch userSearch;
    private final SignIn signIn;
    private final FusionAuthTokenEndpoint tokens;
    private final WellKnown wellKnown;
    private final Setup setup;

    Routes(State state) {
        this.state = state;
        complete = new Complete(state);
        links = new FusionAuthLinkApi(state);
        pendingLinks = new FusionAuthPendingLinkApi(state);
        providers = new FusionAuthIdentityProviderApi(state);
        users = new FusionAuthUserApi(state);
        userSearch = new UserSearch(state);
        signIn = new SignIn(state);
        tokens = new FusionAuthTokenEndpoint(state);
        wellKnown = new WellKnown(state);
        setup = new Setup(state);
    }

    /** The request as FusionAuth reads it: a POST may carry another method in a header. */
    static Request effective(Request request) {
        var override = request.header("x-http-method-override");
        return override.isEmpty() || !request.method().equals("POST")
                ? request
                : new Request(
                        override.get().toUpperCase(Locale.ROOT),
                        request.path(),
                        request.query(),
                        request.form(),
                        request.headers(),
                        request.body());
    }

    Reply answer(Request request) {
        try {
            return route(request);
        } catch (Refusal refusal) {
            return refusal.reply();
        } catch (UncheckedIOException unreadable) {
            if (unreadable.getCause() instanceof JsonProcessingException) {
                return Errors.general(400, "[invalidJSON]");
            }
            throw unreadable;
        }
    }

    private Reply route(Request request) {
        var path = request.path();
        return switch (path) {
            case Complete.PATH -> complete.answer(request);
            case FusionAuthLinkApi.PATH -> links.answer(request);
            case UserSearch.PATH -> userSearch.answer(request);
            case WellKnown.JWKS -> open(request, wellKnown.jwks());
            case WellKnown.PUBLIC_KEY -> wellKnown.publicKey(request);
            case "/oauth2/authorize" -> signIn.authorize(request);
            case "/oauth2/logout" -> signIn.logout(request);
            case "/oauth2/token" ->
                open(request, request.method().equals("OPTIONS") ? preflight() : tokens.answer(request));
            case "/api/status" -> Reply.json(200, Json.object().put("status", "Ok"));
            case "/api/system/version" -> version(request);
            default -> below(request);
        };
    }

    private Reply below(Request request) {
        var path = request.path();
        var setUp = request.method().equals("GET") ? Optional.<Reply>empty() : setup.answer(request);
        if (setUp.isPresent()) {
            return setUp.get();
        }
        if (path.startsWith(FusionAuthPendingLinkApi.PATH + "/")) {
            return pendingLinks.answer(request);
        }
        if (path.equals(FusionAuthIdentityProviderApi.PATH)
                || path.startsWith(FusionAuthIdentityProviderApi.PATH + "/")) {
            return providers.answer(request);
        }
        if (path.equals(FusionAuthUserApi.PATH) || path.startsWith(FusionAuthUserApi.PATH + "/")) {
            return users.answer(request);
        }
        if (path.startsWith(APPLICATION + "/")) {
            return application(request, path.substring(APPLICATION.length() + 1));
        }
        if (path.equals(WellKnown.DISCOVERY) || path.startsWith(WellKnown.DISCOVERY + "/")) {
            return open(request, wellKnown.discovery(path));
        }
        return Reply.empty(404);
    }

    private Reply version(Request request) {
        var _ = state.access.authorize(request, request.path());
        return Reply.json(200, Json.object().put("version", state.version()));
    }

    private Reply application(Request request, String id) {
        var _ = state.access.authorize(request, APPLICATION);
        if (!id.equals(FusionAuthStandIn.APPLICATION_ID.toString())) {
            return Reply.empty(404);
        }
        var body = Json.object();
        body.putObject("application").put("id", id);
        return Reply.json(200, body);
    }

    private static Reply preflight() {
        return Reply.empty(204)
                .with("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
                .with("Access-Control-Allow-Headers", "Authorization, Content-Type")
                .with("Access-Control-Max-Age", "600");
    }

    /** Readable from pages: an SPA redeems its code from there. */
    private Reply open(Request request, Reply reply) {
        return request.header("origin").filter(state.origins).isPresent()
                ? reply.with("Access-Control-Allow-Origin", "*")
                : reply;
    }
}
