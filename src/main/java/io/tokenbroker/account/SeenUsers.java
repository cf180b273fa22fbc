package io.tokenbroker.account;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.UUID;

/**
 * Users of whom an account was read since their links were last looked at for what a crash left; guarded by this
 * object's monitor.
 */
@ApplicationScoped
class SeenUsers {

    private static final int MOST = 10_000;

    private final LinkedHashSet<UUID> users = new LinkedHashSet<>();

    /** Takes note of a user; beyond the bound the one noted first is forgotten. */
    synchronized void note(UUID user) {
        users.add(user);
        if (users.size() > MOST) {
            users.removeFirst();
        }
    }

    /** Takes out those noted first. */
    synchronized List<UUID> take(int most) {
        var taken = new ArrayList<UUID>();
        while (taken.size() < most && !users.isEmpty()) {
            taken.add(users.removeFirst());
        }
        return taken;
    }
}
