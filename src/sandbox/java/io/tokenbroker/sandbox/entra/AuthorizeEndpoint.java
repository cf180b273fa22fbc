package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * {@code /{tenant}/oauth2/v2.0/authorize}: who signs in, what that person agrees to, and the code that stands for both.
 * A script names the person by {@code sandbox_user} and is asked nothing.
 */
final class AuthorizeEndpoint {

    private final Clock clock;
    private final String base;
    private final AppRegistration app;
    private final Directory directory;
    private final Consents consents;
    private final Policies policies;
    private final AuthorizationCodes codes;
    private final Sessions sessions;
    private final Switches switches;

    AuthorizeEndpoint(
            Clock clock,
            String base,
            AppRegistration app,
            Directory directory,
            Consents consents,
            Policies policies,
            AuthorizationCodes codes,
            Sessions sessions,
            Switches switches) {
        this.clock = clock;
        this.base = base;
        this.app = app;
        this.directory = directory;
        this.consents = consents;
        this.policies = policies;
        this.codes = codes;
        this.sessions = sessions;
        this.switches = switches;
    }

    Reply answer(Request request, String segment) {
        try {
            var authority = Authority.of(segment).orElseThrow(() -> Refusal.of(90002));
            return answer(request, authority, AppRedirect.of(request, app));
        } catch (Refusal thereIsNoWayBack) {
            return Reply.html(400, Pages.error(thereIsNoWayBack.text()));
        }
    }

    private Reply answer(Request request, Authority authority, AppRedirect back) {
        AuthorizeRequest asked;
        try {
            asked = AuthorizeRequest.of(request.query());
        } catch (Refusal refusal) {
            return back.error(refusal.aadsts().error(), refusal.text());
        }
        if (isCancelled(request)) {
            return back.cancelled();
        }
        var user = signedIn(request, authority, asked);
        if (user.isPresent()) {
            return consented(request, authority, back, asked, user.get());
        }
        return asked.prompts("none")
                ? back.error("login_required", Refusal.of(50058).text())
                : Reply.html(200, Pages.pickAccount(app.name(), directory.admittedBy(authority), asked.loginHint()));
    }

    private static boolean isCancelled(Request request) {
        return request.query().containsKey("sandbox_cancel")
                || request.form().getOrDefault("decision", "").equals("cancel");
    }

    /** The person chosen now, else the only one it can be among those signed in at this browser. */
    private Optional<User> signedIn(Request request, Authority authority, AuthorizeRequest asked) {
        var chosen = request.query().getOrDefault("sandbox_user", request.form().getOrDefault("user", ""));
        if (!chosen.isEmpty()) {
            return Optional.of(directory.find(chosen).orElseThrow(() -> Refusal.of(50034)));
        }
        if (asked.prompts("login") || asked.prompts("select_account")) {
            return Optional.empty();
        }
        var candidates = sessions.signedIn(request).stream()
                .filter(email -> asked.loginHint().isEmpty() || email.equalsIgnoreCase(asked.loginHint()))
                .flatMap(email -> directory.find(email).stream())
                .filter(user -> authority.tenantOf(user).isPresent())
                .toList();
        return candidates.size() == 1 ? Optional.of(candidates.getFirst()) : Optional.empty();
    }

    private Reply consented(Request request, Authority authority, AppRedirect back, AuthorizeRequest asked, User user) {
        authority.admit(user);
        var missing = missing(user, asked.scopes());
        var accepted = request.query().containsKey("sandbox_user")
                || request.form().getOrDefault("decision", "").equals("accept");
        if (!accepted && asked.prompts("none") && !missing.isEmpty()) {
            return back.error("consent_required", Refusal.of(65001).text());
        }
        if (!accepted && (!missing.isEmpty() || asked.prompts("consent"))) {
            var listed = missing.isEmpty() ? List.copyOf(asked.scopes().openId()) : missing;
            return Reply.html(200, Pages.askConsent(app.name(), user, listed));
        }
        grantMissing(user, asked.scopes());
        return sessions.remember(request, user.email(), back.with(success(authority, back, asked, user)));
    }

    private List<String> missing(User user, ScopeRequest scopes) {
        var names = new ArrayList<String>();
        for (var wanted : scopes.resources()) {
            for (var permission : wanted.missing(consents.granted(user.email(), wanted.resource()))) {
                names.add(wanted.resource().id() + "/" + permission);
            }
        }
        return names;
    }

    private void grantMissing(User user, ScopeRequest scopes) {
        for (var wanted : scopes.resources()) {
            var granted = consents.granted(user.email(), wanted.resource());
            consents.grant(user.email(), wanted.resource(), wanted.missing(granted));
        }
    }

    /** Whoever is asked for it has it at hand; no page is shown. */
    private boolean givesSecondFactor(User user, AuthorizeRequest asked) {
        return asked.claims().wantsSecondFactor()
                || asked.scopes().resources().stream()
                        .anyMatch(wanted -> policies.wantSecondFactor(user.email(), wanted.resource()));
    }

    private Map<String, String> success(Authority authority, AppRedirect back, AuthorizeRequest asked, User user) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put(
                "code",
                codes.issue(new AuthorizationCode(
                        new Grant(
                                user.email(),
                                user.sessionEpoch(),
                                app.clientId(),
                                asked.scopes(),
                                givesSecondFactor(user, asked)),
                        authority,
                        back.uri(),
                        asked.challenge(),
                        asked.challengeMethod(),
                        asked.nonce(),
                        clock.instant(),
                        new AtomicBoolean())));
        parameters.put("session_state", UUID.randomUUID().toString());
        if (switches.issuerInRedirect()) {
            parameters.put("iss", base + "/" + authority.admit(user).id() + "/v2.0");
        }
        return parameters;
    }
}
