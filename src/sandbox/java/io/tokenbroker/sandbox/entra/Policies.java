package io.tokenbroker.sandbox.entra;

import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Conditional access, as far as it wants a second factor. It is asked at each refresh, for the resource at hand. */
public final class Policies {

    private record Rule(String email, Resource resource) {}

    private final Set<Rule> rules = ConcurrentHashMap.newKeySet();

    /** From now on, this resource takes a sign-in with a second factor. */
    public void requireSecondFactor(String email, String resource) {
        var api = Resource.find(resource).orElseThrow(() -> new NoSuchElementException("No resource " + resource));
        rules.add(rule(email, api));
    }

    boolean wantSecondFactor(String email, Resource resource) {
        return rules.contains(rule(email, resource));
    }

    void reset() {
        rules.clear();
    }

    private static Rule rule(String email, Resource resource) {
        return new Rule(email.toLowerCase(Locale.ROOT), resource);
    }
}
