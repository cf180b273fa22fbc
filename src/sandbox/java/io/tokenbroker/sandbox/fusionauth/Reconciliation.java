package io.tokenbroker.sandbox.fusionauth;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Whose an identity is: the existing link says so, else the provider's linking strategy decides. */
final class Reconciliation {

    /** Where the login ends. */
    sealed interface Outcome {
        record LoggedIn(User user) implements Outcome {}

        record Pending(PendingLink link) implements Outcome {}

        record NotFound() implements Outcome {}
    }

    private final State state;

    Reconciliation(State state) {
        this.state = state;
    }

    /**
     * @param noLink leaves an unknown identity unknown
     * @param write false for a login that is interrupted before its link is written
     */
    Outcome reconcile(IdentityProvider provider, UUID tenant, UpstreamIdentity identity, boolean noLink, boolean write)
            throws UpstreamFailure {
        var key = new Links.Key(tenant, provider.id(), identity.id());
        var existing = write ? state.links.update(key, link -> loggedIn(link, identity)) : state.links.find(key);
        if (existing.isPresent()) {
            return loggedIn(existing.get().userId());
        }
        if (noLink) {
            return new Outcome.NotFound();
        }
        return switch (provider.strategy()) {
            case CreatePendingLink -> new Outcome.Pending(state.pendingLinks.add(tenant, provider.id(), identity));
            case Disabled -> new Outcome.NotFound();
            case LinkAnonymously -> link(provider, identity, state.users.put(newUser(tenant, null, null)), write);
            case LinkByEmail -> link(provider, identity, byEmail(tenant, identity, true), write);
            case LinkByEmailForExistingUser -> link(provider, identity, byEmail(tenant, identity, false), write);
            case LinkByUsername -> link(provider, identity, byUsername(tenant, identity, true), write);
            case LinkByUsernameForExistingUser -> link(provider, identity, byUsername(tenant, identity, false), write);
        };
    }

    private Link loggedIn(Link link, UpstreamIdentity identity) {
        var kept = identity.token() == null
                && state.switches.get(Unknown.MissingRefreshToken.class) == Unknown.MissingRefreshToken.KEEPS;
        return link.loggedIn(identity.displayName(), kept ? link.token() : identity.token(), state.now());
    }

    private Outcome loggedIn(UUID userId) {
        return state.users
                .find(userId)
                .filter(User::active)
                .<Outcome>map(Outcome.LoggedIn::new)
                .orElseGet(Outcome.NotFound::new);
    }

    private User byEmail(UUID tenant, UpstreamIdentity identity, boolean create) throws UpstreamFailure {
        var email = identity.email();
        if (email == null) {
            throw new UpstreamFailure("[MissingEmail]");
        }
        if (!identity.emailVerified()) {
            throw new UpstreamFailure("[UnverifiedEmail]");
        }
        if (create) {
            return state.users.findOrPut(Users.hasEmail(tenant, email), newUser(tenant, email, null));
        }
        return state.users.byEmail(tenant, email).orElseThrow(() -> new UpstreamFailure("[UserDoesNotExistByEmail]"));
    }

    private User byUsername(UUID tenant, UpstreamIdentity identity, boolean create) throws UpstreamFailure {
        var username = identity.username();
        if (username == null) {
            throw new UpstreamFailure("[MissingUsername]");
        }
        if (create) {
            return state.users.findOrPut(Users.hasUsername(tenant, username), newUser(tenant, null, username));
        }
        return state.users
                .byUsername(tenant, username)
                .orElseThrow(() -> new UpstreamFailure("[UserDoesNotExistByUsername]"));
    }

    private User newUser(UUID tenant, @Nullable String email, @Nullable String username) {
        return User.of(UUID.randomUUID(), tenant, email, null, state.now()).withUsername(username);
    }

    /** A user found by name who has a link of this provider already is refused a second one. */
    private Outcome link(IdentityProvider provider, UpstreamIdentity identity, User user, boolean write)
            throws UpstreamFailure {
        if (!state.links.of(user.tenantId(), user.id(), provider.id()).isEmpty()) {
            throw new UpstreamFailure("[ExistingUserAlreadyLinked]");
        }
        if (!write) {
            return loggedIn(user.id());
        }
        var link = new Link(
                user.tenantId(),
                provider.id(),
                identity.id(),
                user.id(),
                identity.displayName(),
                identity.token(),
                state.now(),
                state.now());
        return switch (state.links.add(link, provider.maximumLinks(user.tenantId()))) {
            case Links.Addition.Added(var added) -> loggedIn(added.userId());
            case Links.Addition.Exists(var existing) -> loggedIn(existing.userId());
            case Links.Addition.LimitReached() -> throw new UpstreamFailure("[LinkCountExceeded]");
        };
    }
}
