package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.net.URI;
import java.util.Optional;

/**
 * {@code /oauth2/authorize} and {@code /oauth2/logout}: the hosted pages. A person gets a form; the extra parameter
 * {@code sandbox_user=<email>} signs that user in at once, for scripts.
 */
final class SignIn {

    private final State state;

    SignIn(State state) {
        this.state = state;
    }

    Reply authorize(Request request) {
        var query = request.query();
        var redirectUri = query.getOrDefault("redirect_uri", "");
        var client = Json.uuid(query.getOrDefault("client_id", ""));
        if (!client.equals(Optional.of(state.application.id()))) {
            return SignInPage.refusal("The client_id is not one of this server's.");
        }
        if (!state.application.allowsRedirect(redirectUri)) {
            return SignInPage.refusal("The redirect_uri is not one of this application's.");
        }
        if (!query.getOrDefault("response_type", "").equals("code")) {
            return back(request, "error=unsupported_response_type&error_description=Only+code");
        }
        // A public client has no secret: without a challenge anybody could redeem its codes.
        if (!query.getOrDefault("code_challenge_method", "").equals("S256")
                || query.getOrDefault("code_challenge", "").isEmpty()) {
            return back(request, "error=invalid_request&error_description=PKCE+with+S256+is+required");
        }
        var shortcut = query.get("sandbox_user");
        if (shortcut != null) {
            return find(shortcut)
                    .map(user -> signedIn(request, user))
                    .orElseGet(() -> SignInPage.refusal("There is no user of that email."));
        }
        if (query.getOrDefault("prompt", "").equals("none")) {
            return back(request, "error=login_required&error_description=Nobody+is+signed+in");
        }
        return switch (request.method()) {
            case "GET" -> SignInPage.form(query, query.getOrDefault("login_hint", ""), false);
            case "POST" -> byPassword(request);
            default -> Reply.empty(405);
        };
    }

    Reply logout(Request request) {
        var to = request.query().getOrDefault("post_logout_redirect_uri", "");
        var message = "You are signed out.";
        return to.isEmpty()
                ? SignInPage.message(200, message)
                : state.application.allowsRedirect(to)
                        ? Reply.redirect(to)
                        : SignInPage.refusal("The post_logout_redirect_uri is not one of this application's.");
    }

    private Reply byPassword(Request request) {
        var email = request.form().getOrDefault("email", "");
        var password = request.form().getOrDefault("password", "");
        return find(email)
                .filter(user -> password.equals(user.password()))
                .map(user -> signedIn(request, user))
                .orElseGet(() -> SignInPage.form(request.query(), email, true));
    }

    private Optional<User> find(String email) {
        return state.users.byEmail(state.application.tenant(), email).filter(User::active);
    }

    private Reply signedIn(Request request, User user) {
        var query = request.query();
        Optional.ofNullable(query.get("code_challenge")).ifPresent(Secrets::note);
        var code = state.grants.code(new FusionAuthGrants.Grant(
                user.id(),
                query.getOrDefault("redirect_uri", ""),
                query.getOrDefault("scope", "openid"),
                Optional.ofNullable(query.get("code_challenge")),
                Optional.ofNullable(query.get("nonce")),
                state.now(),
                state.now().plus(FusionAuthGrants.CODE_LIFETIME)));
        return back(request, "code=" + UpstreamHttp.encode(code) + "&locale=en&userState=" + userState(user));
    }

    private String userState(User user) {
        return user.roles(state.application.id()).isPresent() ? "Authenticated" : "AuthenticatedNotRegistered";
    }

    private static Reply back(Request request, String parameters) {
        var redirectUri = request.query().getOrDefault("redirect_uri", "");
        var separator = URI.create(redirectUri).getQuery() == null ? "?" : "&";
        var given = Optional.ofNullable(request.query().get("state"));
        return Reply.redirect(redirectUri
                + separator
                + parameters
                + given.map(value -> "&state=" + UpstreamHttp.encode(value)).orElse(""));
    }
}
