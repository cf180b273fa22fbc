package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who is signed in at which browser. Several people may be, as anyone with a work and a test account knows. */
final class Sessions {

    /** Cookies know no ports: the name must differ from those of everything else on localhost. */
    private static final String COOKIE = "entra-stand-in-session";

    private final Map<String, Set<String>> emails = new ConcurrentHashMap<>();

    Set<String> signedIn(Request request) {
        var session = request.cookie(COOKIE);
        return session.isEmpty() ? Set.of() : Set.copyOf(emails.getOrDefault(session.get(), Set.of()));
    }

    Reply remember(Request request, String email, Reply reply) {
        var session =
                request.cookie(COOKIE).filter(emails::containsKey).orElseGet(() -> IssuedSecrets.fresh("session-"));
        emails.computeIfAbsent(session, fresh -> ConcurrentHashMap.newKeySet()).add(email);
        return reply.with("Set-Cookie", COOKIE + "=" + session + "; Path=/; HttpOnly; SameSite=Lax");
    }

    void end(Request request) {
        request.cookie(COOKIE).ifPresent(emails::remove);
    }

    void reset() {
        emails.clear();
    }
}
