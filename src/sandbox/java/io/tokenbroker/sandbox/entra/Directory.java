package io.tokenbroker.sandbox.entra;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** The users of all tenants. A person is known by e-mail address; letter case does not matter. */
public final class Directory {

    private final Map<String, User> users = new ConcurrentHashMap<>();
    private final Consents consents;

    Directory(Consents consents) {
        this.consents = consents;
        seed();
    }

    /** Adds a member, who has consented to the usual permissions. */
    public User add(String email, String name, Tenant home) {
        var user = User.memberOf(home, key(email), name);
        users.put(user.email(), user);
        consents.grantUsual(user.email());
        return user;
    }

    /** Adds {@code user-0001@<domain>} and so on to every tenant, for load tests. */
    public List<User> addGenerated(int perTenant) {
        var added = new ArrayList<User>();
        for (var tenant : Tenant.ALL) {
            for (var i = 1; i <= perTenant; i++) {
                var email = String.format(Locale.ROOT, "user-%04d@%s", i, tenant.domain());
                added.add(add(email, "User " + i + " of " + tenant.domain(), tenant));
            }
        }
        return added;
    }

    /** Makes a person a guest of another tenant, with an object id of its own there. */
    public void invite(String email, Tenant tenant) {
        change(email, user -> user.invitedTo(tenant));
    }

    public void disable(String email) {
        change(email, user -> user.enabled(false));
    }

    public void enable(String email) {
        change(email, user -> user.enabled(true));
    }

    /** Kills every refresh token the person has so far. */
    public void revokeSessions(String email) {
        change(email, User::withSessionsRevoked);
    }

    public void delete(String email) {
        users.remove(key(email));
    }

    public Optional<User> find(String email) {
        return Optional.ofNullable(users.get(key(email)));
    }

    /** A person who is known to exist. */
    public User user(String email) {
        return find(email).orElseThrow(() -> new NoSuchElementException("No user " + email));
    }

    /** Everyone, by e-mail address. */
    public List<User> users() {
        return users.values().stream().sorted(Comparator.comparing(User::email)).toList();
    }

    /** @throws Refusal if whoever gave this grant is gone or has taken it back */
    User granting(Grant grant) {
        var user = find(grant.email()).orElseThrow(() -> Refusal.of(50034));
        if (user.enabled() && user.sessionEpoch() != grant.sessionEpoch()) {
            throw Refusal.of(50173);
        }
        return user;
    }

    /** Whom the sign-in page of an authority can offer. */
    List<User> admittedBy(Authority authority) {
        return users().stream()
                .filter(user -> authority.tenantOf(user).isPresent())
                .toList();
    }

    void reset() {
        users.clear();
        seed();
    }

    private void seed() {
        add("a@example.com", "Avery Example", Tenant.CONTOSO);
        add("b@contoso.com", "Blake Contoso", Tenant.CONTOSO);
        add("bea@contoso.com", "Bea Contoso", Tenant.CONTOSO);
        add("c@fabrikam.com", "Casey Fabrikam", Tenant.FABRIKAM);
        add("d@adatum.com", "Devon Adatum", Tenant.ADATUM);
        invite("b@contoso.com", Tenant.FABRIKAM);
        invite("c@fabrikam.com", Tenant.CONTOSO);
        // Someone has to meet the consent page for a resource that all others have long agreed to.
        consents.withdraw("d@adatum.com", Resource.RESOURCE_MANAGER.id());
    }

    private void change(String email, UnaryOperator<User> change) {
        if (users.computeIfPresent(key(email), (key, user) -> change.apply(user)) == null) {
            throw new NoSuchElementException("No user " + email);
        }
    }

    private static String key(String email) {
        return email.toLowerCase(Locale.ROOT);
    }
}
